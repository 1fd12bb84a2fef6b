/** Where a run is, and what lies where in its folder. */
import { basename, join, resolve } from "node:path";
import { ROOT, withHome } from "../files.ts";

/**
 * Where runs, sweeps, nights, evaluations and games are kept: the folder that the
 * environment variable `DINO_DATA` names, by default `data` beside the program.
 */
export const DATA_FOLDER = resolve(
  // Empty is as good as not there.
  withHome(Deno.env.get("DINO_DATA") ?? "") ||
    join(ROOT, "data"),
);

/** Where the runs are kept. */
export const RUNS_FOLDER = join(DATA_FOLDER, "runs");

/** Where the champion of `deno task retrain` is kept, beside the runs. */
export const CHAMPION_FOLDER = join(DATA_FOLDER, "champion");

/** What lies in a run's folder. */
const FILES = {
  /** The config, with every default. */
  config: "config.yaml",
  /** What it was made with: {@linkcode RunInfo}. */
  info: "run.json",
  /** Who trains in it now. */
  lock: "lock",
  /** A copy of its teacher, if it has one. */
  teacher: "teacher",
  /** One line per game. */
  scores: "scores.csv",
  /** One line per interval of training. */
  metrics: "metrics.csv",
  /** What its training said, with the times. */
  log: "log.txt",
  /** Event files. */
  tensorboard: "tensorboard",
  /** In step-N everything needed to go on from step N. */
  checkpoints: "checkpoints",
  /** In step-N games on held-out seeds. */
  evaluations: "evaluations",
  /** The training's report. */
  report: "report",
} as const;

/** The folder of one training run. Paths are absolute. */
export type RunFolder = Readonly<
  { name: string; path: string } & Record<keyof typeof FILES, string>
>;

/** The layout of a run's folder; looks at nothing. */
export function runFolderAt(folder: string): RunFolder {
  const path = resolve(folder);
  const files = Object.entries(FILES)
    .map(([key, name]) => [key, join(path, name)]);
  return { name: basename(path), path, ...Object.fromEntries(files) };
}
