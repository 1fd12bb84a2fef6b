/** The parts of a page that tell how well an agent plays. */
import { HELD_OUT_SEEDS_START, TRAINING_SEEDS_END } from "../config/mod.ts";
import type { EvaluationReport, ScoreSummary } from "../evaluation/mod.ts";
import { intervalText, points } from "../text.ts";
import {
  actionsOverSpeed,
  cappedSentence,
  crashChart,
  type PageChart,
  performanceProfile,
  scoreDistribution,
} from "../drawing/mod.ts";
import type { Figure, Section, Table } from "./page.ts";

const percent = new Intl.NumberFormat("en", {
  style: "percent",
  maximumFractionDigits: 0,
});

/** Mean, median and interquartile mean, with what must be said beside them. */
function headlineFigures(report: EvaluationReport): Figure[] {
  const note = cappedSentence(report);
  const figure = (
    label: string,
    value: number,
    interval: readonly [number, number],
  ) => ({
    label,
    value: points(value),
    interval: `95 % interval ${intervalText(interval)}`,
    note,
  });
  return [
    figure("Mean score", report.mean, report.mean95),
    figure("Median score", report.median, report.median95),
    figure("Interquartile mean", report.iqm, report.iqm95),
  ];
}

/** What seeds may have done to a figure. */
export function seedsText(firstSeed: number): string {
  if (firstSeed >= HELD_OUT_SEEDS_START) {
    return "from which nothing was learned or chosen";
  }
  return firstSeed >= TRAINING_SEEDS_END
    ? "which choose the best checkpoint and so flatter it"
    : "some of which training may have played";
}

/** How the games were played, in sentences. */
function headlineText(report: EvaluationReport): string[] {
  const { episodes, firstSeed, clock, capped, pointsPerSecond } = report;
  const games = clock === "live"
    ? `${episodes} games of the untouched page in real time, with screenshots and key presses`
    : `${episodes} greedy games on the seeds ${points(firstSeed)} to ${
      points(firstSeed + episodes - 1)
    }, ${seedsText(firstSeed)}`;
  const rate = pointsPerSecond.toFixed(1);
  return [
    `${games}; ${rate} points per second of play (the page gives 9.0 at speed 6 and 19.5 at its top speed of 13).`,
    ...(capped > 0
      ? [
        `${
          cappedSentence(report)
        } and might have gone on: the true figures are higher than those shown.`,
      ].map((text) => text[0]!.toUpperCase() + text.slice(1))
      : []),
    "Intervals are percentile bootstrap intervals over the games (10,000 resamples) of this one agent; they say nothing about other training seeds.",
  ];
}

function playersTable(report: EvaluationReport): Table {
  const row = (name: string, player: PlayerRow) => [
    name,
    points(player.scores.length),
    points(player.mean),
    intervalText(player.mean95),
    points(player.median),
    points(player.iqm),
    points(player.sd),
    points(player.min),
    points(player.max),
    percent.format(player.capped),
    report.cap < 4000 ? "–" : percent.format(player.above4000),
  ];
  return {
    caption: `Measured here on the same seeds, from the first one on; cap ${
      points(report.cap)
    } points`,
    header: [
      ...["Player", "Games", "Mean", "95 % interval", "Median", "IQM", "SD"],
      ...["Min", "Max", "At the cap", "4,000 or more"],
    ],
    rows: [
      row("this agent", report),
      ...report.baselines.map((baseline) => row(baseline.name, baseline)),
    ],
    textColumns: [0],
  };
}

type PlayerRow = ScoreSummary & {
  scores: number[];
  capped: number;
  above4000: number;
};

function publishedTable({ game, published }: EvaluationReport): Table {
  const cell = (value: number | null) => value === null ? "–" : points(value);
  return {
    caption: `Published by others for the ${game} game, not measured here`,
    header: ["Agent", "Mean", "Median", "Max", "Games", "Kind", "Source"],
    rows: published.map((result) => [
      `${result.name}: ${result.algorithm}` +
      (result.note ? ` (${result.note})` : ""),
      cell(result.mean),
      cell(result.median),
      cell(result.max),
      cell(result.episodes),
      result.kind,
      result.source,
    ]),
    textColumns: [0, 5, 6],
  };
}

/** The figures, first thing on the page. */
export function headlineSection(report: EvaluationReport): Section {
  return {
    heading: "How well it plays",
    figures: headlineFigures(report),
    text: headlineText(report),
  };
}

/** The agent beside simple players and published ones. */
export function comparisonSection(report: EvaluationReport): Section {
  return {
    heading: "Beside other players",
    tables: [playersTable(report), publishedTable(report)],
  };
}

/** How the games went and ended. */
export async function gamesSection(
  report: EvaluationReport,
  qCharts: readonly PageChart[],
): Promise<Section> {
  const crashes = await crashChart(report);
  const { cap, scores, baselines } = report;
  return {
    heading: "Its games",
    text: crashes === null
      ? [`No crash to show: all ${report.episodes} games reached the cap.`]
      : [],
    charts: [
      await scoreDistribution(report),
      await performanceProfile([
        { name: "this agent", scores, cap },
        ...baselines.map(({ name, scores }) => ({ name, scores, cap })),
      ]),
      await actionsOverSpeed(report),
      ...(crashes ? [crashes] : []),
      ...qCharts,
    ],
  };
}
