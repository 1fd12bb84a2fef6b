/** Several runs, or several seeds of one config, side by side. */
import { join } from "node:path";
import { type Config, type Difference, differences } from "../config/mod.ts";
import {
  type EvaluationReport,
  gameDifferences,
  type GameSetting,
  gameText,
  type Interval,
  probabilityOfImprovement,
  reportedSetting,
  summarizeRuns,
} from "../evaluation/mod.ts";
import { runTarget } from "../agents/mod.ts";
import { UsageError } from "../errors.ts";
import {
  DATA_FOLDER,
  type EvaluationPoint,
  readReport,
  readRunData,
  type RunData,
  type RunFolder,
} from "../runs/mod.ts";
import { sideBySideCharts } from "../drawing/mod.ts";
import {
  capitalized,
  cappedText,
  figureText,
  percent,
  points,
  withInterval,
} from "../text.ts";
import { commandText, type Files, type FolderKind } from "../system/mod.ts";
import { seedsText } from "./evaluation_sections.ts";
import { pageHtml, type Table } from "./page.ts";
import { CHART_NAMES, chartFiles } from "./report.ts";
import { reportedFigures, resultsTable } from "./results.ts";
import { INDEX, wayFrom } from "./write.ts";
import { type Column, tableOf } from "./table.ts";

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

/** A key of the config, and its value in each run. */
export interface DifferingKey {
  key: string;
  values: unknown[];
}

/** Runs side by side. */
export interface Comparison {
  game: EvaluationReport["game"];
  /** How the first run's games were played; the others' may differ in `player`. */
  setting: GameSetting;
  /** In what runs see or act in another way than the first. */
  player: Difference[];
  cap: number;
  runs: ComparedRun[];
  /** The keys in which their configs differ, but for the seed. */
  differences: DifferingKey[];
  /** Interquartile mean of all runs' games. */
  iqm: number;
  /** Its interval, over the runs. */
  iqm95: Interval | null;
}

/**
 * Reads runs that were evaluated on held-out seeds.
 *
 * @throws UsageError when one was not, or they were not evaluated alike
 */
export async function compareRuns(
  folders: readonly RunFolder[],
): Promise<Comparison> {
  const evaluated = await Promise.all(folders.map(readEvaluated));
  const [first, ...others] = evaluated as [Evaluated, ...Evaluated[]];
  const { game, cap, scores: firstScores } = first.report;
  const setting = settingOf(first);
  others.forEach((other) => checkAlike(first, other));
  const { iqm, iqm95 } = summarizeRuns(
    evaluated.map(({ report }) => report.scores),
    cap,
  );
  return {
    ...{ game, setting, cap },
    player: others.flatMap((other) =>
      gameDifferences(setting, settingOf(other)).player
    ),
    runs: evaluated.map(({ run, report }) => {
      const { name, info: { seed }, steps, minutes, evaluations } = run;
      const first = evaluations.find(({ mean, atMost }) =>
        mean >= MILESTONE && !atMost
      );
      return {
        ...{ name, seed, steps, minutes, report, curve: evaluations },
        milestone: first
          ? { steps: first.step, minutes: first.wallSeconds / 60 }
          : null,
        ...probabilityOfImprovement(report.scores, firstScores),
      };
    }),
    differences: differingKeys(evaluated.map(({ run }) => run.config)),
    ...{ iqm, iqm95 },
  };
}

/** A run, and its games on held-out seeds. */
interface Evaluated {
  run: RunData;
  report: EvaluationReport;
  /** The command that evaluates it. */
  command: string;
}

async function readEvaluated(folder: RunFolder): Promise<Evaluated> {
  const report = await readReport(folder.report);
  const command = commandText(["eval", runTarget(folder)]);
  if (report) return { run: await readRunData(folder), report, command };
  throw new UsageError(
    `The run ${folder.name} has no games on held-out seeds yet; run: ${command}`,
  );
}

const settingOf = ({ run: { config }, report }: Evaluated): GameSetting =>
  reportedSetting(report, config);

function checkAlike(first: Evaluated, other: Evaluated): void {
  const { game } = gameDifferences(settingOf(first), settingOf(other));
  const { cap } = first.report;
  const unlike = [
    ...game.map((each) => ({ ...each, option: optionOf(each) })),
    ...differentPurpose(first.report, other.report),
    ...(other.report.cap === cap ? [] : [{
      ...{ key: "the cap", before: cap, now: other.report.cap },
      option: ` --max-score ${cap}`,
    }]),
  ];
  if (unlike.length === 0) return;
  const { name } = other.run;
  throw new UsageError(
    `${first.run.name} and ${name} did not play the same game: ${
      unlike.map(({ key, before, now }) =>
        `${key} (${JSON.stringify(before)} and ${JSON.stringify(now)})`
      ).join(", ")
    }; evaluate them alike (${other.command}${
      unlike.map(({ option }) => option).join("")
    }).`,
  );
}

/** Seeds that were learned from, or chose, flatter beside others. */
function differentPurpose(first: EvaluationReport, other: EvaluationReport) {
  const [before, now] = [first.seedPurpose, other.seedPurpose];
  const flatters = [before, now].some((purpose) =>
    purpose === "training" || purpose === "selection"
  );
  const option = ` --first-seed ${first.firstSeed}`;
  return flatters && before !== now
    ? [{ key: "the purpose of the seeds", before, now, option }]
    : [];
}

const optionOf = ({ key, before }: Difference) =>
  key === "env.clock" ? ` --clock ${before}` : ` --set ${key}=${before}`;

/** The keys in which configs differ, but for the seed. */
function differingKeys(configs: readonly Config[]): DifferingKey[] {
  const values = new Map<string, unknown[]>();
  configs.forEach((config, i) => {
    for (const { key, before, now } of differences(configs[0]!, config)) {
      if (key === "seed") continue;
      if (!values.has(key)) values.set(key, configs.map(() => before));
      values.get(key)![i] = now;
    }
  });
  return [...values].map(([key, values]) => ({ key, values }));
}

/**
 * The runs' figures as a table.
 *
 * @param reports where each run's report is, by its name
 */
export function comparisonTable(
  { runs, setting, cap }: Comparison,
  reports: Readonly<Record<string, string | null>> = {},
): Table {
  const results = runs.map((run) => ({
    ...{ ...run, figures: reportedFigures(run.report) },
  }));
  const caption = `${capitalized(gameText(setting.game))}, up to ${
    points(cap)
  } points`;
  return resultsTable(caption, results, {
    first: [
      ["Run", ({ name }) => name, "text", ({ name }) => reports[name] ?? null],
      ["Seed", ({ seed }) => seed],
      ["Games", ({ report }) => report.episodes],
    ],
    figures: ["mean", "iqm"],
    last: [
      [
        "Beats the first (95\u00a0%)",
        ({ improvement, improvement95 }) =>
          withInterval(improvement, improvement95, percent),
      ],
      ["To 1,000 (minutes)", ({ milestone }) =>
        milestone &&
        `${points(milestone.steps)} (${milestone.minutes.toFixed(1)})`],
    ],
  });
}

/** What differs between the runs' configs as a table; null: nothing does. */
export function differencesTable(
  { runs, differences }: Comparison,
): Table | null {
  if (differences.length === 0) return null;
  return tableOf<DifferingKey>("Keys that differ, but for the seed", [
    ["Key", ({ key }) => key, "text"],
    ...runs.map(({ name }, i): Column<DifferingKey> => [
      name,
      ({ values }) => JSON.stringify(values[i]) ?? null,
      "text",
    ]),
  ], differences);
}

/** What the tables do not say. */
export function comparisonNotes(comparison: Comparison): string[] {
  const { runs, iqm, iqm95, cap, setting, player, differences } = comparison;
  const together = runs.flatMap(({ report }) => report.games);
  const capped = together.filter(({ end }) => end === "cap").length /
    together.length;
  return [
    `All ${runs.length} runs together, ${
      gameText(setting.game)
    }: interquartile mean ${
      figureText(iqm, iqm95)
    }, its interval over the runs; ${
      cappedText({ episodes: together.length, capped, cap })
    }.`,
    `"Beats the first": probability that a random game of the run scores above a random game of ${
      runs[0]!.name
    }, ties counted half. "To 1,000": steps until the first evaluation in training with a mean of at least 1,000 points.`,
    `The games are on seeds ${
      [...new Set(runs.map(({ report }) => seedsText(report)))].join(
        ", and on seeds ",
      )
    }; they were played by ${
      runs.map(({ name, report }) => `${name}@${report.checkpoint}`).join(", ")
    }.`,
    ...(player.length > 0
      ? [
        `They play the same game, but see it or act in it in different ways: ${
          [...new Set(player.map(({ key }) => key))].join(", ")
        }.`,
      ]
      : []),
    ...(differences.length === 0
      ? ["Their configs are the same, but for the seed."]
      : []),
  ];
}

const COMPARISON_ALWAYS = ["comparison.json", "index.html"];

/** What the folder of a comparison holds. */
export const COMPARISON_KIND: FolderKind = {
  names: [...COMPARISON_ALWAYS, ...CHART_NAMES],
  always: COMPARISON_ALWAYS,
};

/**
 * The comparison's page, document and charts.
 *
 * @param folder that they will be in
 * @param folders of the runs
 */
export async function comparisonFiles(
  comparison: Comparison,
  folder: string,
  folders: readonly RunFolder[],
): Promise<Files> {
  const at = wayFrom(folder);
  const index = at(join(DATA_FOLDER, INDEX));
  const reports = Object.fromEntries(
    folders.map(({ name, report }) => [name, at(join(report, INDEX))]),
  );
  const { runs, cap } = comparison;
  const charts = await sideBySideCharts(
    runs.map(({ name, report, curve }) => ({
      ...{ name, curve },
      iqm: { value: report.iqm, interval: report.iqm95 },
    })),
    cap,
  );
  const different = differencesTable(comparison);
  return {
    "index.html": pageHtml({
      title: `${runs.length} runs side by side`,
      subtitle: runs.map(({ name }) => name).join(", "),
      links: [
        ...(index ? [{ text: "all runs", href: index }] : []),
        { text: "all figures as JSON", href: "comparison.json" },
      ],
      sections: [
        {
          heading: "Games on held-out seeds",
          tables: [comparisonTable(comparison, reports)],
          text: comparisonNotes(comparison),
          charts,
        },
        ...(different
          ? [{ heading: "What differs", tables: [different] }]
          : []),
      ],
    }),
    "comparison.json": JSON.stringify(comparison, null, 2) + "\n",
    ...await chartFiles(charts),
  };
}
