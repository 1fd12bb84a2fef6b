/** Where a run is, and what lies where in its folder. */
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Where the runs are kept: in `runs` of the folder that the environment
 * variable `DINO_DATA` names, by default `data` beside the program.
 */
export const RUNS_FOLDER = resolve(
  Deno.env.get("DINO_DATA") ??
    fileURLToPath(new URL("../../data", import.meta.url)),
  "runs",
);

/** Where the champion of `deno task retrain` is kept, beside the runs. */
export const CHAMPION_FOLDER = resolve(RUNS_FOLDER, "../champion");

/**
 * The folder of one training run:
 *
 *     config.yaml         the config, with every default
 *     run.json            what it was made with: {@linkcode RunInfo}
 *     lock                who trains in it now
 *     scores.csv          one line per game
 *     metrics.csv         one line per interval of training
 *     tensorboard/        event files
 *     checkpoints/step-N/ everything needed to go on from step N
 *     evaluations/step-N/ games on held-out seeds
 *     report/             the training's report
 */
export interface RunFolder {
  /** The folder's own name. */
  name: string;
  /** Absolute, as all that follow. */
  path: string;
  config: string;
  info: string;
  lock: string;
  scores: string;
  metrics: string;
  tensorboard: string;
  checkpoints: string;
  evaluations: string;
  report: string;
}

/** The layout of a run's folder; looks at nothing. */
export function runFolderAt(path: string): RunFolder {
  const absolute = resolve(path);
  const at = (name: string) => join(absolute, name);
  return {
    name: basename(absolute),
    path: absolute,
    config: at("config.yaml"),
    info: at("run.json"),
    lock: at("lock"),
    scores: at("scores.csv"),
    metrics: at("metrics.csv"),
    tensorboard: at("tensorboard"),
    checkpoints: at("checkpoints"),
    evaluations: at("evaluations"),
    report: at("report"),
  };
}
