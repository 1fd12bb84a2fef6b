/** What the page tells of runs, sweeps and nights: read from disk, all of it. */
import { join, relative } from "node:path";
import { loadOwnConfig } from "../config/mod.ts";
import { isFile, namesIn } from "../files.ts";
import { championFolderAt, readStatus } from "../retraining/mod.ts";
import {
  listCheckpoints,
  listRuns,
  readRunInfo,
  runFolderAt,
  type RunInfo,
  RUNS_FOLDER,
  type RunSummary,
} from "../runs/mod.ts";
import { DATA_FOLDER } from "./data_folder.ts";

/** A sweep, or the nights: a name with a page of its own. */
export interface PageLink {
  name: string;
  /** Its page's path in the data folder; null: it has none yet. */
  page: string | null;
  note: string;
}

/** The front page. */
export interface Overview {
  runs: RunSummary[];
  sweeps: PageLink[];
  /** Null: there never was a night. */
  nights: PageLink | null;
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
  /** The last lines of what it said; null: nobody wrote them down. */
  log: string | null;
}

/** Lines of a log that are shown, and the bytes they are looked for in. */
const LOG_LINES = 30;
const LOG_BYTES = 8192;

/** All that there is. */
export async function readOverview(): Promise<Overview> {
  return {
    runs: await listRuns(),
    sweeps: await readSweeps(),
    nights: await readNights(),
  };
}

async function readSweeps(): Promise<PageLink[]> {
  const folder = join(DATA_FOLDER, "sweeps");
  const sweeps: PageLink[] = [];
  for (const name of await namesIn(folder)) {
    const page = join("sweeps", name, "index.html");
    const state = join(folder, name, "state.json");
    if (!await isFile(state)) continue;
    const hasPage = await isFile(join(DATA_FOLDER, page));
    sweeps.push({ name, page: hasPage ? page : null, note: "" });
  }
  return sweeps;
}

async function readNights(): Promise<PageLink | null> {
  const folder = championFolderAt();
  const status = await readStatus().catch(() => null);
  if (!status?.lastRun && !status?.lock) return null;
  const { lastRun, lock, champion } = status;
  const last = lastRun
    ? `night ${lastRun.night}: ${lastRun.result}, ${lastRun.reason}`
    : "";
  return {
    name: champion?.name ?? "no champion yet",
    page: await isFile(folder.page) ? relative(folder.data, folder.page) : null,
    note: [lock && "a night is running now", last].filter(Boolean).join("; "),
  };
}

/** @returns null if there is no such run @throws UsageError if it is damaged */
export async function readDetails(name: string): Promise<RunDetails | null> {
  const summary = (await listRuns()).find((run) => run.name === name);
  if (!summary) return null;
  const run = runFolderAt(join(RUNS_FOLDER, name));
  const evaluations = (await namesIn(run.evaluations))
    .filter((folder) => /^step-\d+$/.test(folder))
    .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)));
  const inData = (path: string) => relative(DATA_FOLDER, path);
  const there = async (entries: readonly (readonly [string, string])[]) => {
    const found = [];
    for (const [name, path] of entries) {
      if (await isFile(path)) found.push({ name, path: inData(path) });
    }
    return found;
  };
  const reports = evaluations.map((step) => join(run.evaluations, step));
  return {
    ...summary,
    stepsWanted: (await loadOwnConfig(run.config, "run")).training.steps,
    starts: (await readRunInfo(run)).starts,
    config: await Deno.readTextFile(run.config),
    checkpoints: await listCheckpoints(run.checkpoints),
    files: await there([
      ["report", join(run.report, "index.html")],
      ...evaluations.map((step, i) =>
        [`evaluation, ${step}`, join(reports[i]!, "index.html")] as const
      ),
      ["scores.csv", run.scores],
      ["metrics.csv", run.metrics],
      ["config.yaml", run.config],
      ["run.json", run.info],
    ]),
    games: await gamesIn([run.report, ...reports.reverse()]),
    log: await lastLines(name),
  };
}

/** Stored games of these folders, and of the crashes in them. */
async function gamesIn(folders: readonly string[]) {
  const games: RunDetails["games"] = [];
  for (const folder of folders) {
    const name = folder.split("/").at(-1)!;
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

/** What a sweep wrote down of a run's training. */
async function lastLines(name: string): Promise<string | null> {
  for (const sweep of await namesIn(join(DATA_FOLDER, "sweeps"))) {
    const path = join(DATA_FOLDER, "sweeps", sweep, "logs", `${name}.log`);
    if (!await isFile(path)) continue;
    using file = await Deno.open(path);
    const { size } = await file.stat();
    await file.seek(Math.max(0, size - LOG_BYTES), Deno.SeekMode.Start);
    const bytes = new Uint8Array(LOG_BYTES);
    const length = await file.read(bytes) ?? 0;
    const lines = new TextDecoder().decode(bytes.subarray(0, length));
    return lines.trimEnd().split("\n").slice(-LOG_LINES).join("\n");
  }
  return null;
}
