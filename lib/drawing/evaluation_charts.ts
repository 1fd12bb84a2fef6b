/** Charts of finished games: how far, how, and where they ended. */
import { type EvaluationReport, SPEED_BIN } from "../evaluation/mod.ts";
import { type Chart, drawChart, SHORT_NUMBERS } from "./chart.ts";
import { ACTION_COLOURS, SERIES } from "./theme.ts";

/** Scores of one player, for a chart with several. */
export interface PlayerScores {
  name: string;
  scores: readonly number[];
  /** Score at which its games were ended. */
  cap: number;
}

const number = new Intl.NumberFormat("en");

/** "18 of 20 games ended at the cap of 1,000 points", or that none did. */
export function cappedSentence(
  { episodes, capped, cap }: Pick<
    EvaluationReport,
    "episodes" | "capped" | "cap"
  >,
): string {
  const count = Math.round(capped * episodes);
  return count === 0
    ? `no game reached the cap of ${number.format(cap)} points`
    : `${count} of ${episodes} games ended at the cap of ${
      number.format(cap)
    } points`;
}

/** Where a logarithmic axis of scores has its ticks. */
const LOG_TICKS = [10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4, 1e5];

/** Histogram of the scores; games that ended at the cap stand apart. */
export function scoreDistribution(
  { games, cap, episodes, capped }: Pick<
    EvaluationReport,
    "games" | "cap" | "episodes" | "capped"
  >,
): Promise<Chart> {
  const values = games.map(({ score, end }) => ({
    // A capped game belongs to the last bin, not to one of its own.
    score: Math.min(score, cap - 1e-6),
    end: end === "cap" ? "at the cap" : "crashed",
  }));
  const subtitle = cappedSentence({ episodes, capped, cap });
  return drawChart(
    {
      name: "score-distribution",
      title: "Scores",
      subtitle,
      description: `Histogram of ${episodes} scores; ${subtitle}.`,
    },
    {
      data: { values },
      mark: { type: "bar", binSpacing: 1 },
      encoding: {
        x: {
          field: "score",
          type: "quantitative",
          bin: { maxbins: 20, extent: [0, cap] },
          title: "points",
          axis: SHORT_NUMBERS,
        },
        y: {
          aggregate: "count",
          type: "quantitative",
          title: "games",
          axis: { tickMinStep: 1, format: "d" },
        },
        color: {
          field: "end",
          type: "nominal",
          scale: {
            domain: ["crashed", "at the cap"],
            range: [SERIES[0]!, SERIES[1]!],
          },
        },
      },
    },
  );
}

/**
 * Share of the games that reached at least a score (a performance profile,
 * Agarwal et al. 2021): where a line ends at its cap above 0, games were cut.
 */
export function performanceProfile(
  players: readonly PlayerScores[],
): Promise<Chart> {
  const lowest = 10;
  const values = players.flatMap(({ name, scores }) => {
    const ordered = scores.toSorted((a, b) => a - b);
    const reached = (score: number) =>
      ordered.filter((other) => other >= score).length / ordered.length;
    const steps = [...new Set(ordered)].filter((score) => score > lowest);
    return [
      { name, score: lowest, share: reached(lowest) },
      ...steps.map((score) => ({ name, score, share: reached(score) })),
      ...(ordered.some((score) => score >= playersCap(players, name))
        ? []
        : [{ name, score: ordered.at(-1)! + 1, share: 0 }]),
    ];
  });
  return drawChart(
    {
      name: "performance-profile",
      title: "Games that got so far",
      subtitle: "share of the games with at least this score",
      description:
        "Share of the games that reached at least each score, per player.",
    },
    {
      data: { values },
      // The share at a score holds for every lower one down to the next step.
      mark: { type: "line", interpolate: "step-before" },
      encoding: {
        x: {
          field: "score",
          type: "quantitative",
          scale: { type: "log", nice: false },
          title: "points (logarithmic)",
          axis: { ...SHORT_NUMBERS, grid: true, values: LOG_TICKS },
        },
        y: {
          field: "share",
          type: "quantitative",
          scale: { domain: [0, 1] },
          title: "share of the games",
          axis: { format: "%" },
        },
        color: {
          field: "name",
          type: "nominal",
          sort: players.map((player) => player.name),
          legend: { columns: 2 },
        },
      },
    },
  );
}

const playersCap = (players: readonly PlayerScores[], name: string) =>
  players.find((player) => player.name === name)!.cap;

/** Shares of the actions at each speed. */
export function actionsOverSpeed(
  { actionsBySpeed }: Pick<EvaluationReport, "actionsBySpeed">,
): Promise<Chart> {
  const actions = Object.keys(actionsBySpeed[0]?.actions ?? {});
  const values = actionsBySpeed.flatMap(({ speed, actions }) => {
    const total = Object.values(actions).reduce((sum, n) => sum + n, 0);
    return Object.entries(actions).map(([action, count]) => ({
      speed,
      action,
      order: Object.keys(ACTION_COLOURS).indexOf(action),
      share: count / total,
    }));
  });
  return drawChart(
    {
      name: "actions-over-speed",
      title: "Actions over speed",
      subtitle: "what was chosen, at which speed",
      description: "Share of each action at each speed.",
    },
    {
      data: { values },
      mark: { type: "bar", ...(actionsBySpeed.length === 1 && { size: 60 }) },
      encoding: {
        x: {
          field: "speed",
          type: "ordinal",
          title: "speed, pixels per frame",
          axis: { labelAngle: 0, format: ".1f" },
        },
        y: {
          field: "share",
          type: "quantitative",
          title: "share of the decisions",
          scale: { domain: [0, 1] },
          axis: { format: "%" },
        },
        color: {
          field: "action",
          type: "nominal",
          scale: {
            domain: actions,
            range: actions.map((action) => ACTION_COLOURS[action]!),
          },
        },
        order: { field: "order", type: "quantitative" },
      },
    },
  );
}

/** What the page's names of obstacles are called here. */
const OBSTACLES: Readonly<Record<string, string>> = {
  cactussmall: "small cactus",
  cactuslarge: "large cactus",
  pterodactyl: "pterodactyl",
};

/** An obstacle's name in words, from the page's own name for it. */
export const obstacleName = (type: string | null) =>
  type === null
    ? "unknown"
    : OBSTACLES[type.toLowerCase().replaceAll("_", "")] ?? type;

/**
 * What the crashes hit: by speed or, where that never changes, by how far the
 * games had come. `null` when no game crashed.
 */
export async function crashChart(
  { games }: Pick<EvaluationReport, "games">,
): Promise<Chart | null> {
  const values = games.filter((game) => game.end === "crash")
    .map(({ score, speed, obstacle }) => {
      const bin = Math.floor(speed / SPEED_BIN);
      return {
        score,
        speed: bin * SPEED_BIN,
        speedEnd: (bin + 1) * SPEED_BIN,
        obstacle: obstacleName(obstacle),
      };
    });
  const [first] = values;
  if (!first) return null;
  const constant = values.every(({ speed }) => speed === first.speed);
  return await drawChart(
    {
      name: "crashes",
      title: "Where the crashes happened",
      subtitle: `${values.length} of ${games.length} games crashed` +
        (constant ? `, all at speed ${first.speed.toFixed(1)}` : ""),
      description: `Speed and obstacle of ${values.length} crashes.`,
    },
    { data: { values }, ...(constant ? CRASHES_BY_SCORE : CRASHES_BY_SPEED) },
  );
}

const CRASHES_BY_SCORE = {
  mark: { type: "tick", thickness: 2, opacity: 0.8 },
  encoding: {
    x: {
      field: "score",
      type: "quantitative",
      title: "points at the crash",
      scale: { zero: true },
      axis: SHORT_NUMBERS,
    },
    y: { field: "obstacle", type: "nominal", title: null },
  },
} as const;

const CRASHES_BY_SPEED = {
  mark: { type: "bar" },
  encoding: {
    x: {
      field: "speed",
      type: "quantitative",
      bin: { binned: true, step: SPEED_BIN },
      title: "speed, pixels per frame",
      axis: { tickMinStep: 1, format: "d" },
    },
    x2: { field: "speedEnd" },
    y: {
      aggregate: "count",
      type: "quantitative",
      title: "crashes",
      axis: { tickMinStep: 1, format: "d" },
    },
    color: { field: "obstacle", type: "nominal", legend: { columns: 2 } },
  },
} as const;
