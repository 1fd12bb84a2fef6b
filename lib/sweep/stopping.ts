/** Giving settings up before their end. Pure. */
import { mean, median } from "../evaluation/mod.ts";
import type { Stopping } from "./schema.ts";

/** Mean score of greedy games during a training, at a step. */
export interface EvaluationMean {
  /** Agent steps of the run. */
  step: number;
  /** On the seeds that choose, never on those of the final games. */
  mean: number;
}

/** The trainings of one setting as far as they have come. */
export interface Progress {
  setting: number;
  /** Of each training seed, in the order of its steps. */
  curves: readonly (readonly EvaluationMean[])[];
}

/** Why a setting is given up. */
export interface StopVerdict {
  step: number;
  /** The setting's best so far, and the median that it stays below. */
  best: number;
  median: number;
}

/**
 * The median stopping rule (Golovin et al. 2017, "Google Vizier: A Service for
 * Black-Box Optimization"): at a step, a setting stops if its best evaluation
 * so far is below the median of the other settings' averages over all of their
 * evaluations up to that step. Of several training seeds the mean counts, so
 * one unlucky seed does not decide against its setting alone.
 *
 * @param step at which `setting` was evaluated
 * @returns null: it goes on
 */
export function medianStop(
  setting: number,
  step: number,
  progress: readonly Progress[],
  stopping: Stopping,
): StopVerdict | null {
  if (stopping === "none" || step < stopping.after) return null;
  const own = progress.find((other) => other.setting === setting);
  const best = own && meanAt(own, step, (means) => Math.max(...means));
  const others = progress
    .filter((other) => other.setting !== setting)
    .flatMap((other) => meanAt(other, step, mean) ?? []);
  if (best === undefined || best === null) return null;
  if (others.length < stopping.others) return null;
  const middle = median(others);
  return best < middle ? { step, best, median: middle } : null;
}

/** Mean over the seeds that have come so far; null: none has. */
function meanAt(
  { curves }: Progress,
  step: number,
  figure: (means: number[]) => number,
): number | null {
  const reached = curves
    .filter((curve) => (curve.at(-1)?.step ?? -1) >= step)
    .map((curve) =>
      figure(
        curve.filter((point) => point.step <= step).map((point) => point.mean),
      )
    );
  return reached.length === 0 ? null : mean(reached);
}
