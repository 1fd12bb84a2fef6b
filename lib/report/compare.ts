/** Several runs, or several seeds of one config, side by side. */
import {
  type EvaluationReport,
  hierarchicalInterval,
  interquartileMean,
  type Interval,
  probabilityOfImprovement,
  probabilityOfImprovementInterval,
} from "../evaluation/mod.ts";
import { UsageError } from "../errors.ts";
import {
  type EvaluationPoint,
  readReport,
  readRunData,
  type RunFolder,
} from "../runs/mod.ts";
import {
  cappedSentence,
  type Chart,
  drawChart,
  SHORT_NUMBERS,
} from "../drawing/mod.ts";
import { intervalText, points } from "../text.ts";
import type { Files } from "../system/mod.ts";
import { pageHtml } from "./page.ts";
import { CHART_NAMES, chartFiles } from "./report.ts";

/** The score whose first time in training is told. */
const MILESTONE = 1000;

/** A run as it stands in a comparison. */
export interface ComparedRun {
  name: string;
  seed: number;
  /** Agent steps and minutes of its training. */
  steps: number;
  minutes: number;
  report: EvaluationReport;
  curve: EvaluationPoint[];
  /** First evaluation in training with a mean of 1,000; `null`: none yet. */
  milestone: { steps: number; minutes: number } | null;
  /** Probability that a game of it beats one of the first run. */
  improvement: number;
  improvement95: Interval;
}

/** Runs side by side. */
export interface Comparison {
  game: EvaluationReport["game"];
  cap: number;
  runs: ComparedRun[];
  /** Interquartile mean of all runs' games. */
  iqm: number;
  /** Its interval: runs are drawn first, then games within them. */
  iqm95: Interval;
}

/**
 * Reads runs that were evaluated on held-out seeds.
 *
 * @throws UsageError when one was not, or they were not evaluated alike
 */
export async function compareRuns(
  folders: readonly RunFolder[],
): Promise<Comparison> {
  const runs: Omit<ComparedRun, "improvement" | "improvement95">[] = [];
  for (const run of folders) {
    const report = await readReport(run.report);
    if (!report) {
      throw new UsageError(
        `The run ${run.name} has no games on held-out seeds yet; ` +
          `run: deno task eval ${run.name}`,
      );
    }
    const { info, metrics, evaluations } = await readRunData(run);
    const last = metrics.at(-1);
    const first = evaluations.find(({ mean }) => mean >= MILESTONE);
    runs.push({
      name: run.name,
      seed: info.seed,
      steps: last?.step ?? 0,
      minutes: (last?.wall_s ?? 0) / 60,
      report,
      curve: evaluations,
      milestone: first
        ? { steps: first.step, minutes: first.wallSeconds / 60 }
        : null,
    });
  }
  const [first] = runs;
  for (const { name, report } of runs) {
    if (
      report.game !== first!.report.game || report.cap !== first!.report.cap
    ) {
      throw new UsageError(
        `${name} played the ${report.game} game to ${report.cap} points, but ` +
          `${first!.name} the ${first!.report.game} game to ` +
          `${first!.report.cap}: evaluate them alike ` +
          `(deno task eval ${name} --max-score ${first!.report.cap}).`,
      );
    }
  }
  const scores = runs.map(({ report }) => report.scores);
  return {
    game: first!.report.game,
    cap: first!.report.cap,
    runs: runs.map((run) => ({
      ...run,
      improvement: probabilityOfImprovement(run.report.scores, scores[0]!),
      improvement95: probabilityOfImprovementInterval(
        run.report.scores,
        scores[0]!,
      ),
    })),
    iqm: interquartileMean(scores.flat()),
    iqm95: hierarchicalInterval(scores, interquartileMean),
  };
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

/** The comparison as a table, header first. */
export function comparisonRows({ runs }: Comparison): string[][] {
  return [
    [
      ...["Run", "Seed", "Steps", "Minutes", "Games", "IQM (95 %)"],
      ...["Mean (95 %)", "At the cap", "Beats the first (95 %)"],
      ...["To 1,000: steps", "minutes"],
    ],
    ...runs.map((run) => [
      run.name,
      String(run.seed),
      points(run.steps),
      run.minutes.toFixed(1),
      String(run.report.episodes),
      `${points(run.report.iqm)} (${intervalText(run.report.iqm95)})`,
      `${points(run.report.mean)} (${intervalText(run.report.mean95)})`,
      percent(run.report.capped),
      `${percent(run.improvement)} (${
        run.improvement95.map(percent).join(" to ")
      })`,
      run.milestone ? points(run.milestone.steps) : "–",
      run.milestone ? run.milestone.minutes.toFixed(1) : "–",
    ]),
  ];
}

/** What the table does not say. */
export function comparisonNotes(comparison: Comparison): string[] {
  const { runs, iqm, iqm95, cap, game } = comparison;
  const together = runs.flatMap(({ report }) => report.games);
  const capped = together.filter(({ end }) => end === "cap").length /
    together.length;
  return [
    `All ${runs.length} runs together, ${game} game: interquartile mean ${
      points(iqm)
    } (95 %: ${
      intervalText(iqm95)
    }; runs drawn first, then games within them); ${
      cappedSentence({ episodes: together.length, capped, cap })
    }.`,
    `"Beats the first": probability that a random game of the run scores above a random game of ${
      runs[0]!.name
    }, ties counted half. "To 1,000": the first evaluation in training with a mean of at least 1,000 points.`,
  ];
}

/** What the charts show of a run, or of several as one. */
export interface ChartedResult {
  name: string;
  /** Interquartile mean of its games; null: none were played. */
  iqm: { value: number; interval: Interval } | null;
  /** Mean scores of its evaluations in training; empty: no line is drawn. */
  curve: readonly { step: number; mean: number }[];
}

function comparisonCharts({ runs, cap }: Comparison): Promise<Chart[]> {
  return sideBySideCharts(
    runs.map(({ name, report, curve }) => ({
      name,
      iqm: { value: report.iqm, interval: report.iqm95 },
      curve,
    })),
    cap,
  );
}

/** Interquartile means with their intervals, and learning curves. */
export async function sideBySideCharts(
  results: readonly ChartedResult[],
  cap: number,
): Promise<Chart[]> {
  const order = results.map(({ name }) => name);
  const intervals = await drawChart({
    name: "iqm",
    title: "Interquartile mean",
    subtitle: `95 % intervals; games ended at ${points(cap)} points`,
    description: "Interquartile means with their intervals.",
  }, {
    data: {
      values: results.flatMap(({ name, iqm }) => {
        if (iqm === null) return [];
        const { value, interval: [low, high] } = iqm;
        return [{ name, iqm: value, low, high }];
      }),
    },
    encoding: {
      y: {
        field: "name",
        type: "nominal",
        sort: order,
        title: null,
        axis: { labelLimit: 130, grid: false },
      },
    },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 2 },
        encoding: {
          x: {
            field: "low",
            type: "quantitative",
            scale: { zero: true },
            title: "points",
            axis: SHORT_NUMBERS,
          },
          x2: { field: "high" },
        },
      },
      {
        mark: { type: "point", size: 60, opacity: 1 },
        encoding: { x: { field: "iqm", type: "quantitative" } },
      },
    ],
  });
  const curve = results.flatMap(({ name, curve }) =>
    curve.map(({ step, mean }) => ({ name, step, mean }))
  );
  if (curve.length === 0) return [intervals];
  const curves = await drawChart({
    name: "learning-curves",
    title: "Learning curves",
    subtitle: "mean score of the evaluations in training",
    description: "Mean scores of the evaluations in training by agent steps.",
  }, {
    data: { values: curve },
    mark: { type: "line", point: true },
    encoding: {
      x: {
        field: "step",
        type: "quantitative",
        title: "agent steps",
        axis: SHORT_NUMBERS,
      },
      y: { field: "mean", type: "quantitative", title: "points" },
      color: {
        field: "name",
        type: "nominal",
        sort: order,
        legend: { columns: 1, labelLimit: 320 },
      },
    },
  });
  return [intervals, curves];
}

/** The names of a comparison's files. */
export const COMPARISON_NAMES = [
  ...["index.html", "comparison.json"],
  ...CHART_NAMES,
];

/** The comparison's page, document and charts. */
export async function comparisonFiles(comparison: Comparison): Promise<Files> {
  const [header, ...rows] = comparisonRows(comparison);
  const charts = await comparisonCharts(comparison);
  const names = comparison.runs.map(({ name }) => name).join(", ");
  return {
    "index.html": pageHtml({
      title: `${comparison.runs.length} runs side by side`,
      subtitle: names,
      sections: [{
        heading: "Games on held-out seeds",
        tables: [{
          caption: `The ${comparison.game} game, up to ${
            points(comparison.cap)
          } points`,
          header: header!,
          rows,
          textColumns: [0],
        }],
        text: comparisonNotes(comparison),
        charts,
      }],
    }),
    "comparison.json": JSON.stringify(comparison, null, 2) + "\n",
    ...await chartFiles(charts),
  };
}
