/** All runs, and how far they have come. */
import { dirname, join } from "node:path";
import { parseCsv, requiredNumber } from "../csv.ts";
import {
  type Config,
  differences,
  loadConfig,
  loadOwnConfig,
} from "../config/mod.ts";
import { gameName } from "../evaluation/mod.ts";
import {
  ifThere,
  namesIn,
  readPart,
  readText,
  readWhenChanged,
} from "../files.ts";
import { liesBeside, lockHolder } from "../system/mod.ts";
import { listCheckpoints } from "./checkpoint_files.ts";
import { bestEvaluation } from "./find_checkpoint.ts";
import { type RunFolder, runFolderAt, RUNS_FOLDER } from "./run_folder.ts";
import { comeTo, readRunInfo, type RunStart } from "./run_info.ts";

/** Bytes at the end of a table in which its last line is. */
const LAST_LINE_BYTES = 4096;

/** A run as a list shows it. */
export interface RunSummary {
  name: string;
  /**
   * `training`: a process does; `ended`: all of it is done; `interrupted`: it
   * was stopped or killed, and can be resumed.
   */
  state: "training" | "ended" | "interrupted";
  /** When it was started or resumed last, ISO 8601; null: not yet. */
  started: string | null;
  game: ReturnType<typeof gameName>;
  /** Agent steps and seconds of training, as far as metrics.csv tells. */
  steps: number;
  seconds: number;
  /** Its best evaluation; null: none yet. */
  best: { step: number; mean: number } | null;
  /** What its config has in place of the default: `learner.nStep` and value. */
  settings: Record<string, unknown>;
}

/**
 * Names of the runs in a folder, the one that was started last first: by what
 * the runs say themselves, so that a copied folder has the same order.
 *
 * @param warn told of a run that this user must not read
 */
export async function runNames(
  root: string = RUNS_FOLDER,
  warn: (message: string) => void = () => {},
): Promise<string[]> {
  const runs: { name: string; place: string }[] = [];
  for (const name of await namesIn(root)) {
    if (liesBeside(name)) continue;
    const run = runFolderAt(join(root, name));
    try {
      const made = (await Deno.stat(run.info)).mtime?.toISOString() ?? "";
      const last = await infoAt(run.info).then(
        ({ starts }) => starts.at(-1)?.time,
        () => null,
      );
      runs.push({ name, place: `${last ?? made} ${name}` });
    } catch (error) {
      if (error instanceof Deno.errors.PermissionDenied) {
        warn(`the run ${name} is passed over: no permission to read it`);
      }
      // Anything else that lies there is no run.
    }
  }
  return runs.sort((a, b) => a.place < b.place ? 1 : -1)
    .map(({ name }) => name);
}

/**
 * All runs, in that order; no table is read whole.
 *
 * @param warn told of a run that cannot be read, and is left out
 * @param most how many, the newest
 */
export async function listRuns(
  root: string = RUNS_FOLDER,
  warn: (message: string) => void = () => {},
  most = Infinity,
): Promise<RunSummary[]> {
  const names = await runNames(root, warn);
  return await summarize(names.slice(0, most), root, warn);
}

/** The runs in which a process trains now. */
export async function listTrainings(
  root: string = RUNS_FOLDER,
  warn: (message: string) => void = () => {},
): Promise<RunSummary[]> {
  const names: string[] = [];
  for (const name of await namesIn(root)) {
    const { lock } = runFolderAt(join(root, name));
    if (await lockHolder(lock).catch(() => null)) names.push(name);
  }
  return await summarize(names, root, warn);
}

async function summarize(
  names: readonly string[],
  root: string,
  warn: (message: string) => void,
): Promise<RunSummary[]> {
  const summaries: RunSummary[] = [];
  for (const name of names) {
    try {
      const run = runFolderAt(join(root, name));
      summaries.push(await summarizeRun(run));
    } catch (error) {
      warn(`the run ${name} is passed over: ${(error as Error).message}`);
    }
  }
  return summaries;
}

/**
 * One run as a list shows it.
 *
 * @throws UsageError if its files cannot be read
 */
export async function summarizeRun(run: RunFolder): Promise<RunSummary> {
  const info = await infoAt(run.info);
  const start = info.starts.at(-1);
  const [logged, known] = [await progressOf(run), comeTo(info)];
  return {
    name: run.name,
    state: await stateOf(run, start),
    started: start?.time ?? null,
    // The table ends with the last whole interval.
    steps: Math.max(logged.steps, known.steps),
    seconds: Math.max(logged.seconds, known.seconds),
    best: await ifThere(bestIn(run.checkpoints)),
    ...await configAt(run.config),
  };
}

// Whoever watches asks twice a second, of hundreds of runs.
const infoAt = readWhenChanged((path) =>
  readRunInfo(runFolderAt(dirname(path)))
);
let standard: Promise<Config> | undefined;
const configAt = readWhenChanged(async (path) => {
  standard ??= loadConfig();
  const config = await loadOwnConfig(path, "run");
  return {
    game: gameName(config),
    settings: Object.fromEntries(
      differences(await standard, config).map(({ key, now }) => [key, now]),
    ),
  };
});
const bestIn = readWhenChanged(async (checkpoints) =>
  bestEvaluation(checkpoints, await listCheckpoints(checkpoints))
);

async function stateOf(
  run: RunFolder,
  start: RunStart | undefined,
): Promise<RunSummary["state"]> {
  if (await lockHolder(run.lock)) return "training";
  if (start?.end) {
    return start.end.reason === "signal" ? "interrupted" : "ended";
  }
  // An earlier version took its name out of the lock when it ended.
  const killed = start?.end === null ||
    await ifThere(readText(run.lock)) !== "";
  return killed ? "interrupted" : "ended";
}

/** By the last line of metrics.csv. */
async function progressOf(
  { metrics }: RunFolder,
): Promise<Pick<RunSummary, "steps" | "seconds">> {
  const read = (from: number) => readPart(metrics, from, LAST_LINE_BYTES);
  const [head] = (await ifThere(read(0)) ?? "").split("\n");
  const last = head && (await read(-LAST_LINE_BYTES)).split("\n").slice(0, -1)
    .findLast((line) => /\d/.test(line));
  if (!last || last === head) return { steps: 0, seconds: 0 };
  const [row] = parseCsv(`${head}\n${last}\n`, metrics, ["step", "wall_s"]);
  return {
    steps: requiredNumber(row!, "step", metrics, 0),
    seconds: requiredNumber(row!, "wall_s", metrics, 0),
  };
}
