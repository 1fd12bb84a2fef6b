/** What a sweep leaves to be read: table, page, CSV and JSON. */
import { mean } from "d3-array";
import { formatCsv } from "../csv.ts";
import { type ChartedResult, sideBySideCharts } from "../drawing/mod.ts";
import { type Page, pageHtml, resultsTable, tableOf } from "../report/mod.ts";
import { points } from "../text.ts";
import type { SettingResult, SweepResults } from "./results.ts";
import { valueText } from "./settings.ts";
import type { Trial } from "./state.ts";

/** Lines that can be told apart in one chart. */
const MAX_CURVES = 6;

/** The settings as a table. */
export function settingsTable({ settings, seeds, games }: SweepResults) {
  const caption = games
    ? `Unseen games up to ${points(games.cap)} points`
    : "No training has finished yet";
  return resultsTable<SettingResult>(caption, settings, {
    first: [
      ["Setting", ({ number, label }) => `${number}: ${label}`, "text"],
      ["Seeds", ({ finished }) => `${finished} of ${seeds.length}`],
    ],
    figures: ["mean", "median", "iqm"],
    last: [
      ["Best in training", ({ best }) => best],
      ["State", ({ state }) => state, "text"],
    ],
  });
}

/** What the table does not say. */
export function sweepNotes({ settings, seeds, games }: SweepResults): string[] {
  const perSeed = settings.flatMap(({ trials }) => trials)
    .find(({ final }) => final)?.final?.scores.length;
  return [
    "The settings stand in the order of their best evaluations in training, on games that are there to choose by, each as the mean over its training seeds; of equal ones that which learned faster comes first.",
    ...(games && perSeed
      ? [
        `Mean, median and interquartile mean (IQM) are of ${perSeed} other games per training seed, from seed ${
          points(games.firstSeed)
        } on, which chose nothing; a game ends at ${
          points(games.cap)
        } points and counts as capped. ${
          seeds.length === 1
            ? "With one training seed the intervals are over its games alone and say nothing about other training seeds."
            : `The 95 % intervals are over the ${seeds.length} training seeds; of few they are wide.`
        }`,
      ]
      : []),
    ...(settings.length > MAX_CURVES
      ? [`Learning curves are drawn of the first ${MAX_CURVES} settings.`]
      : []),
    ...(settings.length > 1
      ? [
        "The first of many settings is partly the luckiest: train it with other seeds before its figures are relied on.",
      ]
      : []),
    ...settings.filter(({ reason }) => reason !== "")
      .map(({ number, state, reason }) =>
        `Setting ${number} ${
          state === "failed" ? "has failed" : "was stopped"
        }: ${reason}`
      ),
  ];
}

/** The trainings one by one. */
function trialsTable(settings: readonly SettingResult[]) {
  const trials = settings.flatMap(({ trials, label }) =>
    trials.map((trial) => ({ ...trial, label, best: bestOf(trial) }))
  );
  return tableOf<typeof trials[number]>("Mean: of the unseen games", [
    // A run that has not finished has no report yet, but a folder.
    [
      "Run",
      ({ run }) => run,
      "text",
      ({ run, final, state }) =>
        state === "waiting"
          ? null
          : `../../runs/${run}/${final ? "report/index.html" : ""}`,
    ],
    ["Setting", ({ label }) => label, "text"],
    ["State", ({ state }) => state, "text"],
    ["Steps", ({ steps }) => steps],
    ["Minutes", ({ minutes }) => minutes.toFixed(1)],
    [
      "Best in training",
      ({ best }) =>
        best ? `${points(best.mean)} at step ${points(best.step)}` : null,
    ],
    ["Mean", meanOf],
  ], trials);
}

const bestOf = ({ evaluations }: Trial) =>
  evaluations.toSorted((a, b) => b.mean - a.mean || a.step - b.step)[0];

const meanOf = ({ final }: Trial): number | null =>
  final ? mean(final.scores)! : null;

/** What the sweep's page says, without its charts. */
export function sweepText(results: SweepResults): Page {
  const { name, settings, seeds } = results;
  return {
    title: `Sweep ${name}`,
    links: Object.entries({
      "../../index.html": "all runs",
      "sweep.yaml": "its file",
      "config.yaml": "the config that all share",
      "results.csv": "every training as CSV",
      "results.json": "all figures as JSON",
    }).map(([href, text]) => ({ text, href })),
    subtitle: `${settings.length} settings, training seeds ${seeds.join(", ")}`,
    sections: [
      {
        heading: "Settings",
        tables: [settingsTable(results)],
        text: sweepNotes(results),
      },
      {
        heading: "Trainings",
        text: [
          "Each is a run of its own: deno task report RUN, deno task eval RUN, deno task compare RUN RUN.",
        ],
        tables: [trialsTable(settings)],
      },
    ],
  };
}

/** The sweep as a page. */
export async function sweepPage(results: SweepResults): Promise<string> {
  const { settings, games } = results;
  const charts = games
    ? await sideBySideCharts(settings.map(chartedResult(results)), games.cap)
    : [];
  const page = sweepText(results);
  const [first, ...others] = page.sections;
  return pageHtml({ ...page, sections: [{ ...first!, charts }, ...others] });
}

/** Charts have little room: a setting is told by its number and its values. */
const chartedResult = ({ keys }: SweepResults) =>
(
  { number, values, figures, curve }: SettingResult,
  place: number,
): ChartedResult => ({
  name: [
    `${number}:`,
    keys.map((key) => valueText(values[key])).join(", "),
  ].join(" "),
  iqm: figures?.iqm ?? null,
  curve: place < MAX_CURVES ? curve : [],
});

/** One line per training. */
export function sweepCsv({ settings, keys }: SweepResults): string {
  const header = [
    ...["run", "setting", ...keys, "seed", "state", "steps", "minutes"],
    ...["best_step", "best_mean", "games", "mean", "cap"],
  ];
  const rows = settings.flatMap(({ number, values, trials }) =>
    trials.map((trial) => {
      const best = bestOf(trial);
      return [
        ...[trial.run, number, ...keys.map((key) => valueText(values[key]))],
        ...[trial.seed, trial.state, trial.steps, trial.minutes.toFixed(2)],
        ...[best?.step ?? "", best?.mean ?? ""],
        trial.final?.scores.length ?? "",
        ...[meanOf(trial) ?? "", trial.final?.cap ?? ""],
      ];
    })
  );
  return formatCsv(header, rows);
}
