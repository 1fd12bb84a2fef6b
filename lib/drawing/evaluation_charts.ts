/** Charts of finished games: how far, how, and where they ended. */
import { SPEED_BIN } from "../constants.ts";
import type { EvaluationReport } from "../evaluation/mod.ts";
import { cappedText } from "../text.ts";
import {
  type Chart,
  coloured,
  count,
  COUNTS,
  drawChart,
  names,
  number,
  SHARES,
  SHORT_NUMBERS,
} from "./chart.ts";
import { ACTION_ROLES, actionColours, SERIES } from "./theme.ts";

/** Scores of one player, for a chart with several. */
export interface PlayerScores {
  name: string;
  scores: readonly number[];
  /** Score at which its games were ended. */
  cap: number;
}

/** Where a logarithmic axis of scores begins, and has its ticks. */
const LOG_START = 10;
const LOG_TICKS = [10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4, 1e5];

/** Histogram of the scores; games that ended at the cap stand apart. */
export function scoreDistribution(
  { games, ...capped }: Pick<
    EvaluationReport,
    "games" | "cap" | "episodes" | "capped"
  >,
): Promise<Chart> {
  const { cap, episodes } = capped;
  const values = games.map(({ score, end }) => ({
    // A capped game belongs to the last bin, not to one of its own.
    score: Math.min(score, cap - 1e-6),
    end: end === "cap" ? "at the cap" : "crashed",
  }));
  const subtitle = cappedText(capped);
  return drawChart({
    name: "score-distribution",
    title: "Scores",
    subtitle,
    description: `Histogram of ${episodes} scores; ${subtitle}.`,
  }, {
    data: { values },
    mark: { type: "bar", binSpacing: 1 },
    encoding: {
      x: number("score", "points", {
        bin: { maxbins: 20, extent: [0, cap] },
        axis: SHORT_NUMBERS,
      }),
      y: count("games"),
      color: coloured("end", {
        "crashed": SERIES[0]!,
        "at the cap": SERIES[1]!,
      }),
    },
  });
}

/**
 * Share of the games that reached at least a score (a performance profile,
 * Agarwal et al. 2021): where a line ends at its cap above 0, games were cut.
 */
export function performanceProfile(
  players: readonly PlayerScores[],
): Promise<Chart> {
  return drawChart({
    name: "performance-profile",
    title: "Games that got so far",
    subtitle: "share of the games with at least this score",
    description:
      "Share of the games that reached at least each score, per player.",
  }, {
    data: { values: players.flatMap(profile) },
    // The share at a score holds for every lower one down to the next step.
    mark: { type: "line", interpolate: "step-before" },
    encoding: {
      x: number("score", "points (logarithmic)", {
        scale: { type: "log", nice: false },
        axis: { ...SHORT_NUMBERS, grid: true, values: LOG_TICKS },
      }),
      y: number("share", "share of the games", SHARES),
      color: names("name", {
        sort: players.map(({ name }) => name),
        legend: { columns: 2 },
      }),
    },
  });
}

function profile({ name, scores, cap }: PlayerScores) {
  const steps = [...new Set(scores)].filter((score) => score > LOG_START)
    .sort((a, b) => a - b);
  const point = (score: number) => ({
    ...{ name, score },
    share: scores.filter((other) => other >= score).length / scores.length,
  });
  const best = Math.max(...scores);
  return [LOG_START, ...steps, ...(best < cap ? [best + 1] : [])].map(point);
}

/** Shares of the actions at each speed. */
export function actionsOverSpeed(
  { actionsBySpeed }: Pick<EvaluationReport, "actionsBySpeed">,
): Promise<Chart> {
  const actions = Object.keys(actionsBySpeed[0]?.actions ?? {});
  const order = Object.keys(ACTION_ROLES);
  const values = actionsBySpeed.flatMap(({ speed, actions }) => {
    const counts = Object.entries(actions);
    const total = counts.reduce((sum, [, n]) => sum + n, 0);
    return counts.map(([action, n]) => ({
      ...{ speed, action, share: n / total },
      order: order.indexOf(action),
    }));
  });
  return drawChart({
    name: "actions-over-speed",
    title: "Actions over speed",
    subtitle: "what was chosen, at which speed",
    description: "Share of each action at each speed.",
  }, {
    data: { values },
    mark: { type: "bar", ...(actionsBySpeed.length === 1 && { size: 60 }) },
    encoding: {
      x: {
        ...{ field: "speed", type: "ordinal" },
        title: "speed, pixels per frame",
        axis: { labelAngle: 0, format: ".1f" },
      },
      y: number("share", "share of the decisions", SHARES),
      color: coloured("action", actionColours(actions)),
      order: number("order"),
    },
  });
}

/** What the page's names of obstacles are called here. */
const OBSTACLES = new Map([
  ["cactussmall", "small cactus"],
  ["cactuslarge", "large cactus"],
  ["pterodactyl", "pterodactyl"],
]);

/** An obstacle's name in words, from the page's own name for it. */
export const obstacleName = (type: string | null) =>
  type === null
    ? "unknown"
    : OBSTACLES.get(type.toLowerCase().replaceAll("_", "")) ?? type;

/**
 * What the crashes hit: by speed or, where that never changes, by how far the
 * games had come. `null` when no game crashed.
 */
export async function crashChart(
  { games }: Pick<EvaluationReport, "games">,
): Promise<Chart | null> {
  const values = games.filter((game) => game.end === "crash")
    .map(({ score, speed, obstacle }) => {
      const bin = Math.floor(speed / SPEED_BIN) * SPEED_BIN;
      return {
        ...{ score, speed: bin, speedEnd: bin + SPEED_BIN },
        obstacle: obstacleName(obstacle),
      };
    });
  const [first] = values;
  if (!first) return null;
  const constant = values.every(({ speed }) => speed === first.speed);
  return await drawChart({
    name: "crashes",
    title: "Where the crashes happened",
    subtitle: `${values.length} of ${games.length} games crashed` +
      (constant ? `, all at speed ${first.speed.toFixed(1)}` : ""),
    description: `Speed and obstacle of ${values.length} crashes.`,
  }, { data: { values }, ...(constant ? CRASHES_BY_SCORE : CRASHES_BY_SPEED) });
}

const CRASHES_BY_SCORE = {
  mark: { type: "tick", thickness: 2, opacity: 0.8 },
  encoding: {
    x: number("score", "points at the crash", {
      scale: { zero: true },
      axis: SHORT_NUMBERS,
    }),
    y: names("obstacle", { title: null }),
  },
} as const;

const CRASHES_BY_SPEED = {
  mark: { type: "bar" },
  encoding: {
    x: number("speed", "speed, pixels per frame", {
      bin: { binned: true, step: SPEED_BIN },
      axis: COUNTS,
    }),
    x2: { field: "speedEnd" },
    y: count("crashes"),
    color: names("obstacle", { legend: { columns: 2 } }),
  },
} as const;
