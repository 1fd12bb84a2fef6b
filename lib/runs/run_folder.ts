import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Config, configToYaml, displayPath } from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import { replaceDurably, run as runProgram } from "../system/mod.ts";

/**
 * Where the runs are kept: in `runs` of the folder that the environment
 * variable `DINO_DATA` names, by default `data` beside the program.
 */
export const RUNS_FOLDER = resolve(
  Deno.env.get("DINO_DATA") ??
    fileURLToPath(new URL("../../data", import.meta.url)),
  "runs",
);

/** Where the champion of `deno task retrain` is kept, beside the runs. */
export const CHAMPION_FOLDER = resolve(RUNS_FOLDER, "../champion");

/**
 * The folder of one training run:
 *
 *     config.yaml         the config, with every default
 *     run.json            what it was made with: {@linkcode RunInfo}
 *     lock                who trains in it now
 *     scores.csv          one line per game
 *     metrics.csv         one line per interval of training
 *     tensorboard/        event files
 *     checkpoints/step-N/ everything needed to go on from step N
 *     evaluations/step-N/ games on held-out seeds
 *     report/             the training's report
 */
export interface RunFolder {
  /** The folder's own name. */
  name: string;
  /** Absolute, as all that follow. */
  path: string;
  config: string;
  info: string;
  lock: string;
  scores: string;
  metrics: string;
  tensorboard: string;
  checkpoints: string;
  evaluations: string;
  report: string;
}

/** One start of a run: at its beginning, or when it was resumed. */
export interface RunStart {
  /** ISO 8601. */
  time: string;
  /** Agent steps that were done before. */
  fromStep: number;
  commandLine: string[];
  /** Commit of the program, with "+" if files were changed; null: unknown. */
  commit: string | null;
  /** Deno, V8, TensorFlow, Chrome: name to version. */
  versions: Record<string, string>;
  /** Hash of the page's own script, which is the game. */
  pageScript: string;
  engine: "graph" | "eager";
  /** Where TensorFlow runs: "CPU", or the GPU's name. */
  device: string;
}

/** The content of `run.json`. */
export interface RunInfo {
  name: string;
  seed: number;
  starts: RunStart[];
}

/** The layout of a run's folder; looks at nothing. */
export function runFolderAt(path: string): RunFolder {
  const absolute = resolve(path);
  const at = (name: string) => join(absolute, name);
  return {
    name: basename(absolute),
    path: absolute,
    config: at("config.yaml"),
    info: at("run.json"),
    lock: at("lock"),
    scores: at("scores.csv"),
    metrics: at("metrics.csv"),
    tensorboard: at("tensorboard"),
    checkpoints: at("checkpoints"),
    evaluations: at("evaluations"),
    report: at("report"),
  };
}

/** What {@linkcode createRun} makes. */
export interface CreateRunOptions {
  config: Config;
  /** The run's name; absent: date, time and `configName`. */
  name?: string | undefined;
  /** Name of the config, for the default name: "default", "tutorial". */
  configName: string;
  /** Folder of all runs. @default {RUNS_FOLDER} */
  root?: string;
  /** @default {new Date()} */
  now?: Date;
}

/**
 * Makes the folder of a new run, with its `config.yaml` and an empty list of
 * starts in `run.json`.
 *
 * @throws UsageError if the name is no name, is taken, or the folder cannot
 * be made; then nothing was made
 */
export async function createRun(options: CreateRunOptions): Promise<RunFolder> {
  const { config, name, configName, root = RUNS_FOLDER } = options;
  const wanted = name ?? defaultName(configName, options.now ?? new Date());
  if (!/^[\w][\w.+-]*$/.test(wanted)) {
    throw new UsageError(
      `Cannot name a run ${
        JSON.stringify(wanted)
      }: use letters, digits, '-', '_', '+' and '.'`,
    );
  }
  let path = resolve(root, wanted);
  // Two runs may begin in the same second; a name that was given is kept to.
  for (let number = 2; !await makeFolder(path); number++) {
    if (name !== undefined) {
      throw new UsageError(
        `There is a run named ${wanted} already, in ${path}; ` +
          `go on with --resume ${wanted}, or give another name`,
      );
    }
    path = resolve(root, `${wanted}-${number}`);
  }
  const run = runFolderAt(path);
  try {
    for (const folder of [run.tensorboard, run.checkpoints, run.evaluations]) {
      await Deno.mkdir(folder);
    }
    await replaceDurably(run.config, configToYaml(config));
    await writeRunInfo(run, { name: run.name, seed: config.seed, starts: [] });
  } catch (error) {
    await Deno.remove(path, { recursive: true }).catch(() => {});
    throw cannotMake(path, error);
  }
  return run;
}

/** Whether the folder was made; false: it was there. */
async function makeFolder(path: string): Promise<boolean> {
  try {
    await Deno.mkdir(resolve(path, ".."), { recursive: true });
    await Deno.mkdir(path);
    return true;
  } catch (error) {
    const parent = await Deno.stat(resolve(path, "..")).catch(() => null);
    if (error instanceof Deno.errors.AlreadyExists && parent?.isDirectory) {
      return false;
    }
    throw cannotMake(path, error);
  }
}

function cannotMake(path: string, cause: unknown): UsageError {
  return new UsageError(
    `Cannot make the run's folder ${path}: ${(cause as Error).message}; ` +
      "make its parent a folder that this user may write to, with free space",
    { cause },
  );
}

function defaultName(configName: string, now: Date): string {
  const pad = (n: number) => String(n).padStart(2, "0");
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()];
  const name = configName.replace(/[^\w.+-]/g, "-");
  return `${date.map(pad).join("-")}-${time.map(pad).join("")}-${name}`;
}

/**
 * Finds a run that exists.
 *
 * @param run its name, or the path of its folder
 * @throws UsageError if there is none, or the folder is not a run's
 */
export async function openRun(
  run: string,
  root: string = RUNS_FOLDER,
): Promise<RunFolder> {
  for (const path of [resolve(root, run), resolve(run)]) {
    const info = await Deno.stat(path).catch(() => null);
    if (!info) continue;
    const folder = runFolderAt(path);
    const isRun = (await Promise.all(
      [folder.config, folder.info].map((file) =>
        Deno.stat(file).then((info) => info.isFile, () => false)
      ),
    )).every(Boolean);
    if (isRun) return folder;
    throw new UsageError(
      `${displayPath(path)} is not a run's folder: it has no run.json and ` +
        "config.yaml; name a run of deno task train",
    );
  }
  const runs = await listRuns(root);
  throw new UsageError(
    `There is no run ${run} in ${displayPath(resolve(root))}; ` +
      (runs.length > 0
        ? `the newest ones are ${runs.slice(0, 5).join(", ")}`
        : "there are none yet: deno task train makes one"),
  );
}

/** Names of the runs in a folder, the newest first. */
export async function listRuns(root: string = RUNS_FOLDER): Promise<string[]> {
  const runs: { name: string; made: number }[] = [];
  try {
    for await (const { name } of Deno.readDir(root)) {
      const { info } = runFolderAt(join(root, name));
      const stat = await Deno.stat(info).catch(() => null);
      if (stat) runs.push({ name, made: stat.mtime?.getTime() ?? 0 });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return runs
    .sort((a, b) => b.made - a.made || (a.name < b.name ? 1 : -1))
    .map(({ name }) => name);
}

/** Removes a run in which training never began, because something was amiss. */
export async function removeUnstartedRun(run: RunFolder): Promise<void> {
  const { starts } = await readRunInfo(run);
  if (starts.length === 0) await Deno.remove(run.path, { recursive: true });
}

/** Replaces the run's config, when it is resumed with other settings. */
export async function updateRunConfig(
  run: RunFolder,
  config: Config,
): Promise<void> {
  await replaceDurably(run.config, configToYaml(config));
}

/** Writes `run.json` anew. */
export async function writeRunInfo(
  run: RunFolder,
  info: RunInfo,
): Promise<void> {
  await replaceDurably(run.info, JSON.stringify(info, null, 2) + "\n");
}

/** @throws UsageError if `run.json` cannot be read */
export async function readRunInfo(run: RunFolder): Promise<RunInfo> {
  try {
    return JSON.parse(await Deno.readTextFile(run.info));
  } catch (cause) {
    throw new UsageError(
      `Cannot read ${displayPath(run.info)}: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/**
 * The commit that the program itself is at, with "+" if files were changed;
 * null where it was not cloned or there is no git. A repository that it only
 * lies in, or that git's variables name (in a hook), is not its own.
 */
export async function programCommit(): Promise<string | null> {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const git = async (...args: string[]) => {
    const ended = await runProgram("git", args, { cwd, withoutEnv: /^GIT_/ });
    return ended?.success ? ended.stdout.trim() : null;
  };
  const folder = await git("rev-parse", "--show-toplevel");
  if (folder === null || resolve(folder) !== await Deno.realPath(cwd)) {
    return null;
  }
  const commit = await git("rev-parse", "HEAD");
  const changes = await git("status", "--porcelain", "--untracked-files=no");
  return commit && (changes === "" ? commit : `${commit}+`);
}
