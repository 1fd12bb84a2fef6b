/** Runs, or settings of several runs, side by side: figures and their table. */
import {
  type EvaluationReport,
  hierarchicalInterval,
  interquartileMean,
  type Interval,
  mean,
  median,
  share,
  type Statistic,
} from "../evaluation/mod.ts";
import { percent, withInterval } from "../text.ts";
import type { Table } from "./page.ts";
import { type Column, tableOf } from "./table.ts";

/** A figure of games, with its 95 % interval. */
export interface FigureWithInterval {
  value: number;
  interval: Interval;
}

/** What games that chose nothing say. */
export interface ResultFigures {
  games: number;
  mean: FigureWithInterval;
  median: FigureWithInterval;
  iqm: FigureWithInterval;
  /** Share of the games, 0 to 1, that reached the cap. */
  capped: number;
}

/** A run, or several as one, beside others. */
export interface Result {
  /** Agent steps and minutes of its training; null: it has not begun. */
  steps: number | null;
  minutes: number | null;
  /** null: no games yet. */
  figures: ResultFigures | null;
}

/**
 * The figures of several runs' games together. In their intervals runs are
 * drawn first, then games within them.
 *
 * @param samples each run's scores; at least one run
 * @param cap score at which the games were ended
 */
export function figuresTogether(
  samples: readonly (readonly number[])[],
  cap: number,
): ResultFigures {
  const scores = samples.flat();
  const figure = (statistic: Statistic): FigureWithInterval => ({
    value: statistic(scores),
    interval: hierarchicalInterval(samples, statistic),
  });
  return {
    games: scores.length,
    mean: figure(mean),
    median: figure(median),
    iqm: figure(interquartileMean),
    capped: share(scores, (score) => score >= cap),
  };
}

/** The figures of one evaluation; its intervals are over its games. */
export function reportedFigures(report: EvaluationReport): ResultFigures {
  const { mean, median, iqm, mean95, median95, iqm95 } = report;
  return {
    games: report.episodes,
    mean: { value: mean, interval: mean95 },
    median: { value: median, interval: median95 },
    iqm: { value: iqm, interval: iqm95 },
    capped: report.capped,
  };
}

const HEADINGS = { mean: "Mean", median: "Median", iqm: "IQM" };

const figureColumn = (name: keyof typeof HEADINGS): Column<Result> => [
  `${HEADINGS[name]} (95\u00a0%)`,
  ({ figures }) =>
    figures && withInterval(figures[name].value, figures[name].interval),
];

/** What a table of {@linkcode Result}s tells. */
export interface ResultColumns<Row> {
  /** What each is. */
  first: readonly Column<Row>[];
  /** Which figures of its games. */
  figures: readonly (keyof typeof HEADINGS)[];
  /** What else its games say. */
  last: readonly Column<Row>[];
}

/** Results side by side; how each was trained stands last. */
export function resultsTable<Row extends Result>(
  caption: string,
  results: readonly Row[],
  { first, figures, last }: ResultColumns<Row>,
): Table {
  return tableOf<Row>(caption, [
    ...first,
    ...figures.map(figureColumn),
    ["At the cap", ({ figures }) => figures && percent(figures.capped)],
    ...last,
    ["Steps", ({ steps }) => steps],
    ["Minutes", ({ minutes }) => minutes?.toFixed(1) ?? null],
  ], results);
}
