/** Q-values over a stretch of a game, above pictures of it. */
import { extent, range } from "d3-array";
import { CANVAS } from "../constants.ts";
import { loadSharp } from "../sharp.ts";
import {
  type Chart,
  CHART_WIDTH,
  coloured,
  drawChart,
  names,
  number,
  type PageChart,
} from "./chart.ts";
import { type GameFrame, PART } from "./game_frame.ts";
import { actionColours, LIGHT } from "./theme.ts";

/** Names of the charts, the widths of their plots, and pictures below each. */
const WIDE = { name: "q-values", width: 860, pictures: 8 };
const NARROW = {
  ...{ name: "q-values-narrow", width: CHART_WIDTH - 64, pictures: 4 },
};

/** The charts' names. */
export const Q_CHART_NAMES = [WIDE.name, NARROW.name] as const;

/**
 * The Q-values of a stretch of a game, wide and narrow; the narrow chart shows
 * its last half, so that moments stay apart.
 *
 * @param frames with their Q-values; one without is drawn as a picture alone
 * @param actions names of the actions, in the order of the Q-values
 * @param game what the title calls it
 */
export async function qValueCharts(
  frames: readonly GameFrame[],
  actions: readonly string[],
  game: string,
): Promise<PageChart> {
  const half = frames.slice(-Math.ceil(frames.length / 2));
  const [wide, narrow] = await Promise.all([
    draw(frames, actions, game, WIDE),
    draw(half, actions, game, NARROW),
  ]);
  return { wide, narrow };
}

async function draw(
  frames: readonly GameFrame[],
  actions: readonly string[],
  game: string,
  { name, width, pictures }: typeof WIDE,
): Promise<Chart> {
  const lines = frames.flatMap(({ seconds, q = [] }) =>
    q.map((value, action) => ({ seconds, value, action: actions[action] }))
  );
  const pressed = frames.flatMap(({ seconds, q, action }) =>
    q && action ? [{ seconds, value: q[action], action: actions[action] }] : []
  );
  const snapshots = { values: await snapshotsOf(frames, pictures) };
  const picture = { width: Math.floor(width / pictures) - 4, height: 0 };
  picture.height = picture.width * PART.height / PART.width;
  const color = coloured("action", actionColours(actions));
  const [start = 0, end = 0] = extent(lines, ({ seconds }) => seconds);
  const x = number("seconds", undefined, {
    scale: { domain: [start, end], nice: false, zero: false },
  });
  const shown = frames.at(-1)!.seconds - frames[0]!.seconds;
  return await drawChart({
    name,
    title: `Q-values at the end of the ${game} game`,
    subtitle: `its last ${shown.toFixed(0)} seconds; dots: keys pressed`,
  }, {
    spacing: 8,
    vconcat: [
      {
        ...{ width, height: 180 },
        layer: [
          {
            data: snapshots,
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
        ...{ width, height: picture.height },
        view: { fill: LIGHT.paper },
        data: snapshots,
        mark: { type: "image", ...picture },
        encoding: { x: { ...x, axis: null }, url: names("url") },
      },
    ],
  });
}

/** Pictures at equal distances, each in the middle of its share. */
async function snapshotsOf(
  frames: readonly GameFrame[],
  atMost: number,
): Promise<{ seconds: number; url: string }[]> {
  const sharp = await loadSharp();
  const count = Math.min(atMost, frames.length);
  return await Promise.all(
    range(count).map(async (i) => {
      const at = Math.floor((i + 0.5) / count * frames.length);
      const { picture, seconds } = frames[at]!;
      const png = await sharp(picture, { raw: { ...CANVAS, channels: 1 } })
        .extract(PART).png({ compressionLevel: 9 }).toBuffer();
      const base64 = new Uint8Array(png).toBase64();
      return { seconds, url: `data:image/png;base64,${base64}` };
    }),
  );
}
