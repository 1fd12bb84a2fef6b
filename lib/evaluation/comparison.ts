/** Statistics of two or more samples of scores. Pure, the resampling seeded. */
import { bisectLeft, bisectRight } from "d3-array";
import { Random } from "../random.ts";
import {
  bootstrapInterval,
  type BootstrapOptions,
  type Interval,
  mean,
  percentileInterval,
  requireValues,
  resample,
  type Sample,
  type Statistic,
} from "./statistics.ts";

/**
 * Probability that a random value of `a` is above a random value of `b`, ties
 * counted half (Agarwal et al. 2021; Mann and Whitney's U over its maximum).
 *
 * @throws RangeError when a sample is empty
 */
export function probabilityOfImprovement(
  a: Sample,
  b: Sample,
): number {
  requireValues(a);
  requireValues(b);
  const ordered = Float64Array.from(b).sort();
  const wins = mean(Float64Array.from(
    a,
    (value) => bisectLeft(ordered, value) + bisectRight(ordered, value),
  ));
  return wins / 2 / b.length;
}

/**
 * Bootstrap interval of {@linkcode probabilityOfImprovement}: both samples are
 * resampled. @throws RangeError when a sample is empty
 */
export function probabilityOfImprovementInterval(
  a: Sample,
  b: Sample,
  options: BootstrapOptions = {},
): Interval {
  requireValues(a);
  requireValues(b);
  const { resamples = 2_000, confidence = 0.95, seed = 1 } = options;
  const random = new Random(seed);
  const figures = new Float64Array(resamples);
  resample(a, resamples, random, (sampleA, r) => {
    resample(b, 1, random, (sampleB) => {
      figures[r] = probabilityOfImprovement(sampleA, sampleB);
    });
  });
  return percentileInterval(figures, confidence);
}

/**
 * Bootstrap interval of a figure of several training runs' scores together:
 * runs are drawn first, then games within each of them, because games of one
 * run share its weights and are no independent samples of the method.
 *
 * @throws RangeError when there is no sample, or one is empty
 */
export function hierarchicalInterval(
  samples: readonly Sample[],
  statistic: Statistic,
  options: BootstrapOptions = {},
): Interval {
  if (samples.length === 0) throw new RangeError("there is no sample");
  samples.forEach(requireValues);
  const { resamples = 2_000, confidence = 0.95, seed = 1 } = options;
  const random = new Random(seed);
  const figures = Float64Array.from(
    { length: resamples },
    () =>
      statistic(samples.flatMap(() => {
        const games = samples[random.integer(samples.length)]!;
        return Array.from(
          { length: games.length },
          () => games[random.integer(games.length)]!,
        );
      })),
  );
  return percentileInterval(figures, confidence);
}

/** The difference of two paired samples. */
export interface PairedDifference {
  /** Mean of a - b. */
  difference: number;
  difference95: Interval;
}

/**
 * Mean difference of scores on the same seeds, a - b, with its percentile
 * bootstrap interval over the pairs: what decides between a champion and a
 * challenger.
 *
 * @throws RangeError when the samples are empty or of different lengths
 */
export function pairedDifference(
  a: Sample,
  b: Sample,
  options: BootstrapOptions = {},
): PairedDifference {
  if (a.length !== b.length) {
    throw new RangeError(
      `paired samples must have equal lengths, but got ${a.length} and ${b.length}`,
    );
  }
  const differences = Float64Array.from(
    { length: a.length },
    (_, i) => a[i]! - b[i]!,
  );
  return {
    difference: mean(differences),
    difference95: bootstrapInterval(differences, mean, options),
  };
}
