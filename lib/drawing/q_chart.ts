/** Q-values over a stretch of a game, above the frames they belong to. */
import { extent } from "d3-array";
import { type Chart, coloured, drawChart, names, number } from "./chart.ts";
import { actionColours, LIGHT } from "./theme.ts";

/** A moment of a game: its Q-values and, for some, its picture. */
export interface QMoment {
  /** Seconds of play. */
  seconds: number;
  /** Q-value of each action. */
  q: readonly number[];
  /** The action that was taken. */
  action: number;
}

/** A picture of the game at a moment. */
export interface Snapshot {
  seconds: number;
  /** `data:` URL. */
  url: string;
}

/** What {@linkcode qValueChart} draws. */
export interface QValueChartOptions {
  name: string;
  title: string;
  subtitle: string;
  /** Names of the actions, in the order of the Q-values. */
  actions: readonly string[];
  moments: readonly QMoment[];
  snapshots: readonly Snapshot[];
  /** Width of the drawing and of one picture. */
  width: number;
  snapshotWidth: number;
  /** Height over width of a picture. */
  snapshotRatio: number;
}

/** Q-values over a stretch of a game, above the frames they belong to. */
export function qValueChart(
  { name, title, subtitle, ...drawn }: QValueChartOptions,
): Promise<Chart> {
  const { actions, moments, snapshots, width, snapshotWidth } = drawn;
  const height = snapshotWidth * drawn.snapshotRatio;
  const lines = moments.flatMap(({ seconds, q }) =>
    q.map((value, action) => ({ seconds, value, action: actions[action] }))
  );
  const pressed = moments.filter(({ action }) => action !== 0)
    .map(({ seconds, q, action }) => ({
      ...{ seconds, value: q[action], action: actions[action] },
    }));
  const color = coloured("action", actionColours(actions));
  const domain = extent(moments, ({ seconds }) => seconds) as [number, number];
  const x = number("seconds", undefined, {
    scale: { domain, nice: false, zero: false },
  });
  return drawChart({ name, title, subtitle }, {
    spacing: 8,
    vconcat: [
      {
        ...{ width, height: 180 },
        layer: [
          {
            data: { values: [...snapshots] },
            mark: { type: "rule", strokeDash: [2, 3], opacity: 0.7 },
            encoding: { x: { ...x, axis: null } },
          },
          {
            data: { values: lines },
            mark: { type: "line" },
            encoding: {
              x: { ...x, axis: { title: "seconds of play", tickCount: 8 } },
              y: number("value", "Q-value", { scale: { zero: false } }),
              color,
            },
          },
          {
            data: { values: pressed },
            mark: { type: "point", size: 22, opacity: 1 },
            encoding: { x, y: number("value"), color },
          },
        ],
        resolve: { axis: { x: "shared" } },
      },
      {
        ...{ width, height },
        view: { fill: LIGHT.paper },
        data: { values: [...snapshots] },
        mark: { type: "image", width: snapshotWidth, height },
        encoding: { x: { ...x, axis: null }, url: names("url") },
      },
    ],
  });
}
