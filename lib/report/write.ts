/** Writes down what is told about an agent and its run. */
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Config } from "../config/mod.ts";
import {
  type Evaluation,
  type EvaluationReport,
  gameText,
} from "../evaluation/mod.ts";
import type { Agent } from "../agents/mod.ts";
import {
  DATA_FOLDER,
  readReport,
  readRunData,
  RUNS_FOLDER,
} from "../runs/mod.ts";
import { ifThere } from "../files.ts";
import { say } from "../say.ts";
import { points } from "../text.ts";
import { type Files, replaceFolder } from "../system/mod.ts";
import {
  keptGames,
  type Measurement,
  readRecordings,
} from "../recording/mod.ts";
import { hrefOf, type Link } from "./page.ts";
import { REPORT_KIND, reportFiles } from "./report.ts";

/** The page that leads to all that is in a folder. */
export const INDEX = "index.html";
/** Where the evaluations of agents go that are no run's. */
const EVALUATIONS_FOLDER = join(DATA_FOLDER, "evaluations");

/** A run's report, from the page of one of its evaluations. */
const RUN_REPORT = "../../report/index.html";

/** The files of an evaluation's games. */
const GAMES = {
  "report.json": "all figures as JSON",
  "scores.csv": "every game as CSV",
};

const linksTo = (files: Record<string, string>): Link[] =>
  Object.entries(files).map(([href, text]) => ({ text, href }));

/** An evaluation during training: its page, its tables and two of its games. */
export async function evaluationFiles(
  report: EvaluationReport,
  evaluation: Evaluation,
  config: Config,
): Promise<Files> {
  return await reportFiles({
    title: `${report.run}, ${report.checkpoint}`,
    subtitle: "An evaluation during training",
    notes: [
      "A run keeps its newest checkpoints and the best one. Where this one is " +
      "gone, the same training makes it again.",
    ],
    evaluation: report,
    recordings: keptGames(evaluation, config, 0),
    chartFiles: false,
    links: [
      { text: "all runs", href: "../../../../index.html" },
      { text: "the run's report, once it has ended", href: RUN_REPORT },
      ...linksTo({ ...GAMES, "../../config.yaml": "its config" }),
    ],
  });
}

/**
 * Addresses of what lies in a data folder, for a page in it; a page elsewhere,
 * which may be sent away, leads nowhere.
 */
export function wayFrom(
  folder: string,
  data: string = DATA_FOLDER,
): (path: string) => string | null {
  const from = resolve(folder);
  const outside = relative(data, from).startsWith("..");
  return (path) => outside ? null : hrefOf(relative(from, path));
}

/** The folder that an agent's report goes to. */
export function reportFolder(
  agent: Pick<Agent, "name" | "run">,
  clock: Config["env"]["clock"],
): string {
  const ending = clock === "live" ? "-live" : "";
  return agent.run
    ? agent.run.report + ending
    : join(EVALUATIONS_FOLDER, basename(agent.name) + ending);
}

/** What a training measured of itself, it measures again when it is resumed. */
const isOfTraining = ({ versions }: Pick<EvaluationReport, "versions">) =>
  versions["Chrome"] === undefined;

/**
 * Gives an earlier report of other games a number, `report-1`, so that the next
 * one does not take its place; one that cannot be read, too.
 *
 * @returns where it is now; null: there is none, it is of the same games, or
 * both are what a training says of itself
 */
export async function numberEarlier(
  folder: string,
  report: EvaluationReport,
): Promise<string | null> {
  const { checkpoint, firstSeed, cap, scores } = report;
  const earlier = await readReport(folder).catch(() => undefined);
  if (
    earlier === null || earlier && (
        isOfTraining(earlier) && isOfTraining(report) ||
        earlier.checkpoint === checkpoint && earlier.cap === cap &&
          earlier.firstSeed === firstSeed &&
          `${earlier.scores}` === `${scores}`
      )
  ) return null;
  for (let number = 1;; number++) {
    const path = `${folder}-${number}`;
    if (await ifThere(Deno.lstat(path))) continue;
    await Deno.rename(folder, path);
    return path;
  }
}

/**
 * Writes the report of an agent: how it plays and, when it is of a run, how it
 * was trained. A measurement that is absent is taken from the folder's earlier
 * report, if there is one.
 *
 * @param options.keepEarlier an earlier report of other games gets a number,
 * which is said; else this one takes its place
 * @throws UsageError when the run's files cannot be read; DinoDqnError when the
 * folder cannot be written
 */
export async function writeReport(
  folder: string,
  { name, checkpoint, run }: Pick<Agent, "name" | "run"> & {
    checkpoint?: string;
  },
  measurement?: Measurement,
  { keepEarlier = false }: { keepEarlier?: boolean } = {},
): Promise<void> {
  const data = run ? await readRunData(run) : undefined;
  const earlier = measurement ?? {
    report: await readReport(folder),
    ...await readRecordings(folder),
  };
  const { recordings, qCharts } = earlier;
  const evaluation = earlier.report ?? undefined;
  const played = evaluation?.checkpoint ?? checkpoint;
  const game = evaluation?.setting?.game ?? data?.config.game;
  const speed = evaluation?.speed ?? game?.speed;
  // A run may lie alone.
  const runs = run ? dirname(run.path) : RUNS_FOLDER;
  const home = basename(runs) === "runs" ? dirname(runs) : null;
  const at = wayFrom(folder, home ?? run?.path);
  const index = home && at(join(home, INDEX));
  const runHref = run && at(run.path);
  const files = await reportFiles({
    title: name,
    subtitle: [
      game
        ? `chrome://dino: ${gameText({ ...game, speed: speed! })}`
        : `chrome://dino, speed ${speed}`,
      ...(played ? [`checkpoint ${played}`] : []),
      ...(evaluation ? [`${points(evaluation.episodes)} games`] : []),
    ].join(" · "),
    ...{ evaluation, recordings, qCharts, run: data, runHref },
    links: [
      ...(index ? [{ text: "all runs", href: index }] : []),
      ...linksTo(evaluation ? GAMES : {}),
      ...(runHref
        ? linksTo({
          [`${runHref}/scores.csv`]: "games of its training",
          [`${runHref}/metrics.csv`]: "how it went",
          [`${runHref}/config.yaml`]: "its config",
          [`${runHref}/run.json`]: "how it was started",
        })
        : []),
    ],
  });
  if (keepEarlier && measurement) {
    // As late as can be: another evaluation may end at the same time.
    const path = await numberEarlier(folder, measurement.report);
    if (path) say(`The report of other games that was there: ${path}`);
  }
  await replaceFolder(folder, files, REPORT_KIND.names);
}
