/** One training of a sweep, as a process of its own. */
import { addAbortListener } from "node:events";
import { laterKeys } from "../config/mod.ts";
import { isFile, namesIn } from "../files.ts";
import { readReport, readRunData, type RunFolder } from "../runs/mod.ts";
import {
  failureText,
  lookUntilEnd,
  type Process,
  startCommand,
} from "../system/mod.ts";
import type { Values } from "./settings.ts";
import type { FinalGames, Trial } from "./state.ts";

/** What one training is started with. */
export interface TrialOptions {
  trial: Trial;
  run: RunFolder;
  values: Values;
  /** File of the config that all settings share. */
  config: string;
  /** This machine's settings, which a run that goes on does not name itself. */
  machine: readonly string[];
  /** TensorFlow's threads; null: as the config says. */
  threads: number | null;
  /** File to which it writes what it says. */
  log: string;
  /** Saves and stops the training. */
  signal: AbortSignal;
  /** Processes that run; this one is among them while it does. */
  children: Set<Process>;
  /**
   * Called when `trial.evaluations` has grown.
   * @param isLast whether the training ends there anyway
   * @returns whether to stop it
   */
  onEvaluation: (isLast: boolean) => boolean;
  /** Told what happens elsewhere. */
  say: (what: string) => void;
}

/** How a training's process ended. */
export interface TrialEnd {
  code: number;
  /** Why, where it ended badly. */
  error: string;
}

/**
 * Trains, or goes on with, one setting and seed until it ends; what it leaves
 * is read into `trial`.
 */
export async function runTrial(options: TrialOptions): Promise<TrialEnd> {
  const { trial, run, log, signal, children } = options;
  const child = await startCommand(await trainArguments(options), { log });
  children.add(child);
  using _stopping = addAbortListener(signal, child.stop);
  const look = async () => {
    if (!await hasNewEvaluation(trial, run)) return;
    const isLast = await readProgress(trial, run);
    // Where it has ended meanwhile, this does nothing.
    if (options.onEvaluation(isLast)) child.stop();
  };
  try {
    const end = await lookUntilEnd(child.ended, look);
    await look();
    await readProgress(trial, run);
    if (end.success) trial.final = await readFinalGames(run);
    return { code: end.code, error: failureText(end) };
  } finally {
    children.delete(child);
  }
}

async function trainArguments(
  { trial, run, values, config, machine, threads }: TrialOptions,
): Promise<string[]> {
  if (await isFile(run.info)) {
    const again = machine.flatMap((set) => ["--set", set]);
    return ["train", "--resume", run.name, ...again];
  }
  const sets = await trialSets({ values, config, threads });
  return [
    ...["train", "--config", config, "--run", run.name],
    ...["--seed", String(trial.seed)],
    ...sets.flatMap((set) => ["--set", set]),
  ];
}

/** What a training's config has beside the one that all settings share. */
export async function trialSets(
  { values, config, threads }: Pick<
    TrialOptions,
    "values" | "config" | "threads"
  >,
): Promise<string[]> {
  const later = [...await laterKeys(config)].filter(([key]) =>
    !(key in values)
  );
  // JSON is YAML, which `--set` reads.
  const sets = [...later, ...Object.entries(values)]
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  // Settings are compared by the means of all evaluations, so these are whole.
  sets.push("evaluation.endEarly=false");
  if (threads !== null) sets.push(`learner.threads=${threads}`);
  return sets;
}

async function hasNewEvaluation(
  { evaluations }: Trial,
  run: RunFolder,
): Promise<boolean> {
  const known = new Set(evaluations.map(({ step }) => `step-${step}`));
  // There is no folder before the training has made it.
  return (await namesIn(run.evaluations))
    .some((name) => /^step-\d+$/.test(name) && !known.has(name));
}

/**
 * Reads how far the training has come; a run that was not made stays as is.
 *
 * @returns whether its last evaluation was at its last step
 */
export async function readProgress(
  trial: Trial,
  run: RunFolder,
): Promise<boolean> {
  if (!await isFile(run.info)) return false;
  const { config, steps, minutes, evaluations } = await readRunData(run);
  if (steps > 0) Object.assign(trial, { steps, minutes });
  trial.evaluations = evaluations.map(({ step, mean }) => ({ step, mean }));
  return (evaluations.at(-1)?.step ?? 0) >= config.training.steps;
}

/** The games that `train` plays at its end. */
export async function readFinalGames(
  run: RunFolder,
): Promise<FinalGames | null> {
  const report = await readReport(run.report);
  if (!report) return null;
  const { scores, cap, firstSeed, seedPurpose } = report;
  return { scores, cap, firstSeed, seedPurpose };
}
