/** A report: its page, its document, its tables and its pictures. */
import { type Chart, type PageChart, svgToPng } from "../drawing/mod.ts";
import { type EvaluationReport, scoresCsv } from "../evaluation/mod.ts";
import {
  comparisonSection,
  gamesSection,
  headlineSection,
} from "./evaluation_sections.ts";
import type { Files, FolderKind } from "../system/mod.ts";
import { type Link, pageHtml, type Section } from "./page.ts";
import {
  recordedPictures,
  type Recording,
  RECORDING_NAMES,
  recordingFiles,
} from "../recording/mod.ts";
import type { RunData } from "../runs/mod.ts";
import { repeatSection, trainingSection } from "./training_sections.ts";

/** What a report is made of; a part that is absent is left out. */
export interface ReportContent {
  title: string;
  subtitle: string;
  /** Games on held-out seeds, or those of an evaluation during training. */
  evaluation?: EvaluationReport | undefined;
  recordings?: readonly Recording[];
  /** Q-values over one of the games. */
  qCharts?: readonly PageChart[];
  /** The run, for how it was trained. */
  run?: RunData | undefined;
  /** What must be said beside the commands that repeat it. */
  notes?: readonly string[];
  /** Where the page belongs, and its files; from its folder. */
  links?: readonly Link[];
  /** The run's folder, from the page's; absent: elsewhere. */
  runHref?: string | null | undefined;
  /** Whether each chart has files of its own, too. @default {true} */
  chartFiles?: boolean;
}

/** The names of each chart's files. */
export const CHART_NAMES = ["charts/*.svg", "charts/*.png"];

const REPORT_ALWAYS = ["report.json", "index.html", "scores.csv"];

/** What the folder of a report of games holds. */
export const REPORT_KIND: FolderKind = {
  names: [...REPORT_ALWAYS, ...RECORDING_NAMES, ...CHART_NAMES],
  always: REPORT_ALWAYS,
};

/** Everything that lies in a report's folder. */
export async function reportFiles(content: ReportContent): Promise<Files> {
  const { title, subtitle, evaluation, recordings = [], links = [] } = content;
  const sections = await reportSections(content);
  const charts = sections.flatMap((section) => section.charts ?? [])
    .flatMap((chart) => "wide" in chart ? [chart.wide, chart.narrow] : [chart]);
  return {
    "index.html": pageHtml({ title, subtitle, sections, links }),
    ...(evaluation && {
      "report.json": JSON.stringify(evaluation, null, 2) + "\n",
      "scores.csv": scoresCsv(evaluation),
    }),
    ...Object.assign({}, ...recordings.map(recordingFiles)),
    ...(content.chartFiles !== false && await chartFiles(charts)),
  };
}

/** Each chart as SVG and PNG. */
export async function chartFiles(charts: readonly Chart[]): Promise<Files> {
  const pngs = await Promise.all(
    charts.map(({ svg, png }) => png ?? svgToPng(svg)),
  );
  return Object.fromEntries(charts.flatMap(({ name, svg }, i) => [
    [`charts/${name}.svg`, svg],
    [`charts/${name}.png`, pngs[i]!],
  ]));
}

async function reportSections(
  content: ReportContent,
): Promise<Section[]> {
  const { evaluation, recordings = [], qCharts = [], run, notes = [] } =
    content;
  const games = evaluation?.games ?? [];
  const { animations, crashes } = recordedPictures(recordings, { games });
  return [
    ...(evaluation ? [headlineSection(evaluation)] : []),
    { heading: "See it play", animations },
    ...(evaluation ? [comparisonSection(evaluation)] : []),
    ...(run
      ? [await trainingSection(run, evaluation !== undefined, content.runHref)]
      : []),
    ...(evaluation ? [await gamesSection(evaluation, qCharts)] : []),
    {
      heading: "Its earliest crashes",
      text: crashes.length > 0
        ? [
          "The left half of the picture at six moments up to the end; below " +
          "each the Q-value of every action, in bold the one that was taken.",
        ]
        : [],
      animations: crashes,
    },
    repeatSection(run, evaluation, notes),
  ];
}
