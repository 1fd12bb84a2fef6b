/** The challengers: the runs that are trained on, night after night. */
import { join } from "node:path";
import {
  type Config,
  lastingDifferences,
  loadOwnConfig,
  machineSets,
  withSchedules,
} from "../config/mod.ts";
import { ifThere } from "../files.ts";
import { acquireLock } from "../system/mod.ts";
import {
  createRun,
  hasTrained,
  listCheckpoints,
  openRun,
  type RunFolder,
  runFolderAt,
  updateRunConfig,
} from "../runs/mod.ts";
import { freshCounters, newestSoundCounters } from "../training/mod.ts";
import { type ChampionFolder, nightName } from "./paths.ts";

/** Names of the challengers' runs. */
export const CHALLENGER = /^challenger(?:\.\d+)?$/;
/** Names of challengers that are not continued, with the night's number. */
export const SET_ASIDE = /^challenger(?:\.\d+)?-until-night-(\d+)$/;

/** More agent steps in a second than any machine plays. */
const MOST_STEPS_PER_SECOND = 100_000;

/** A challenger that is ready to be trained. */
export interface Challenger {
  run: RunFolder;
  /** Agent steps and seconds of training that it has behind it. */
  from: { step: number; wallSeconds: number };
}

/**
 * Finds a challenger, or makes it, and writes the night's budget into its
 * config, on top of what it has done. One that cannot be continued (all of its
 * checkpoints are damaged, or the config asks for another network or game) is
 * set aside under another name.
 *
 * @param tonight config, whose `retraining` holds the budget
 * @param number from 1; each has a training seed of its own
 * @param warn told what was unusual, in sentences
 * @throws RunLockedError when another process trains it
 */
export async function prepareChallenger(
  tonight: Config,
  number: number,
  { runs }: ChampionFolder,
  night: number,
  warn: (message: string) => void,
): Promise<Challenger> {
  const seed = (tonight.seed + number - 1) % 2 ** 32;
  const config = { ...tonight, seed };
  const name = number === 1 ? "challenger" : `challenger.${number}`;
  const run = runFolderAt(join(runs, name));
  if (await ifThere(Deno.stat(run.path))) {
    using _lock = await acquireLock(run.lock, "The challenger");
    const from = await whereItStands(run, config, warn);
    if (typeof from !== "string") {
      await updateRunConfig(run, withBudget(config, from));
      return { run, from };
    }
    const aside = `${run.path}-until-${nightName(night)}`;
    await Deno.rename(run.path, aside);
    warn(`the challenger begins anew: ${from}; the former one is in ${aside}`);
  }
  const from = freshCounters();
  return {
    run: await createRun({
      config: withBudget(config, from),
      ...{ name, configName: "challenger", own: true, root: runs },
    }),
    from,
  };
}

/** What the challenger has behind it, or why it cannot be continued. */
async function whereItStands(
  run: RunFolder,
  config: Config,
  warn: (message: string) => void,
): Promise<Challenger["from"] | string> {
  try {
    await openRun(run.path);
    const former = await loadOwnConfig(run.config, "run", machineSets(config));
    const changed = lastingDifferences(former, config).map(({ key }) => key);
    if (changed.length > 0) {
      return `the config has another ${changed.join(", ")}`;
    }
  } catch (error) {
    return (error as Error).message;
  }
  const counters = await newestSoundCounters(run.checkpoints, warn);
  if (counters !== null) return counters;
  const [damaged] = await listCheckpoints(run.checkpoints);
  return damaged !== undefined || await hasTrained(run)
    ? "none of its checkpoints is sound"
    : freshCounters();
}

/**
 * A config with the night's budget on top of what was done. Its target and its
 * patience are for runs that end; the challenger goes on.
 */
function withBudget(
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
