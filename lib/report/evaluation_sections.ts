/** The parts of a page that tell how well an agent plays. */
import { FRAMES_PER_SECOND } from "../constants.ts";
import {
  type EvaluationReport,
  type PlayerFigures,
  type PublishedResult,
  unlikePublished,
} from "../evaluation/mod.ts";
import {
  capitalized,
  cappedText,
  intervalText,
  NOTHING,
  percent,
  points,
  rate,
  withInterval,
} from "../text.ts";
import {
  actionsOverSpeed,
  crashChart,
  type PageChart,
  performanceProfile,
  scoreDistribution,
} from "../drawing/mod.ts";
import type { Figure, Section, Table } from "./page.ts";
import { type FigureWithInterval, reportedFigures } from "./results.ts";
import { tableOf } from "./table.ts";

/** Mean, median and interquartile mean, with what must be said beside them. */
function headlineFigures(report: EvaluationReport): Figure[] {
  const figures = reportedFigures(report);
  const { atMost, games, episodes } = report;
  const figure = (
    label: string,
    { value, interval }: FigureWithInterval,
    text = points,
    bound = "at most",
  ): Figure => ({
    label: atMost ? `${label}, ${bound}` : label,
    value: text(value),
    interval: `95 % interval ${intervalText(interval, text)}`,
    note: atMost
      ? `${games.length} of ${episodes} games had ended`
      : cappedText(report),
  });
  return [
    figure("Mean score", figures.mean),
    figure("Median score", figures.median),
    figure("Interquartile mean", figures.iqm),
    figure(
      "Crashes in 100,000 points",
      figures.crashesPer100k,
      rate,
      "at least",
    ),
  ];
}

/** What seeds may have done to a figure. */
export const seedsText = (
  { seedPurpose, chose = false }: Pick<
    EvaluationReport,
    "seedPurpose" | "chose"
  >,
): string =>
  ({
    training: "some of which training may have played",
    selection: chose
      ? "which chose this agent, and so flatter it"
      : "which choose the best checkpoint and so flatter it",
    promotion: "some of which nights of retraining choose champions by",
    test: "from which nothing was learned or chosen",
  })[seedPurpose];

/** "the page's own canvas and real keys; a decision every 68 ms, …". */
export function liveText(
  { setting, pace }: Pick<EvaluationReport, "setting" | "pace">,
): string {
  const pictures = setting?.env.observation === "canvas"
    ? "the page's own canvas"
    : "screenshots";
  if (!pace) return `${pictures} and real keys`;
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const meant = 1000 * setting!.game.frameSkip / FRAMES_PER_SECOND;
  const upTo = ({ p95 }: { p95: number }) => `(95 %: ${ms(p95)} or less)`;
  const { decisionMs, lateMs, keyMs, load, cores } = pace;
  return `${pictures} and real keys; a decision every ${ms(decisionMs)} where ${
    ms(meant)
  } are meant, ${ms(lateMs.median)} late ${upTo(lateMs)}; ${
    keyMs
      ? `keys ${ms(keyMs.median)} after the frame that they answer ${
        upTo(keyMs)
      }, where the next one comes after ${ms(1000 / FRAMES_PER_SECOND)}; `
      : ""
  }load ${load.toFixed(1)} on ${cores} processors`;
}

/** How the games were played, in sentences. */
function headlineText(report: EvaluationReport): string[] {
  const { episodes, firstSeed, clock, capped, pointsPerSecond } = report;
  const games = clock === "live"
    ? `${episodes} games of the untouched page in real time, by ${
      liveText(report)
    }`
    : `${episodes} greedy games on the seeds ${points(firstSeed)} to ${
      points(firstSeed + episodes - 1)
    }, ${seedsText(report)}`;
  const rate = pointsPerSecond.toFixed(1);
  return [
    `${games}; ${rate} points per second of play (the page gives 9.0 at speed 6 and 19.5 at its top speed of 13).`,
    ...(report.atMost
      ? [
        "It ended early: these games could not reach the best mean so far any more. Those that had not ended count as if each had reached the cap, so the figures are bounds.",
      ]
      : capped > 0
      ? [
        `${
          capitalized(cappedText(report))
        } and might have gone on: the true figures are higher than those shown.`,
      ]
      : []),
    "Intervals are 95 % intervals over the games of this one agent; they say nothing about other training seeds.",
  ];
}

function playersTable(report: EvaluationReport): Table {
  return tableOf<PlayerFigures>(
    `Measured here on the same seeds, from the first one on; cap ${
      points(report.cap)
    } points`,
    [
      ["Player", ({ name }) => name, "text"],
      ["Games", ({ scores }) => scores.length],
      ["Mean", ({ mean }) => mean],
      ["95 % interval", ({ mean95 }) => intervalText(mean95)],
      ["Median", ({ median }) => median],
      ["IQM", ({ iqm }) => iqm],
      ["SD", ({ sd }) => sd],
      ["Min", ({ min }) => min],
      ["Max", ({ max }) => max],
      [
        "At the cap (95 %)",
        ({ capped, capped95 }) => withInterval(capped, capped95, percent),
      ],
      ["Crashes in 100,000", ({ crashesPer100k }) => rate(crashesPer100k)],
      [
        "4,000 or more",
        ({ above4000 }) => report.cap < 4000 ? NOTHING : percent(above4000),
      ],
    ],
    [
      { name: report.atMost ? "this agent, at most" : "this agent", ...report },
      ...report.baselines,
    ],
  );
}

function publishedTable(
  { game, published, setting }: EvaluationReport,
): Table {
  const unlike = setting ? unlikePublished(setting) : [];
  const keys = unlike.map(({ key, now }) => `${key} ${now}`).join(", ");
  return tableOf<PublishedResult>(
    `Published by others for the ${game} game, not measured here` +
      (keys && `; this agent's game is another one (${keys})`),
    [
      [
        "Agent",
        ({ name, algorithm, note }) =>
          `${name}: ${algorithm}` + (note ? ` (${note})` : ""),
        "text",
      ],
      ["Mean", ({ mean }) => mean],
      ["Median", ({ median }) => median],
      ["Max", ({ max }) => max],
      ["Games", ({ episodes }) => episodes],
      ["Kind", ({ kind }) => kind, "text"],
      [
        "Source",
        ({ source }) => source,
        "text",
        ({ source }) =>
          /^github\.com\/[\w./-]+$/.test(source) ? `https://${source}` : null,
      ],
    ],
    published,
  );
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
