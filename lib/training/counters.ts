/** What is counted during training, and when it is enough. */
import type { Config } from "../config/mod.ts";
import type { IntervalSums } from "../runs/mod.ts";

/** Why training ended. */
export type StopReason =
  | "steps" // all of training.steps are done
  | "minutes" // training.minutes are over
  | "target" // an evaluation reached evaluation.target
  | "patience" // evaluation.patience evaluations without a better one
  | "signal"; // somebody asked it to stop

/** An evaluation that was the best when it was made. */
export interface BestEvaluation {
  step: number;
  /** Mean score of its games. */
  mean: number;
  /** Number of its games, and the score at which they ended. */
  episodes?: number;
  cap?: number;
}

/** What is counted on the way; a checkpoint stores it. JSON-safe. */
export interface Counters {
  /** Agent steps done, of all environments together. */
  step: number;
  /** Games that ended. */
  games: number;
  /** Seconds of training so far, over all resumptions. */
  wallSeconds: number;
  /** The evaluation with the highest mean score so far. */
  best: BestEvaluation | null;
  /** Evaluations since the best one. */
  evaluationsWithoutBetter: number;
  /** An evaluation of this very step has not been made, or was broken off. */
  evaluationDue: boolean;
  /** The step of the last evaluation. */
  evaluatedStep: number;
  /**
   * Agent steps for which updates are owed, one per `training.stepsPerUpdate`;
   * 0 or less: none is.
   */
  owed: number;
  /** Sums since the last line of metrics. */
  interval: IntervalSums;
}

/** The counters of a run that has not begun. */
export function freshCounters(): Counters {
  return {
    step: 0,
    games: 0,
    wallSeconds: 0,
    best: null,
    evaluationsWithoutBetter: 0,
    evaluationDue: false,
    evaluatedStep: 0,
    owed: 0,
    interval: freshInterval(),
  };
}

/** The sums of an interval that has not begun. */
export function freshInterval(): IntervalSums {
  return { steps: 0, seconds: 0, updates: 0, loss: 0, meanQ: 0, tdError: 0 };
}

/** The counters of a checkpoint; one of an earlier version lacks some. */
export type StoredCounters =
  & Pick<Counters, "step" | "games" | "wallSeconds">
  & Partial<Omit<Counters, "interval">>
  & { interval: Partial<IntervalSums> };

/**
 * Goes on from stored counters. Those of earlier versions owe what was due
 * since step 0, but no more than one step of all environments brings.
 *
 * @param updates that were made so far
 */
export function restoreCounters(
  counters: Counters,
  stored: StoredCounters,
  { env, replay, training }: Config,
  updates: number,
): void {
  if (!Number.isSafeInteger(stored.step)) {
    throw new RangeError(`${stored.step} is no number of steps`);
  }
  const due = Math.max(0, stored.step - replay.warmup) -
    updates * training.stepsPerUpdate;
  const owed = Math.max(
    1 - training.stepsPerUpdate,
    Math.min(due, env.instances),
  );
  Object.assign(counters, freshCounters(), { owed }, stored, {
    interval: { ...freshInterval(), ...stored.interval },
  });
}

/** Counts agent steps: those after the warm-up are to be learned from. */
export function countSteps(
  counters: Counters,
  steps: number,
  { replay }: Config,
): void {
  const afterWarmup = () => Math.max(0, counters.step - replay.warmup);
  const before = afterWarmup();
  counters.step += steps;
  counters.interval.steps += steps;
  counters.owed += afterWarmup() - before;
}

/** Why training ends now; null: it goes on. */
export function stopReason(
  { training, evaluation }: Config,
  counters: Counters,
  signal: AbortSignal,
): StopReason | null {
  const { step, wallSeconds, evaluationsWithoutBetter } = counters;
  const best = comparableBest(counters, evaluation);
  if (signal.aborted) return "signal";
  if (evaluation.target !== null && best && best.mean >= evaluation.target) {
    return "target";
  }
  if (
    evaluation.patience !== null &&
    evaluationsWithoutBetter >= evaluation.patience
  ) return "patience";
  if (step >= training.steps) return "steps";
  if (training.minutes !== null && wallSeconds >= training.minutes * 60) {
    return "minutes";
  }
  return null;
}

/** Forgets an evaluation that was the best at this step, or before it. */
export function forgetBest(counters: Counters, step: number): void {
  if (!counters.best || counters.best.step > step) return;
  counters.best = null;
  counters.evaluationsWithoutBetter = 0;
}

/**
 * Whether an evaluation is to be made now. When the time is over it is, though
 * not due: nobody chose the step at which that happens, and the steps since the
 * last evaluation may have made the best agent.
 */
export function evaluatesNow(
  config: Config,
  counters: Counters,
  signal: AbortSignal,
): boolean {
  return counters.evaluationDue ||
    (stopReason(config, counters, signal) === "minutes" &&
      counters.evaluatedStep < counters.step);
}

/**
 * Whether this evaluation is the best so far; counts it. Of two equal ones
 * (in both all games reached the cap) the later has learned from more games.
 */
export function isBest(
  counters: Counters,
  mean: number,
  { evaluation }: Config,
): boolean {
  const { step } = counters;
  const best = comparableBest(counters, evaluation);
  counters.evaluationDue = false;
  counters.evaluatedStep = step;
  counters.evaluationsWithoutBetter = best && mean <= best.mean
    ? counters.evaluationsWithoutBetter + 1
    : 0;
  if (best && mean < best.mean) return false;
  const { episodes, maxScore: cap } = evaluation;
  counters.best = { step, mean, episodes, cap };
  return true;
}

/**
 * The best so far, if it was made with the games of now; a mean of other games
 * says nothing beside one of these. One that does not say which (of an earlier
 * version) was.
 */
export function comparableBest(
  { best }: Counters,
  { episodes, maxScore }: Config["evaluation"],
): BestEvaluation | null {
  return best && (best.episodes ?? episodes) === episodes &&
      (best.cap ?? maxScore) === maxScore
    ? best
    : null;
}
