/** The challenger: the run that is trained on, night after night. */
import { join } from "node:path";
import {
  type Config,
  lastingDifferences,
  loadOwnConfig,
  withSchedules,
} from "../config/mod.ts";
import { acquireLock } from "../system/mod.ts";
import {
  createRun,
  listCheckpoints,
  openRun,
  type RunFolder,
  runFolderAt,
  RUNS_FOLDER,
  updateRunConfig,
} from "../runs/mod.ts";
import { freshCounters, newestSoundCounters } from "../training/mod.ts";
import { nightName } from "./paths.ts";

/** Name of its run. */
export const CHALLENGER = "challenger";
/** Followed by a night's number: challengers that are not continued. */
export const SET_ASIDE = `${CHALLENGER}-until-`;

/** More agent steps in a second than any machine plays. */
const MOST_STEPS_PER_SECOND = 100_000;

/** A challenger that is ready to be trained. */
export interface Challenger {
  run: RunFolder;
  /** Agent steps and seconds of training that it has behind it. */
  from: { step: number; wallSeconds: number };
}

/** What {@linkcode prepareChallenger} works by. */
export interface ChallengerOptions {
  /** Tonight's config; `retraining` holds the night's budget. */
  config: Config;
  night: number;
  /** Told what was unusual, in sentences. */
  warn: (message: string) => void;
  /** Folder of the runs. @default {RUNS_FOLDER} */
  root?: string;
}

/**
 * Finds the challenger, or makes it, and writes the night's budget into its
 * config, on top of what it has done. One that cannot be continued (all of its
 * checkpoints are damaged, or the config asks for another network or game) is
 * set aside under another name.
 *
 * @throws RunLockedError when another process trains it
 */
export async function prepareChallenger(
  { config, night, warn, root = RUNS_FOLDER }: ChallengerOptions,
): Promise<Challenger> {
  const found = await findChallenger(config, night, warn, root);
  const { run, from } = found ?? {
    run: await createRun({
      config,
      name: CHALLENGER,
      configName: CHALLENGER,
      root,
    }),
    from: freshCounters(),
  };
  await updateRunConfig(run, withBudget(config, from));
  return { run, from };
}

async function findChallenger(
  config: Config,
  night: number,
  warn: (message: string) => void,
  root: string,
): Promise<Challenger | null> {
  const { path, lock } = runFolderAt(join(root, CHALLENGER));
  if (!await Deno.stat(path).catch(() => null)) return null;
  using _lock = await acquireLock(lock, "The challenger");
  const continued = await continueChallenger(config, warn, root);
  if (typeof continued !== "string") return continued;
  const aside = join(root, SET_ASIDE + nightName(night));
  await Deno.rename(path, aside);
  warn(
    `the challenger begins anew: ${continued}; the former one is in ${aside}`,
  );
  return null;
}

/** The challenger, or why it cannot be continued. */
async function continueChallenger(
  config: Config,
  warn: (message: string) => void,
  root: string,
): Promise<Challenger | string> {
  let run: RunFolder;
  let former: Config;
  try {
    run = await openRun(CHALLENGER, root);
    former = await loadOwnConfig(run.config, "run");
  } catch (error) {
    return (error as Error).message;
  }
  const changed = lastingDifferences(former, config).map(({ key }) => key);
  if (changed.length > 0) {
    return `the config has another ${changed.join(", ")}`;
  }
  const counters = await newestSoundCounters(run.checkpoints, warn);
  if (counters !== null) return { run, from: counters };
  return (await listCheckpoints(run.checkpoints)).length === 0
    ? { run, from: freshCounters() }
    : "none of its checkpoints is sound";
}

/**
 * A config with the night's budget on top of what was done. Its target and its
 * patience are for runs that end; the challenger goes on.
 */
export function withBudget(
  config: Config,
  { step, wallSeconds }: Challenger["from"],
): Config {
  const { minutes, steps } = config.retraining;
  return {
    // A budget is no length: the learning rate goes on as the config has it.
    ...withSchedules(config),
    training: {
      ...config.training,
      steps: step + (steps ?? Math.ceil(minutes * 60 * MOST_STEPS_PER_SECOND)),
      minutes: wallSeconds / 60 + minutes,
    },
    evaluation: { ...config.evaluation, target: null, patience: null },
  };
}
