/**
 * Statistics of scores. Scores of this game are heavy-tailed (the standard
 * deviation is often larger than the mean), so every central figure comes with
 * a bootstrap interval, and the interquartile mean stands beside the mean.
 * All functions are pure; the resampling is seeded.
 */
import { Random } from "../random.ts";

/** Bounds of an interval: [low, high]. */
export type Interval = [low: number, high: number];

/** A figure of a sample; it must not change the sample. */
export type Statistic = (values: ArrayLike<number>) => number;

/** How an interval is resampled. */
export interface BootstrapOptions {
  /** Resamples drawn. @default {10_000} */
  resamples?: number;
  /** Share of the resampled figures inside the interval. @default {0.95} */
  confidence?: number;
  /** Seed of the resampling. @default {1} */
  seed?: number;
}

/** The values in ascending order. */
export function sorted(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** @throws RangeError on an empty sample, of which no figure can be told */
export function requireValues(values: ArrayLike<number>): void {
  if (values.length === 0) {
    throw new RangeError("a statistic needs at least one value, but got none");
  }
}

/** The arithmetic mean. @throws RangeError on an empty sample */
export function mean(values: ArrayLike<number>): number {
  requireValues(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/**
 * The standard deviation of a sample (n - 1 in the denominator); 0 for one
 * value. @throws RangeError on an empty sample
 */
export function standardDeviation(values: ArrayLike<number>): number {
  const centre = mean(values);
  if (values.length === 1) return 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - centre) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

function quantileOfSorted(ordered: Float64Array, q: number): number {
  const position = (ordered.length - 1) * q;
  const below = Math.floor(position);
  const low = ordered[below]!;
  const high = ordered[Math.min(below + 1, ordered.length - 1)]!;
  return low + (high - low) * (position - below);
}

/**
 * The q-quantile, with linear interpolation between the neighbours (NumPy's
 * default). @throws RangeError on an empty sample or q outside [0, 1]
 */
export function quantile(values: ArrayLike<number>, q: number): number {
  requireValues(values);
  if (!(q >= 0 && q <= 1)) {
    throw new RangeError(`a quantile must be from 0 to 1, but got ${q}`);
  }
  return quantileOfSorted(sorted(values), q);
}

/** The median. @throws RangeError on an empty sample */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

function interquartileMeanOfSorted(ordered: Float64Array): number {
  const cut = Math.floor(ordered.length / 4);
  return mean(ordered.subarray(cut, ordered.length - cut));
}

/**
 * The interquartile mean: the mean without the lowest and the highest quarter
 * (Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the
 * Statistical Precipice"). As there, a quarter is floor(n / 4) whole values,
 * which is `trim_mean(values, 0.25)` of SciPy.
 *
 * @throws RangeError on an empty sample
 */
export function interquartileMean(values: ArrayLike<number>): number {
  requireValues(values);
  return interquartileMeanOfSorted(sorted(values));
}

/** Share of the values, 0 to 1, for which `holds`. */
export function share(
  values: ArrayLike<number>,
  holds: (value: number) => boolean,
): number {
  requireValues(values);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (holds(values[i]!)) count++;
  return count / values.length;
}

/** The interval that holds the middle `confidence` of figures; sorts them. */
export function percentileInterval(
  resampled: Float64Array,
  confidence: number,
): Interval {
  resampled.sort();
  const tail = (1 - confidence) / 2;
  return [
    quantileOfSorted(resampled, tail),
    quantileOfSorted(resampled, 1 - tail),
  ];
}

/**
 * Draws `resamples` samples with replacement, sorted, and hands each to
 * `visit`. The sample's buffer is used again.
 */
export function resample(
  values: ArrayLike<number>,
  resamples: number,
  random: Random,
  visit: (ordered: Float64Array, index: number) => void,
): void {
  // Sorting the values once and counting draws gives each resample in order.
  const ordered = sorted(values);
  const n = ordered.length;
  const counts = new Uint32Array(n);
  const sample = new Float64Array(n);
  for (let r = 0; r < resamples; r++) {
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[random.integer(n)]! += 1;
    let next = 0;
    for (let i = 0; i < n; i++) {
      const end = next + counts[i]!;
      sample.fill(ordered[i]!, next, end);
      next = end;
    }
    visit(sample, r);
  }
}

/**
 * Percentile bootstrap interval of any figure of a sample (Efron 1979).
 *
 * @throws RangeError on an empty sample
 */
export function bootstrapInterval(
  values: ArrayLike<number>,
  statistic: Statistic,
  options: BootstrapOptions = {},
): Interval {
  requireValues(values);
  const { resamples = 10_000, confidence = 0.95, seed = 1 } = options;
  const figures = new Float64Array(resamples);
  resample(values, resamples, new Random(seed), (sample, r) => {
    figures[r] = statistic(sample);
  });
  return percentileInterval(figures, confidence);
}

/** What is told of a sample of scores. */
export interface ScoreSummary {
  mean: number;
  /** 95 % interval of the mean, as the other fields whose names end in 95. */
  mean95: Interval;
  median: number;
  median95: Interval;
  /** Interquartile mean: the mean of the middle half. */
  iqm: number;
  iqm95: Interval;
  /** Standard deviation of the games. */
  sd: number;
  /** First and third quartile. */
  quartiles: Interval;
  min: number;
  max: number;
}

/**
 * Mean, median and interquartile mean with their 95 % percentile bootstrap
 * intervals (10,000 resamples, one seed, all three of the same resamples).
 *
 * @throws RangeError on an empty sample
 */
export function summarizeScores(
  scores: ArrayLike<number>,
  options: BootstrapOptions = {},
): ScoreSummary {
  requireValues(scores);
  const { resamples = 10_000, confidence = 0.95, seed = 1 } = options;
  const means = new Float64Array(resamples);
  const medians = new Float64Array(resamples);
  const iqms = new Float64Array(resamples);
  resample(scores, resamples, new Random(seed), (sample, r) => {
    means[r] = mean(sample);
    medians[r] = quantileOfSorted(sample, 0.5);
    iqms[r] = interquartileMeanOfSorted(sample);
  });
  const ordered = sorted(scores);
  return {
    mean: mean(ordered),
    mean95: percentileInterval(means, confidence),
    median: quantileOfSorted(ordered, 0.5),
    median95: percentileInterval(medians, confidence),
    iqm: interquartileMeanOfSorted(ordered),
    iqm95: percentileInterval(iqms, confidence),
    sd: standardDeviation(ordered),
    quartiles: [
      quantileOfSorted(ordered, 0.25),
      quantileOfSorted(ordered, 0.75),
    ],
    min: ordered[0]!,
    max: ordered[ordered.length - 1]!,
  };
}
