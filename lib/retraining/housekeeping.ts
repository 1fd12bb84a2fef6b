/** Keeps what the nights leave within its limits. */
import { basename, join } from "node:path";
import { endLeftoverChromes } from "../browser/mod.ts";
import type { Config } from "../config/mod.ts";
import { DinoDqnError, RunLockedError, UsageError } from "../errors.ts";
import { namesIn } from "../files.ts";
import { resolveNetwork } from "../agent/mod.ts";
import { acquireLock } from "../system/mod.ts";
import { type RunFolder, runFolderAt, RUNS_FOLDER } from "../runs/mod.ts";
import { CHALLENGER, SET_ASIDE } from "./challenger.ts";
import { bytesOf, freeBytes } from "./disk.ts";
import { type ChampionFolder, nightOf } from "./paths.ts";
import { chooseRemovals, type Leaving } from "./retention.ts";

/** 10^9 bytes. */
const GB = 1e9;
/** Bytes of an agent step in a checkpoint: its frame compresses well. */
const STEP_BYTES = 200;
/** Sets of weights in a checkpoint: those that play, and the learner's five. */
const WEIGHT_SETS = 6;
/** Checkpoints beside the newest ones: the best, and one being written. */
const MORE_CHECKPOINTS = 2;
/** Reports, logs and pages of one night, and the reserve. */
const NIGHT_BYTES = 25e6;
/** Evaluations of the challenger's training that are kept. */
const EVALUATIONS = 200;
/** Names of what is being written or removed, when its process ended. */
const UNFINISHED = /\.(partial|removed)$/;

/** Where house is kept, and by which limits. */
export interface HouseOptions {
  config: Config;
  folder: ChampionFolder;
  /** The night that goes on; its report stays. */
  night: number;
  /** Folder of the runs. @default {RUNS_FOLDER} */
  root?: string;
}

/** How house was kept. */
export interface House {
  /** All that the nights keep, in bytes. */
  bytes: number;
  /** What was removed, in words. */
  removed: string[];
}

/** Bytes that one run of a config needs while it trains. */
export function runBytes({ training, replay, network, game }: Config): number {
  const { parameters } = resolveNetwork(network, game.actions);
  const checkpoint = parameters * 4 * WEIGHT_SETS +
    replay.capacity * STEP_BYTES;
  return (training.keepCheckpoints + MORE_CHECKPOINTS) * checkpoint;
}

/**
 * That there is room for a run at all.
 *
 * @throws UsageError when `retention.maxGb` is smaller than one run
 */
export function checkRetention(config: Config): void {
  const needed = (runBytes(config) + NIGHT_BYTES) / GB;
  const { maxGb } = config.retention;
  if (maxGb < needed) {
    throw new UsageError(
      `retention.maxGb is ${maxGb}, but one run with ` +
        `training.keepCheckpoints ${config.training.keepCheckpoints} and ` +
        `replay.capacity ${config.replay.capacity} needs about ` +
        `${needed.toPrecision(2)} GB; set retention.maxGb to more than that`,
    );
  }
}

/** @throws DinoDqnError when less is free than `retraining.freeDiskGb` */
export async function checkFreeDisk(
  { retraining: { freeDiskGb } }: Config,
  folder: string,
): Promise<void> {
  const free = await freeBytes(folder) / GB;
  if (free < freeDiskGb) {
    throw new DinoDqnError(
      `only ${free.toFixed(2)} GB of disk are free, and a night needs ` +
        `${freeDiskGb} (retraining.freeDiskGb)`,
    );
  }
}

/**
 * Removes what is left over or too much: never the champion, the challenger's
 * checkpoints, tonight's report, nor anything of a run that is in use.
 *
 * @param reserved bytes that are to stay free below `retention.maxGb`
 */
export async function keepHouse(
  options: HouseOptions,
  reserved = 0,
): Promise<House> {
  const { config: { retention }, folder, root = RUNS_FOLDER } = options;
  const removed = await endLeftoverChromes();
  removed.push(...await removeUnfinished(folder));
  const leavings = await listLeavings(options, root);
  const all = await allBytes(folder, root);
  const lasting = all - leavings.reduce((sum, { bytes }) => sum + bytes, 0);
  const chosen = chooseRemovals(leavings, {
    nights: retention.nights,
    evaluations: EVALUATIONS,
    bytes: retention.maxGb * GB - lasting - reserved,
  });
  let bytes = all;
  for (const one of chosen) {
    if (!await removeLeaving(one, root)) continue;
    bytes -= one.bytes;
    removed.push(`${basename(one.path)} (${megabytes(one.bytes)})`);
  }
  return { bytes, removed };
}

/** Bytes that a night may add: what {@linkcode keepHouse} keeps free for it. */
export const roomForNight = (config: Config): number =>
  Math.min(runBytes(config) + NIGHT_BYTES, config.retention.maxGb * GB);

/** All that the nights keep, in bytes. */
export async function allBytes(
  folder: ChampionFolder,
  root: string = RUNS_FOLDER,
): Promise<number> {
  let sum = await bytesOf(folder.path);
  for (const name of await namesIn(root)) {
    if (isOurs(name)) sum += await bytesOf(join(root, name));
  }
  return sum;
}

const isOurs = (name: string) =>
  name === CHALLENGER || name.startsWith(SET_ASIDE);

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

async function removeUnfinished(
  { path, agents, nights }: ChampionFolder,
): Promise<string[]> {
  const removed: string[] = [];
  for (const folder of [path, agents, nights]) {
    for (const name of await namesIn(folder)) {
      if (!UNFINISHED.test(name)) continue;
      await Deno.remove(join(folder, name), { recursive: true });
      removed.push(name);
    }
  }
  return removed;
}

async function listLeavings(
  { folder, night }: HouseOptions,
  root: string,
): Promise<Leaving[]> {
  const leavings: Leaving[] = [];
  const add = async (kind: Leaving["kind"], path: string, order: number) => {
    leavings.push({ kind, path, order, bytes: await bytesOf(path) });
  };
  for (const name of await namesIn(folder.nights)) {
    const order = nightOf(name) ?? 0;
    if (order !== night) await add("night", join(folder.nights, name), order);
  }
  const champion = await Deno.realPath(folder.current).catch(() => null);
  for (const name of await namesIn(folder.agents)) {
    const path = join(folder.agents, name);
    // Without a champion somebody may want one of them back.
    if (champion === null || await Deno.realPath(path) === champion) continue;
    await add("champion", path, nightOf(name) ?? 0);
  }
  for (const name of await namesIn(root)) {
    if (!name.startsWith(SET_ASIDE)) continue;
    const order = nightOf(name.slice(SET_ASIDE.length)) ?? 0;
    await add("challenger", join(root, name), order);
  }
  const run = runFolderAt(join(root, CHALLENGER));
  for (const name of await namesIn(run.evaluations)) {
    await add("evaluation", join(run.evaluations, name), stepOf(name));
  }
  for (const name of await namesIn(run.checkpoints)) {
    if (!name.endsWith(".damaged")) continue;
    await add("damaged", join(run.checkpoints, name), stepOf(name));
  }
  return leavings;
}

const stepOf = (name: string) => Number(/^step-(\d+)/.exec(name)?.[1] ?? 0);

/** @returns false when it is in use */
async function removeLeaving(
  { path, kind }: Leaving,
  root: string,
): Promise<boolean> {
  const run: RunFolder | null = kind === "challenger"
    ? runFolderAt(path)
    : kind === "evaluation" || kind === "damaged"
    ? runFolderAt(join(root, CHALLENGER))
    : null;
  try {
    using _lock = run && await acquireLock(run.lock, run.name);
    // Renamed first: what is half removed must not look whole.
    const removed = `${path}.removed`;
    await Deno.rename(path, removed);
    await Deno.remove(removed, { recursive: true });
    return true;
  } catch (error) {
    if (error instanceof RunLockedError) return false;
    throw error;
  }
}
