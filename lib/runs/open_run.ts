/** Making runs, and finding them again. */
import { dirname, join, resolve } from "node:path";
import { type Config, configToYaml, displayPath } from "../config/mod.ts";
import { UsageError, whyNotWritten } from "../errors.ts";
import { ifThere, isFile, isPath, namesIn } from "../files.ts";
import { nearestOf } from "../nearest.ts";
import { replaceDurably, writeBeside } from "../system/mod.ts";
import { runNames } from "./list_runs.ts";
import { type RunFolder, runFolderAt, RUNS_FOLDER } from "./run_folder.ts";
import { readRunInfo, writeRunInfo } from "./run_info.ts";

/** What {@linkcode createRun} makes. */
export interface CreateRunOptions {
  config: Config;
  /** The run's name; absent: `configName` and the next number. */
  name?: string | undefined;
  /** Name of the config, for the default name: "default", "tutorial". */
  configName: string;
  /** The agent whose weights it begins with. @default random ones */
  from?: string | undefined;
  /** Whether a script rewards its decisions. @default {false} */
  ownReward?: boolean;
  /** Whether it may have a name of the program's own. @default {false} */
  own?: boolean;
  /** Folder of all runs. @default {RUNS_FOLDER} */
  root?: string;
}

/**
 * Words that mean another agent, a checkpoint, or a run of the nights, which
 * they remove in time.
 */
const RESERVED =
  /^(champion|challenger(\.\d+)?(-until-.*)?|pretrained|best|last|step-\d+)$/i;

/**
 * Makes the folder of a new run, with its `config.yaml` and an empty list of
 * starts in `run.json`.
 *
 * @throws UsageError if the name is no name, is taken, or the folder cannot
 * be made; then nothing was made
 */
export async function createRun(options: CreateRunOptions): Promise<RunFolder> {
  const { name, configName, own = false, root = RUNS_FOLDER } = options;
  return name === undefined
    ? await makeNextRun(root, configName, options)
    : await makeNamedRun(resolve(root, checkedName(name, own)), options);
}

/**
 * The run with its files, which lie there together or not at all, also when
 * this program is killed meanwhile; null: something is there.
 */
async function makeRun(
  path: string,
  { config, from, ownReward = false }: CreateRunOptions,
): Promise<RunFolder | null> {
  const run = runFolderAt(path);
  const isThere = () => ifThere(Deno.lstat(path));
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    if (await isThere()) return null;
    await writeBeside(path, async (partial) => {
      const beside = runFolderAt(partial);
      const { tensorboard, checkpoints, evaluations } = beside;
      for (const folder of [partial, tensorboard, checkpoints, evaluations]) {
        await Deno.mkdir(folder);
      }
      await replaceDurably(beside.config, configToYaml(config));
      await writeRunInfo(beside, {
        ...{ name: run.name, seed: config.seed, starts: [] },
        ...(from !== undefined && { from }),
        ...(ownReward && { ownReward }),
      });
      await Deno.rename(partial, path);
    });
    return run;
  } catch (error) {
    // Another start may have taken it meanwhile.
    if (await isThere().catch(() => null)) return null;
    throw cannotMake(path, error);
  }
}

function cannotMake(path: string, cause: unknown): UsageError {
  return new UsageError(
    `Cannot make the run's folder ${path}: ${whyNotWritten(cause)}; ` +
      "make its parent a folder that this user may write to, with free space",
    { cause },
  );
}

/** @throws UsageError if a run may not be called so */
function checkedName(name: string, own: boolean): string {
  const refuse = (why: string) => {
    throw new UsageError(`Cannot name a run ${JSON.stringify(name)}: ${why}`);
  };
  if (!isRunName(name)) {
    refuse("use letters, digits, '-', '_', '+' and '.'");
  }
  if (!own && RESERVED.test(name)) {
    refuse("the word has a meaning of its own here; give another name");
  }
  return name;
}

async function makeNamedRun(
  path: string,
  options: CreateRunOptions,
): Promise<RunFolder> {
  const made = await makeRun(path, options);
  if (made) return made;
  const { name, info } = runFolderAt(path);
  throw new UsageError(
    await isFile(info)
      ? `There is a run named ${name} already, in ${path}; ` +
        `go on with --resume ${name}, or give another name`
      : `${path} is there already and is no run: give another name, or ` +
        "remove it",
  );
}

/** Whether a run may be called so: then it is no path either. */
export const isRunName = (name: string): boolean => /^\w[\w.+-]*$/.test(name);

/** `default-1`, `default-2`, …: the number after the highest that is there. */
async function makeNextRun(
  root: string,
  configName: string,
  options: CreateRunOptions,
): Promise<RunFolder> {
  const word = configName.replace(/[^\w.+-]/g, "-").replace(/^\W+/, "") ||
    "run";
  // A config may be called "step".
  const stem = RESERVED.test(`${word}-1`) ? `run-${word}` : word;
  const numbers = (await namesIn(root).catch(() => [])).flatMap((name) => {
    const [, before, number] = /^(.*)-(\d{1,9})$/.exec(name) ?? [];
    return before === stem ? Number(number) : [];
  });
  for (let number = Math.max(0, ...numbers) + 1;; number++) {
    const run = await makeRun(resolve(root, `${stem}-${number}`), options);
    if (run) return run;
  }
}

/**
 * Finds a run that exists.
 *
 * @param run its name, or the path of its folder: `./NAME` where a run has that
 * name too
 * @param otherNames what else could have been meant where it is named
 * @throws UsageError if there is none, or the folder is not a run's
 */
export async function openRun(
  run: string,
  root: string = RUNS_FOLDER,
  otherNames: readonly string[] = [],
): Promise<RunFolder> {
  const paths = isPath(run) ? [run] : [join(root, run), run];
  for (const path of paths) {
    const found = await runAt(path);
    if (found) return found;
  }
  const runs = await runNames(root);
  const newest = runs.slice(0, 5);
  const near = nearestOf(run, [...runs, ...otherNames]);
  throw new UsageError(
    `There is no run ${run} in ${displayPath(resolve(root))}; ` +
      (runs.length > 0
        ? `the newest ones are ${newest.join(", ")}`
        : "there are none yet: deno task train makes one") +
      (near ? `; did you mean ${near}?` : ""),
  );
}

/**
 * The run whose folder this is; null if nothing is there.
 *
 * @throws UsageError if what is there is not a run's folder, or this user must
 * not read it
 */
export async function runAt(path: string): Promise<RunFolder | null> {
  const run = runFolderAt(path);
  try {
    if (!await ifThere(Deno.stat(run.path))) return null;
    const { isFile } = await Deno.stat(run.config);
    if (isFile && (await Deno.stat(run.info)).isFile) return run;
  } catch (cause) {
    if (cause instanceof Deno.errors.PermissionDenied) {
      throw new UsageError(
        `${
          displayPath(run.path)
        } cannot be read: this user has no permission ` +
          "to; ask whom it belongs to",
        { cause },
      );
    }
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    // One of the files is not there, or it is a file itself.
  }
  throw new UsageError(
    `${displayPath(run.path)} is not a run's folder: it has no run.json and ` +
      "config.yaml; name a run of deno task train",
  );
}

/** Replaces the run's config, when it is resumed with other settings. */
export async function updateRunConfig(
  run: RunFolder,
  config: Config,
): Promise<void> {
  await replaceDurably(run.config, configToYaml(config));
}

/** Removes a run in which training never began, because something was amiss. */
export async function removeUnstartedRun(run: RunFolder): Promise<void> {
  const { starts } = await readRunInfo(run);
  if (starts.length === 0) await Deno.remove(run.path, { recursive: true });
}
