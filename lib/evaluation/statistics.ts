/**
 * Statistics of scores. Scores of this game are heavy-tailed (the standard
 * deviation is often larger than the mean), so every central figure comes with
 * a bootstrap interval, and the interquartile mean stands beside the mean.
 * All functions are pure; the resampling is seeded.
 */
import {
  deviation,
  mean as meanOf,
  median as medianOf,
  quantile,
} from "d3-array";
import { Random } from "../random.ts";

/** Values of which a figure is told. */
export type Sample = readonly number[] | Float64Array;

/** Bounds of an interval: [low, high]. */
export type Interval = [low: number, high: number];

/** A figure of a sample; it must not change the sample. */
export type Statistic = (values: Sample) => number;

/** How an interval is resampled. */
export interface BootstrapOptions {
  /** Resamples drawn. @default {10_000} */
  resamples?: number;
  /** Share of the resampled figures inside the interval. @default {0.95} */
  confidence?: number;
  /** Seed of the resampling. @default {1} */
  seed?: number;
}

/** @throws RangeError on an empty sample, of which no figure can be told */
export function requireValues(values: Sample): void {
  if (values.length === 0) {
    throw new RangeError("a statistic needs at least one value, but got none");
  }
}

/** The arithmetic mean. @throws RangeError on an empty sample */
export function mean(values: Sample): number {
  requireValues(values);
  return meanOf(values)!;
}

/** The median. @throws RangeError on an empty sample */
export function median(values: Sample): number {
  requireValues(values);
  return medianOf(values)!;
}

/**
 * The interquartile mean: the mean without the lowest and the highest quarter
 * (Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the
 * Statistical Precipice"). As there, a quarter is floor(n / 4) whole values,
 * which is `trim_mean(values, 0.25)` of SciPy.
 *
 * @throws RangeError on an empty sample
 */
export function interquartileMean(values: Sample): number {
  return interquartileMeanOfSorted(Float64Array.from(values).sort());
}

function interquartileMeanOfSorted(ordered: Float64Array): number {
  const cut = Math.floor(ordered.length / 4);
  return mean(ordered.subarray(cut, ordered.length - cut));
}

/** Share of the values, 0 to 1, for which `holds`. */
export function share(
  values: Sample,
  holds: (value: number) => boolean,
): number {
  requireValues(values);
  return Array.from(values).filter(holds).length / values.length;
}

/** The interval that holds the middle `confidence` of figures; sorts them. */
export function percentileInterval(
  resampled: Float64Array,
  confidence: number,
): Interval {
  resampled.sort();
  const tail = (1 - confidence) / 2;
  return [
    quantile(resampled, tail)!,
    quantile(resampled, 1 - tail)!,
  ];
}

/**
 * Draws `resamples` samples with replacement, sorted, and hands each to
 * `visit`. The sample's buffer is used again.
 */
export function resample(
  values: Sample,
  resamples: number,
  random: Random,
  visit: (ordered: Float64Array, index: number) => void,
): void {
  // Sorting the values once and counting draws gives each resample in order.
  const ordered = Float64Array.from(values).sort();
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
  values: Sample,
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
  /** Standard deviation of the games (n - 1 in the denominator); 0 of one. */
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
  scores: Sample,
  options: BootstrapOptions = {},
): ScoreSummary {
  requireValues(scores);
  const { resamples = 10_000, confidence = 0.95, seed = 1 } = options;
  const means = new Float64Array(resamples);
  const medians = new Float64Array(resamples);
  const iqms = new Float64Array(resamples);
  resample(scores, resamples, new Random(seed), (sample, r) => {
    means[r] = mean(sample);
    medians[r] = quantile(sample, 0.5)!;
    iqms[r] = interquartileMeanOfSorted(sample);
  });
  const ordered = Float64Array.from(scores).sort();
  return {
    mean: mean(ordered),
    mean95: percentileInterval(means, confidence),
    median: median(ordered),
    median95: percentileInterval(medians, confidence),
    iqm: interquartileMeanOfSorted(ordered),
    iqm95: percentileInterval(iqms, confidence),
    sd: deviation(ordered) ?? 0,
    quartiles: [
      quantile(ordered, 0.25)!,
      quantile(ordered, 0.75)!,
    ],
    min: ordered[0]!,
    max: ordered.at(-1)!,
  };
}
