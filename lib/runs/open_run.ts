/** Making runs, and finding them again. */
import { join, resolve } from "node:path";
import { type Config, configToYaml, displayPath } from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import { ifThere, isPath } from "../files.ts";
import { replaceDurably } from "../system/mod.ts";
import { runNames } from "./list_runs.ts";
import { type RunFolder, runFolderAt, RUNS_FOLDER } from "./run_folder.ts";
import { readRunInfo, writeRunInfo } from "./run_info.ts";

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
 * @param run its name, or the path of its folder: `./NAME` where a run has that
 * name too
 * @throws UsageError if there is none, or the folder is not a run's
 */
export async function openRun(
  run: string,
  root: string = RUNS_FOLDER,
): Promise<RunFolder> {
  const paths = isPath(run) ? [run] : [join(root, run), run];
  for (const path of paths) {
    const found = await runAt(path);
    if (found) return found;
  }
  const runs = await runNames(root);
  throw new UsageError(
    `There is no run ${run} in ${displayPath(resolve(root))}; ` +
      (runs.length > 0
        ? `the newest ones are ${runs.slice(0, 5).join(", ")}`
        : "there are none yet: deno task train makes one"),
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
