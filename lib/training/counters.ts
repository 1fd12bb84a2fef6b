/** What is counted during training, and when it is enough. */
import type { Config } from "../config/mod.ts";

/** Why training ended. */
export type StopReason =
  | "steps" // all of training.steps are done
  | "minutes" // training.minutes are over
  | "target" // an evaluation reached evaluation.target
  | "patience" // evaluation.patience evaluations without a better one
  | "signal"; // somebody asked it to stop

/** What is counted on the way; a checkpoint stores it. JSON-safe. */
export interface Counters {
  /** Agent steps done, of all environments together. */
  step: number;
  /** Games that ended. */
  games: number;
  /** Seconds of training so far, over all resumptions. */
  wallSeconds: number;
  /** The evaluation with the highest mean score so far. */
  best: { step: number; mean: number } | null;
  /** Evaluations since the best one. */
  evaluationsWithoutBetter: number;
  /** An evaluation of this very step has not been made, or was broken off. */
  evaluationDue: boolean;
  /** Sums over the updates since the last line of metrics. */
  interval: { updates: number; loss: number; meanQ: number; tdError: number };
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
    interval: { updates: 0, loss: 0, meanQ: 0, tdError: 0 },
  };
}

/** Why training ends now; null: it goes on. */
export function stopReason(
  { training, evaluation }: Config,
  counters: Counters,
  signal: AbortSignal,
): StopReason | null {
  const { step, wallSeconds, best, evaluationsWithoutBetter } = counters;
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

/**
 * Whether this evaluation is the best so far; counts it. Of two equal ones
 * (in both all games reached the cap) the later has learned from more games.
 */
export function isBest(counters: Counters, mean: number): boolean {
  const { best, step } = counters;
  counters.evaluationDue = false;
  counters.evaluationsWithoutBetter = best && mean <= best.mean
    ? counters.evaluationsWithoutBetter + 1
    : 0;
  if (best && mean < best.mean) return false;
  counters.best = { step, mean };
  return true;
}
