/** Runs, or settings of several runs, side by side: figures and their table. */
import {
  type EvaluationReport,
  type Interval,
  type ScoreSummary,
  summarizeRuns,
} from "../evaluation/mod.ts";
import { percent, rate, withInterval } from "../text.ts";
import type { Table } from "./page.ts";
import { type Column, tableOf } from "./table.ts";

/** A figure of games, with its 95 % interval; null: there is none. */
export interface FigureWithInterval {
  value: number;
  interval: Interval | null;
}

/** What games that chose nothing say. */
export interface ResultFigures {
  games: number;
  mean: FigureWithInterval;
  median: FigureWithInterval;
  iqm: FigureWithInterval;
  /** Share of the games, 0 to 1, that reached the cap. */
  capped: number;
  capped95: Interval | null;
  crashesPer100k: FigureWithInterval;
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
 * The figures of several runs' games together; their intervals are over the
 * runs.
 *
 * @param samples each run's scores; at least one run
 * @param cap score at which the games were ended
 */
export const figuresTogether = (
  samples: readonly (readonly number[])[],
  cap: number,
): ResultFigures =>
  resultFigures(summarizeRuns(samples, cap), samples.flat().length);

/** The figures of one evaluation; its intervals are over its games. */
export const reportedFigures = (report: EvaluationReport): ResultFigures =>
  resultFigures(report, report.episodes);

function resultFigures(summary: ScoreSummary, games: number): ResultFigures {
  const { mean, median, iqm, capped, capped95, crashesPer100k } = summary;
  return {
    games,
    mean: { value: mean, interval: summary.mean95 },
    median: { value: median, interval: summary.median95 },
    iqm: { value: iqm, interval: summary.iqm95 },
    ...{ capped, capped95 },
    crashesPer100k: {
      value: crashesPer100k,
      interval: summary.crashesPer100k95,
    },
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
    ["Crashes in 100,000 points (95\u00a0%)", ({ figures }) => {
      if (!figures) return null;
      const { value, interval } = figures.crashesPer100k;
      return withInterval(value, interval, rate);
    }],
    [
      "At the cap (95\u00a0%)",
      ({ figures }) =>
        figures && withInterval(figures.capped, figures.capped95, percent),
    ],
    ...last,
    ["Steps", ({ steps }) => steps],
    ["Minutes", ({ minutes }) => minutes?.toFixed(1) ?? null],
  ], results);
}
