/** One training of a sweep, done by a worker. */
import { bringHome, type JobSet, queueTraining } from "../cluster/mod.ts";
import { loadConfig } from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import type { SweepPlan } from "./plan.ts";
import type { Trial } from "./state.ts";
import {
  readFinalGames,
  readProgress,
  type TrialEnd,
  type TrialOptions,
  trialSets,
} from "./trial.ts";

/** @throws UsageError when a training would not be the same on another machine */
export function checkRepeats({ base, settings }: SweepPlan): void {
  const clocks = [base.env.clock, ...settings.map((one) => one["env.clock"])];
  const minutes = [
    base.training.minutes,
    ...settings.map((one) => one["training.minutes"] ?? null),
  ];
  if (clocks.includes("live") || minutes.some((each) => each !== null)) {
    throw new UsageError(
      "A sweep with env.clock: live or training.minutes does not repeat on " +
        "another machine: leave out --nats, or give training.steps",
    );
  }
}

/** The name of a training among the jobs of its sweep. */
export const jobOf = ({ run }: Trial): string =>
  run.replace(
    /[^\w-]/g,
    (character) => `_${character.charCodeAt(0).toString(16)}`,
  );

/**
 * Has a worker train, or go on with, one setting and seed; the run comes home
 * and is read into `trial`.
 *
 * @returns null: it is queued, and left to the workers
 */
export async function trainElsewhere(
  { trial, run, signal, onEvaluation, say, ...options }: TrialOptions,
  { set, detach }: { set: JobSet; detach: boolean },
): Promise<TrialEnd | null> {
  const id = jobOf(trial);
  const sets = await trialSets(options);
  const config = await loadConfig(options.config, sets);
  await queueTraining(set, { id, config, seed: trial.seed }, run);
  if (detach) return null;
  let worker = "";
  const state = await set.ended(id, (state) => {
    if (state.state === "running" && state.worker !== worker) {
      say(`is with ${worker = state.worker}`);
    }
    trial.steps = state.steps;
    trial.minutes = state.minutes;
    if (state.evaluations.length <= trial.evaluations.length) return;
    trial.evaluations = state.evaluations;
    const isLast = trial.evaluations.at(-1)!.step >= config.training.steps;
    if (onEvaluation(isLast)) void set.order(id, "its setting is given up");
  }, signal);
  if (!state) return { code: 130, error: "nobody had begun it" };
  if (await bringHome(set, id, state, run)) await readProgress(trial, run);
  if (state.state === "finished") trial.final = await readFinalGames(run);
  const code = {
    finished: 0,
    failed: 1,
    stopped: 130,
    running: 130,
    waiting: 130,
  };
  return { code: code[state.state], error: state.reason };
}
