/** A sweep's folder, and whether a plan can go on with what is in it. */
import { join } from "node:path";
import {
  differences,
  differenceText,
  displayPath,
  laterKeys,
  loadConfig,
  loadOwnConfig,
  machineSets,
  withSchedules,
} from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import { namesIn } from "../files.ts";
import { DATA_FOLDER, RUNS_FOLDER } from "../runs/mod.ts";
import { type LockHolder, lockHolder } from "../system/mod.ts";
import type { SweepPlan } from "./plan.ts";
import { readState, reconcile, type Reconciled } from "./state.ts";

/** Where the sweeps go. */
const SWEEPS_FOLDER = join(DATA_FOLDER, "sweeps");

/**
 * The folder of a sweep:
 *
 *     sweep.yaml     its file, as it was when it ran last
 *     config.yaml    the config that all settings share, with every default
 *     state.json     which trainings have ended, and how
 *     results.csv    one line per training
 *     results.json   the settings with their figures
 *     index.html     the same as a page
 *     logs/          what each training said
 *     lock           who works in it now
 */
export interface SweepFolder {
  path: string;
  file: string;
  config: string;
  state: string;
  csv: string;
  json: string;
  page: string;
  logs: string;
  lock: string;
}

/** The layout of a sweep's folder; looks at nothing. */
export function sweepFolder(name: string, root = SWEEPS_FOLDER): SweepFolder {
  const path = join(root, name);
  const at = (file: string) => join(path, file);
  return {
    path,
    file: at("sweep.yaml"),
    config: at("config.yaml"),
    state: at("state.json"),
    csv: at("results.csv"),
    json: at("results.json"),
    page: at("index.html"),
    logs: at("logs"),
    lock: at("lock"),
  };
}

/** The sweeps in a folder that a process works on now, and which. */
export async function listRunningSweeps(
  root: string = SWEEPS_FOLDER,
): Promise<{ name: string; lock: LockHolder }[]> {
  const sweeps: { name: string; lock: LockHolder }[] = [];
  for (const name of await namesIn(root)) {
    const lock = await lockHolder(join(root, name, "lock")).catch(() => null);
    if (lock) sweeps.push({ name, lock });
  }
  return sweeps;
}

/**
 * Compares a plan with what is there; makes nothing.
 *
 * @throws UsageError when the config is not the one that the earlier trainings
 * had, or a run has the name of one to be made
 */
export async function checkBeforeStart(
  plan: SweepPlan,
  folder: SweepFolder,
): Promise<Reconciled> {
  const earlier = await readState(folder.state);
  if (earlier) await checkSameBase(plan, folder);
  const reconciled = reconcile(plan, earlier);
  for (const { run, state } of reconciled.trials) {
    const path = join(RUNS_FOLDER, run);
    if (state === "waiting" && await Deno.stat(path).catch(() => null)) {
      throw new UsageError(
        `There is a run ${run} already that this sweep has not made, in ` +
          `${displayPath(path)}; give the sweep another --name, or remove it`,
      );
    }
  }
  return reconciled;
}

async function checkSameBase(
  { name, base }: SweepPlan,
  folder: SweepFolder,
): Promise<void> {
  const earlier = await loadOwnConfig(
    folder.config,
    "run",
    machineSets(base, "program"),
  );
  // What neither of the two names is no change.
  const later = await laterKeys(folder.config);
  const defaults = await loadConfig();
  const named = new Set(differences(defaults, base).map(({ key }) => key));
  const changed = differences(withSchedules(earlier), withSchedules(base))
    .filter(({ key }) => !later.has(key) || named.has(key))
    .map(differenceText);
  if (changed.length === 0) return;
  throw new UsageError(
    `The config of the sweep ${name} is not what its trainings had: ` +
      `${
        changed.slice(0, 5).join("; ")
      }. Put it back, give the sweep another ` +
      `--name, or remove ${displayPath(folder.path)} and its runs`,
  );
}
