/**
 * 95 % intervals that hold what they say, also of few games: scores are
 * skewed, and cut off at a cap. `tests/evaluation/coverage_test.ts` holds them
 * to it.
 */
import { deviation, mean as meanOf } from "d3-array";
// @ts-types="./jstat.d.ts"
import jStat from "jstat";

/** Values of which a figure is told. */
export type Sample = readonly number[];

/** Bounds of a 95 % interval: [low, high]. */
export type Interval = [low: number, high: number];

/** Probability that the truth lies below an interval, or above it. */
const TAIL = 0.025;
const Z = jStat.normal.inv(1 - TAIL, 0, 1);

/**
 * Interval of a mean by Student's t.
 *
 * @param skewness of what the values were drawn from: Hall's cubic
 * transformation frees t of it (P. Hall 1992, "On the removal of skewness by
 * transformation", J. R. Statist. Soc. B 54:221-228)
 * @returns null of a single value and of equal ones: they do not tell how far
 * a mean may be off
 */
export function studentInterval(
  values: Sample,
  skewness = 0,
): Interval | null {
  const n = values.length;
  const sd = deviation(values) ?? 0;
  if (sd === 0) return null;
  const t = jStat.studentt.inv(1 - TAIL, n - 1);
  const k = skewness / Math.sqrt(n);
  const transformed = (t: number) =>
    Math.abs(k) < 1e-6 ? t : 3 / k * (Math.cbrt(1 + k * (t - k / 6)) - 1);
  const [mean, error] = [meanOf(values)!, sd / Math.sqrt(n)];
  return [
    mean - transformed(t) * error,
    mean - transformed(-t) * error,
  ];
}

/**
 * Interval of the mean of values that may be skewed: it holds Student's, and
 * the one freed of the sample's skewness, which may itself be chance.
 */
export const meanInterval = (values: Sample): Interval | null =>
  hull(studentInterval(values), studentInterval(values, skewnessOf(values)));

/** The adjusted Fisher-Pearson coefficient; 0 of fewer than three values. */
function skewnessOf(values: Sample): number {
  const n = values.length;
  const sd = deviation(values) ?? 0;
  if (n < 3 || sd === 0) return 0;
  const mean = meanOf(values)!;
  const cubes = values.map((value) => ((value - mean) / sd) ** 3);
  return n ** 2 / ((n - 1) * (n - 2)) * meanOf(cubes)!;
}

/**
 * Interval of the mean of scores that end at a cap. What the games lack to it
 * is the share that lacks something times how much those lack: the intervals
 * of both are put together by the square of their distances on a logarithmic
 * scale (G. Zou and A. Donner 2008, "Construction of confidence limits about
 * effect measures", Stat. Med. 27:1693-1702). So games that all reached the
 * cap have an interval too: from where the cap is, down to what a share that
 * Wilson's interval allows would cost if it scored nothing.
 *
 * @param scores from 0 to the cap
 * @returns null of a single game, and of equal scores below the cap
 */
export function cappedMeanInterval(
  scores: Sample,
  cap: number,
): Interval | null {
  const n = scores.length;
  if (n < 2) return null;
  const lacking = scores.filter((score) => score < cap)
    .map((score) => cap - score);
  if (lacking.length === n) {
    const interval = meanInterval(scores);
    return interval && within(interval, 0, cap);
  }
  const [few, many] = wilsonInterval(lacking.length, n);
  if (lacking.length === 0) return [cap - many * cap, cap];
  const share = lacking.length / n;
  const size = meanOf(lacking)!;
  const [small, large] = within(studentInterval(lacking) ?? [0, cap], 0, cap);
  const factor = (a: number, b: number) =>
    Math.exp(Math.hypot(Math.log(a), Math.log(b)));
  const most = share * size * factor(many / share, large / size);
  const least = share * size / factor(share / few, size / small);
  return [Math.max(0, cap - most), cap - least];
}

/**
 * Interval of a share (E. Wilson 1927, "Probable inference, the law of
 * succession, and statistical inference", JASA 22:209-212). It has a width
 * where all or none of `n` are counted.
 */
export function wilsonInterval(count: number, n: number): Interval {
  const share = count / n;
  const centre = share + Z ** 2 / (2 * n);
  const width = Z * Math.sqrt(share * (1 - share) / n + (Z / (2 * n)) ** 2);
  const scale = 1 + Z ** 2 / n;
  return within([(centre - width) / scale, (centre + width) / scale], 0, 1);
}

/**
 * Exact interval of the number of events to be expected where `count` were
 * seen (F. Garwood 1936, "Fiducial limits for the Poisson distribution",
 * Biometrika 28:437-442).
 */
export function poissonInterval(count: number): Interval {
  return [
    count === 0 ? 0 : jStat.chisquare.inv(TAIL, 2 * count) / 2,
    jStat.chisquare.inv(1 - TAIL, 2 * count + 2) / 2,
  ];
}

/**
 * Interval of the probability that a value of one sample is above one of
 * another (R. Newcombe 2006, "Confidence intervals for an effect size measure
 * based on the Mann-Whitney statistic. Part 2", Stat. Med. 25:559-573, method
 * 5): all probabilities that lie no further from `estimate` than chance, by
 * Hanley and McNeil's variance, would bring it.
 *
 * @param n values of one sample
 * @param m values of the other
 */
export function superiorityInterval(
  estimate: number,
  n: number,
  m: number,
): Interval {
  const pairs = (n + m) / 2 - 1;
  const reaches = (p: number) =>
    Math.abs(p - estimate) <= Z * Math.sqrt(
          p * (1 - p) / (n * m) *
            (1 + pairs * ((1 - p) / (2 - p) + p / (1 + p))),
        );
  const furthest = (end: number) => {
    let [inside, outside] = [estimate, end];
    for (let i = 0; i < 50; i++) {
      const middle = (inside + outside) / 2;
      if (reaches(middle)) inside = middle;
      else outside = middle;
    }
    return inside;
  };
  return [furthest(0), furthest(1)];
}

/** The smallest interval that holds both; null is no interval. */
export function hull(a: Interval | null, b: Interval | null): Interval | null {
  return a && b ? [Math.min(a[0], b[0]), Math.max(a[1], b[1])] : a ?? b;
}

/** The part of an interval that can be. */
export const within = (
  [low, high]: Interval,
  least: number,
  most: number,
): Interval => [Math.max(least, low), Math.min(most, high)];
