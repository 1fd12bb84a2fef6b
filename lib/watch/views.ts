/** What the page tells of runs, sweeps and nights: read from disk, all of it. */
import { basename, join, relative } from "node:path";
import { loadOwnConfig } from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import { ifThere, isFile, namesIn, readPart, readText } from "../files.ts";
import { otherPages, type Page, type Section } from "../report/mod.ts";
import {
  championFolderAt,
  historyText,
  readNights,
} from "../retraining/mod.ts";
import {
  DATA_FOLDER,
  evaluatedSteps,
  listCheckpoints,
  listRuns,
  readRunInfo,
  reportFolders,
  runAt,
  type RunFolder,
  runFolderAt,
  type RunInfo,
  RUNS_FOLDER,
  type RunSummary,
  summarizeRun,
} from "../runs/mod.ts";
import {
  readState,
  resultsSoFar,
  sweepFolder,
  sweepText,
} from "../sweep/mod.ts";
import { lockHolder } from "../system/mod.ts";
import { isNameOnly } from "./data_folder.ts";

/** The front page. */
export interface Overview {
  runs: RunSummary[];
  /** Sweeps, nights and other pages. */
  sections: Section[];
}

/** A run's page, beside its curves. */
export interface RunDetails extends RunSummary {
  /** Agent steps that it is to have in all. */
  stepsWanted: number;
  /** What the machine and the program were, at each start. */
  starts: RunInfo["starts"];
  /** Its config.yaml. */
  config: string;
  checkpoints: number[];
  /** Files of the data folder: reports, tables, pictures. */
  files: { name: string; path: string }[];
  /** Stored games of its evaluations. */
  games: { name: string; path: string }[];
  /** The last lines of what it said; null: a former version kept none. */
  log: string | null;
}

/** Lines of a log that are shown, and the bytes they are looked for in. */
const LOG_LINES = 30;
const LOG_BYTES = 8192;

/**
 * All that there is.
 *
 * @param most runs, the newest
 * @param more what else is told, before the other pages
 */
export async function readOverview(
  most: number,
  more: () => Section[],
): Promise<Overview> {
  return {
    runs: await listRuns(RUNS_FOLDER, () => {}, most),
    sections: [...more(), ...await otherPages()],
  };
}

/**
 * A sweep as it stands now.
 *
 * @returns null if there is none of this name @throws UsageError if it is none
 */
export async function readSweep(name: string): Promise<Page | null> {
  const folder = sweepFolder(nameIn(name));
  const state = await readState(folder.state);
  if (state === null) return null;
  for (const trial of state.trials) {
    if (trial.state !== "begun") continue;
    // The file tells how far it was when another one began or ended.
    const run = await runAt(join(RUNS_FOLDER, trial.run)).catch(() => null);
    if (!run) continue;
    const { steps, seconds, best } = await summarizeRun(run);
    Object.assign(trial, { steps, minutes: seconds / 60 });
    trial.evaluations = best ? [best] : [];
  }
  return await heldBy(folder.lock, sweepText(resultsSoFar(name, state)));
}

/** The nights, as they stand now. */
export async function readNightsPage(): Promise<Page> {
  const folder = championFolderAt();
  const page = historyText(await readNights(folder, () => {}));
  const links = await ifThere(Deno.stat(folder.current))
    ? [{ text: "watch the champion play", href: "/play?agent=champion" }]
    : [];
  return await heldBy(folder.lock, {
    ...page,
    links: [...links, ...page.links ?? []],
  });
}

/** Says in a page whether somebody works on it now. */
async function heldBy(lock: string, page: Page): Promise<Page> {
  const holder = await lockHolder(lock).catch(() => null);
  const now = holder ? `running now, by process ${holder.pid}` : "at rest";
  return { ...page, subtitle: `${page.subtitle} · ${now}` };
}

/**
 * A run by its name, looked at by nobody yet.
 *
 * @throws UsageError if it is no run's name, as a path is not
 */
export const runNamed = (name: string): RunFolder =>
  runFolderAt(join(RUNS_FOLDER, nameIn(name)));

/** Whether there is a run of this name. @throws UsageError as above */
export const isThere = async (name: string): Promise<boolean> =>
  await runAt(runNamed(name).path) !== null;

function nameIn(text: string): string {
  if (isNameOnly(text)) return text;
  throw new UsageError(`${JSON.stringify(text)} is not a run's name`);
}

/** @returns null if there is no such run @throws UsageError if it is damaged */
export async function readDetails(name: string): Promise<RunDetails | null> {
  const run = await runAt(runNamed(name).path);
  if (!run) return null;
  const evaluations = (await evaluatedSteps(run)).map((step) => `step-${step}`);
  const inData = (path: string) => relative(DATA_FOLDER, path);
  const there = async (entries: readonly (readonly [string, string])[]) => {
    const found = [];
    for (const [name, path] of entries) {
      if (await isFile(path)) found.push({ name, path: inData(path) });
    }
    return found;
  };
  const played = [
    ...await reportFolders(run.report),
    ...await reportFolders(`${run.report}-live`),
  ];
  const reports = evaluations.map((step) => join(run.evaluations, step));
  return {
    ...await summarizeRun(run),
    stepsWanted: (await loadOwnConfig(run.config, "run")).training.steps,
    starts: (await readRunInfo(run)).starts,
    config: await readText(run.config),
    checkpoints: await listCheckpoints(run.checkpoints),
    files: await there([
      ...played.map((report) =>
        [basename(report), join(report, "index.html")] as const
      ),
      ...evaluations.map((step, i) =>
        [`evaluation, ${step}`, join(reports[i]!, "index.html")] as const
      ),
      ["scores.csv", run.scores],
      ["metrics.csv", run.metrics],
      ["config.yaml", run.config],
      ["run.json", run.info],
      ["log.txt", run.log],
    ]),
    games: await gamesIn([...played, ...reports.reverse()]),
    log: await lastLines(run),
  };
}

async function lastLines({ log }: RunFolder): Promise<string | null> {
  const text = await ifThere(readPart(log, -LOG_BYTES, LOG_BYTES));
  return text && text.trimEnd().split("\n").slice(-LOG_LINES).join("\n");
}

/** Stored games of these folders, and of the crashes in them. */
async function gamesIn(folders: readonly string[]) {
  const games: RunDetails["games"] = [];
  for (const folder of folders) {
    const name = basename(folder);
    for (const kind of ["best", "median"]) {
      const path = join(folder, `${kind}.json`);
      if (await isFile(path)) {
        games.push({ name: `${kind} of ${name}`, path });
      }
    }
    for (const file of await namesIn(join(folder, "crashes"))) {
      if (!file.endsWith(".json")) continue;
      const path = join(folder, "crashes", file);
      games.push({ name: `crash ${file.slice(0, -5)} of ${name}`, path });
    }
  }
  return games.map((game) => ({
    ...game,
    path: relative(DATA_FOLDER, game.path),
  }));
}
