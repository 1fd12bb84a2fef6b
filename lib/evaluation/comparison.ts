/** Statistics of two samples of scores. Pure. */
import { bisectLeft, bisectRight, mean } from "d3-array";
import {
  type Interval,
  meanInterval,
  type Sample,
  superiorityInterval,
} from "./intervals.ts";
import { requireValues } from "./statistics.ts";

/** How often one sample is above another. */
export interface Improvement {
  improvement: number;
  improvement95: Interval;
}

/**
 * Probability that a random value of `a` is above a random value of `b`, ties
 * counted half (Agarwal et al. 2021; Mann and Whitney's U over its maximum).
 *
 * @throws RangeError when a sample is empty
 */
export function probabilityOfImprovement(a: Sample, b: Sample): Improvement {
  requireValues(a);
  requireValues(b);
  const ordered = b.toSorted((x, y) => x - y);
  const below = a.map((value) =>
    (bisectLeft(ordered, value) + bisectRight(ordered, value)) / 2
  );
  const improvement = mean(below)! / b.length;
  return {
    improvement,
    improvement95: superiorityInterval(improvement, a.length, b.length),
  };
}

/** The difference of two paired samples. */
export interface PairedDifference {
  /** Mean of a - b. */
  difference: number;
  /** null: there is a single pair, or all differ by the same. */
  difference95: Interval | null;
}

/**
 * Mean difference of scores on the same seeds, a - b: what decides between a
 * champion and a challenger.
 *
 * @throws RangeError when the samples are empty or of different lengths
 */
export function pairedDifference(a: Sample, b: Sample): PairedDifference {
  requireValues(a);
  if (a.length !== b.length) {
    throw new RangeError(
      `paired samples must have equal lengths, but got ${a.length} and ${b.length}`,
    );
  }
  const differences = a.map((value, i) => value - b[i]!);
  return {
    difference: mean(differences)!,
    difference95: meanInterval(differences),
  };
}
