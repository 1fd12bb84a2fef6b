/**
 * What is measured while a run trains. Tables, TensorBoard's curves, readers,
 * charts and the progress bar go by these lists: one more figure is one more
 * line here.
 */
import { FRAMES_PER_SECOND } from "../constants.ts";
import type { EpisodeStatistics } from "../env/types.ts";
import { mean } from "../evaluation/mod.ts";

/** A figure of a record; one that is not a number now is left out. */
export type Measurement<Of> = readonly [
  /** Its column in the table; null: it has none. */
  column: string | null,
  /** Its curve in TensorBoard, by CleanRL's names where it has one; null: none. */
  tag: string | null,
  /** What it is, and its unit. */
  meaning: string,
  of: (record: Of) => number | string,
  /** Title of its chart in the report; absent: it is not drawn. */
  chart?: string,
];

/** A kind of record. */
export interface Table<Of> {
  /** Its file in the run's folder, a line per record; null: it has none. */
  file: "scores.csv" | "metrics.csv" | null;
  figures: readonly Measurement<Of>[];
}

/** A game that ended. */
export interface GameRecord extends EpisodeStatistics {
  /** Number of the game in the run. */
  game: number;
  /** The environment it was played in. */
  environment: number;
  epsilon: number;
  /** Agent steps, and seconds of training, of the run at its end. */
  step: number;
  wallSeconds: number;
}

/** What is summed up between two lines of metrics.csv. */
export interface IntervalSums {
  /** Agent steps, and updates, and the seconds spent on them. */
  steps: number;
  updates: number;
  seconds: number;
  /** Sums over the updates. */
  loss: number;
  meanQ: number;
  tdError: number;
}

/** An interval of training. */
export interface IntervalRecord extends IntervalSums {
  /** Agent steps of the run at its end. */
  step: number;
  epsilon: number;
  learningRate: number;
  /** Games that ended, and seconds, since the run began. */
  games: number;
  wallSeconds: number;
  /** Memory of this process, in bytes. */
  memory: number;
}

/** A greedy evaluation. */
export interface EvaluationRecord {
  step: number;
  scores: readonly number[];
  /** Whether its mean is an upper bound: it ended early. */
  atMost: boolean;
}

/** The games of the training, in the order in which they ended. */
export const GAMES: Table<GameRecord> = {
  file: "scores.csv",
  figures: [
    ["game", null, "its number, from 1", (r) => r.game],
    ["env", null, "environment it was played in, from 0", (r) => r.environment],
    ["seed", null, "of the game", (r) => r.seed],
    ["score", "charts/score", "points on its counter", (r) => r.score],
    ["frames", null, "rendered, 60 to the second", (r) => r.frames],
    [
      "steps",
      "charts/episodic_length",
      "agent steps",
      (r) => r.actions.length,
    ],
    ["return", "charts/episodic_return", "sum of rewards", (r) => r.return],
    ["points_per_second", null, "of play; 9 at the constant speed 6", pace],
    ["epsilon", "charts/epsilon", "share of random actions", (r) => r.epsilon],
    ["step", null, "agent steps of the run at its end", (r) => r.step],
    ["wall_s", null, "seconds of training at its end", seconds],
    [
      "end",
      null,
      "crash, truncated, interrupted (Chrome or this process stood still)",
      (r) => r.end,
    ],
  ],
};

const INTERVAL_FIGURES = [
  ["step", null, "agent steps of the run", (r) => r.step],
  ["loss", "losses/td_loss", "mean of its updates", perUpdate("loss"), "Loss"],
  ["q_mean", "losses/q_values", "Q(s, a)", perUpdate("meanQ"), "Mean Q-value"],
  [
    "td_error",
    "losses/td_error",
    "TD error, |target - Q(s, a)|",
    perUpdate("tdError"),
  ],
  [
    "epsilon",
    null,
    "share of random actions",
    (r) => r.epsilon,
    "Exploration ε",
  ],
  [
    "env_steps_per_s",
    "charts/SPS",
    "agent steps per second",
    perSecond("steps"),
  ],
  [
    "learner_steps_per_s",
    "charts/updates_per_second",
    "updates per second",
    perSecond("updates"),
  ],
  ["wall_s", null, "seconds of training, evaluations included", seconds],
  [
    "rss_mb",
    "charts/memory_mb",
    "memory of this process, MB",
    megabytes,
  ],
  [
    "learning_rate",
    "charts/learning_rate",
    "Adam's learning rate",
    (r) => r.learningRate,
  ],
] as const satisfies readonly Measurement<IntervalRecord>[];

/** How training goes, every `training.logEvery` agent steps. */
export const INTERVALS: Table<IntervalRecord> = {
  file: "metrics.csv",
  figures: INTERVAL_FIGURES,
};

/** The evaluations during training; each has a folder of its own. */
export const EVALUATIONS: Table<EvaluationRecord> = {
  file: null,
  figures: [
    [null, "eval/mean_score", "of its games", (r) => mean(r.scores)],
    [null, "eval/min_score", "of its games", (r) => Math.min(...r.scores)],
    [null, "eval/max_score", "of its games", (r) => Math.max(...r.scores)],
    [null, "eval/at_most", "1: it ended early", (r) => r.atMost ? 1 : ""],
  ],
};

/** A record as the line of its table, and as points of TensorBoard's curves. */
export function measure<Of>({ figures }: Table<Of>, record: Of) {
  const cells: (number | string)[] = [];
  const curves: Record<string, number> = {};
  for (const [column, tag, , of] of figures) {
    const value = of(record);
    if (column !== null) cells.push(value);
    if (tag !== null && Number.isFinite(value)) curves[tag] = Number(value);
  }
  return { cells, curves };
}

type MetricsColumn = Exclude<(typeof INTERVAL_FIGURES)[number][0], null>;

/**
 * A line of metrics.csv by its columns; null where it is empty, absent where the
 * run is older than the column.
 */
export type MetricsLine =
  & Partial<Record<MetricsColumn, number | null>>
  & { step: number; wall_s: number };

/** A game of the training, as it is read back. */
export interface TrainingGame {
  score: number;
}

/** A greedy evaluation during training, as it is read back. */
export interface EvaluationPoint {
  step: number;
  wallSeconds: number;
  mean: number;
  /** Whether the mean is an upper bound: it ended early. */
  atMost: boolean;
  /** 95 % interval of the mean; null: there is none of a single game. */
  low: number | null;
  high: number | null;
  /** Share of its games that reached the cap. */
  capped: number;
  cap: number;
  episodes: number;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Score per second of play. */
function pace({ score, frames }: GameRecord): number {
  return rounded(score / (frames / FRAMES_PER_SECOND), 3);
}

/** Of training, over all resumptions. */
function seconds({ wallSeconds }: { wallSeconds: number }): number {
  return rounded(wallSeconds, 3);
}

/** Empty without updates. */
function perUpdate(sum: "loss" | "meanQ" | "tdError") {
  return (interval: IntervalSums) => interval[sum] / interval.updates;
}

/** Evaluations, checkpoints and pauses are no training. */
function perSecond(count: "steps" | "updates") {
  return (interval: IntervalSums) =>
    rounded(interval[count] / interval.seconds, 2);
}

function megabytes({ memory }: IntervalRecord): number {
  return rounded(memory / 1e6, 1);
}
