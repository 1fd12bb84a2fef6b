/** What the page tells of runs, sweeps and nights: read from disk, all of it. */
import { basename, join, relative } from "node:path";
import { loadOwnConfig } from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import { isFile, namesIn } from "../files.ts";
import { championFolderAt, readLastNight } from "../retraining/mod.ts";
import {
  DATA_FOLDER,
  evaluatedSteps,
  isRunName,
  listCheckpoints,
  listRuns,
  readRunInfo,
  runAt,
  type RunFolder,
  runFolderAt,
  type RunInfo,
  RUNS_FOLDER,
  type RunSummary,
  summarizeRun,
} from "../runs/mod.ts";
import { lockHolder } from "../system/mod.ts";

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
  const last = await readLastNight(folder).catch(() => null);
  const running = await lockHolder(folder.lock).catch(() => null);
  if (!last && !running) return null;
  const champion = await Deno.realPath(folder.current).catch(() => null);
  return {
    name: champion ? basename(champion) : "no champion yet",
    page: await isFile(folder.page) ? relative(folder.data, folder.page) : null,
    note: [
      running && "a night is running now",
      last && `night ${last.night}: ${last.result}, ${last.reason}`,
    ].filter(Boolean).join("; "),
  };
}

/**
 * A run by its name, looked at by nobody yet.
 *
 * @throws UsageError if it is no run's name, as a path is not
 */
export function runNamed(name: string): RunFolder {
  if (isRunName(name)) return runFolderAt(join(RUNS_FOLDER, name));
  throw new UsageError(`${JSON.stringify(name)} is not a run's name`);
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
  const reports = evaluations.map((step) => join(run.evaluations, step));
  return {
    ...await summarizeRun(run),
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
    log: await lastLines(run.name),
  };
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
