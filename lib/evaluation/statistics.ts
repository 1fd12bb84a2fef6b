/**
 * Statistics of scores. Scores of this game are heavy-tailed (the standard
 * deviation is often larger than the mean) and end at a cap, so every central
 * figure comes with an interval, the interquartile mean stands beside the mean,
 * and the crashes per points, which no cap cuts off, beside both. All functions
 * are pure; what is drawn is seeded.
 */
import {
  deviation,
  mean as meanOf,
  median as medianOf,
  quantile,
} from "d3-array";
import { Random } from "../random.ts";
import {
  cappedMeanInterval,
  hull,
  type Interval,
  poissonInterval,
  type Sample,
  studentInterval,
  wilsonInterval,
  within,
} from "./intervals.ts";

const DRAWS = 4_000;
/** The tutorial's best game, which `above4000` is measured against. */
const TUTORIAL_SCORE = 4000;

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
 */
function interquartileMean(ordered: Sample): number {
  const cut = Math.floor(ordered.length / 4);
  return mean(ordered.slice(cut, ordered.length - cut));
}

/** Share of the values, 0 to 1, for which `holds`. */
function share(values: Sample, holds: (value: number) => boolean): number {
  return values.filter(holds).length / values.length;
}

/** Figures of a sample of scores. */
export interface ScoreFigures {
  /** The arithmetic mean. */
  mean: number;
  /** The middle value. */
  median: number;
  /** Interquartile mean: the mean of the middle half. */
  iqm: number;
  /** Standard deviation of the games (n - 1 in the denominator); 0 of one. */
  sd: number;
  /** First and third quartile. */
  quartiles: Interval;
  /** The lowest. */
  min: number;
  /** The highest. */
  max: number;
  /** Share of the games, 0 to 1, that reached the cap: censored values. */
  capped: number;
  /** Share of the games, 0 to 1, of 4,000 points and more: the tutorial's "4000+". */
  above4000: number;
  /** Games that ended below the cap, per 100,000 points of all games. */
  crashesPer100k: number;
}

/** What is told of a sample of scores. null: there is no such interval. */
export interface ScoreSummary extends ScoreFigures {
  /** 95 % interval of the mean, as the other fields whose names end in 95. */
  mean95: Interval | null;
  /** Of the median. */
  median95: Interval | null;
  /** Of the interquartile mean. */
  iqm95: Interval | null;
  /** Of the share at the cap. */
  capped95: Interval | null;
  /** Of the crashes per 100,000 points. */
  crashesPer100k95: Interval | null;
}

/** How much is computed. */
export interface SummaryOptions {
  /**
   * Distributions drawn for the intervals of median and interquartile mean.
   * @default {4_000}
   */
  draws?: number;
  /** Seed of the draws. @default {1} */
  seed?: number;
}

function figuresOf(scores: Sample, cap: number): ScoreFigures {
  const ordered = scores.toSorted((a, b) => a - b);
  const capped = share(ordered, (score) => score >= cap);
  return {
    mean: mean(ordered),
    median: median(ordered),
    iqm: interquartileMean(ordered),
    sd: deviation(ordered) ?? 0,
    quartiles: [quantile(ordered, 0.25)!, quantile(ordered, 0.75)!],
    min: ordered[0]!,
    max: ordered.at(-1)!,
    capped,
    above4000: share(ordered, (score) => score >= TUTORIAL_SCORE),
    crashesPer100k: per100k((1 - capped) * scores.length, scores),
  };
}

/** Events per 100,000 points; scores of nothing count as one point. */
function per100k(events: number, scores: Sample): number {
  return events * 100_000 / Math.max(1, meanOf(scores)! * scores.length);
}

/**
 * The figures of games that ended at a cap, with their 95 % intervals. A single
 * game has none of mean, median and interquartile mean.
 *
 * @param scores from 0 to the cap
 * @throws RangeError when there is no score
 */
export function summarizeScores(
  scores: Sample,
  cap: number,
  options: SummaryOptions = {},
): ScoreSummary {
  requireValues(scores);
  const figures = figuresOf(scores, cap);
  const n = scores.length;
  const atCap = Math.round(figures.capped * n);
  const [fewest, most] = poissonInterval(n - atCap);
  return {
    ...figures,
    mean95: cappedMeanInterval(scores, cap),
    ...drawnIntervals(scores, cap, options),
    capped95: wilsonInterval(atCap, n),
    crashesPer100k95: [per100k(fewest, scores), per100k(most, scores)],
  };
}

/**
 * Intervals of median and interquartile mean by the smoothed Bayesian
 * bootstrap (D. Banks 1988, "Histospline smoothing the Bayesian bootstrap",
 * Biometrika 75:673-684): the gaps between 0, the ordered scores and the cap
 * get random shares of the probability, all as likely, spread evenly in each.
 */
function drawnIntervals(
  scores: Sample,
  cap: number,
  { draws = DRAWS, seed = 1 }: SummaryOptions,
): Pick<ScoreSummary, "median95" | "iqm95"> {
  if (scores.length < 2) return { median95: null, iqm95: null };
  const ends = [0, ...scores.toSorted((a, b) => a - b), cap];
  const random = new Random(seed);
  const medians = new Float64Array(draws);
  const iqms = new Float64Array(draws);
  const shares = new Float64Array(ends.length);
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (let i = 1; i < ends.length; i++) {
      sum += shares[i] = -Math.log(1 - random.uniform());
    }
    for (let i = 1, below = 0; below < 0.75; i++) {
      const above = below + shares[i]! / sum;
      if (above > 0.25) {
        const slope = (ends[i]! - ends[i - 1]!) / (above - below);
        const scoreAt = (p: number) => ends[i - 1]! + slope * (p - below);
        if (below < 0.5 && above >= 0.5) medians[draw] = scoreAt(0.5);
        const [from, to] = [Math.max(0.25, below), Math.min(0.75, above)];
        iqms[draw]! += 2 * (to - from) * scoreAt((from + to) / 2);
      }
      below = above;
    }
  }
  const middle = (figures: Float64Array) =>
    within([quantile(figures, 0.025)!, quantile(figures, 0.975)!], 0, cap);
  return { median95: middle(medians), iqm95: middle(iqms) };
}

/**
 * The figures of several runs' games together. Games of one run share its
 * weights and are no independent samples of the method: the intervals are
 * Student's t over the runs' own figures, and never smaller than those of the
 * games together. Of one run they are over its games alone.
 *
 * @param samples each run's scores
 * @throws RangeError when there is no run, or one has no games
 */
export function summarizeRuns(
  samples: readonly Sample[],
  cap: number,
  options: SummaryOptions = {},
): ScoreSummary {
  const games = summarizeScores(samples.flat(), cap, options);
  const runs = samples.map((scores) => figuresOf(scores, cap));
  type Name = "mean" | "median" | "iqm" | "capped" | "crashesPer100k";
  const over = (name: Name, largest: number) => {
    const interval = studentInterval(runs.map((run) => run[name]));
    return hull(games[`${name}95`], interval && within(interval, 0, largest));
  };
  return {
    ...games,
    mean95: over("mean", cap),
    median95: over("median", cap),
    iqm95: over("iqm", cap),
    capped95: over("capped", 1),
    crashesPer100k95: over("crashesPer100k", Infinity),
  };
}
