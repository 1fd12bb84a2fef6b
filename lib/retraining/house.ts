/** Keeps what the nights leave within its limits. */
import { basename, dirname, join, relative, sep } from "node:path";
import { endLeftoverChromes } from "../browser/mod.ts";
import type { Config } from "../config/mod.ts";
import { DinoDqnError, RunLockedError, UsageError } from "../errors.ts";
import {
  folderBytes,
  freeBytes,
  ifThere,
  namesIn,
  realPath,
} from "../files.ts";
import { runFolderAt } from "../runs/mod.ts";
import { acquireLock } from "../system/mod.ts";
import { CHALLENGER, SET_ASIDE } from "./challenger.ts";
import { type ChampionFolder, nightPath } from "./paths.ts";
import { RECORD } from "./records.ts";

/** 10^9 bytes. */
const GB = 1e9;
/** Bytes of an agent step in a checkpoint, which is most of it, compressed. */
const STEP_BYTES = 200;
/** Checkpoints beside the newest ones: the best, and one being written. */
const MORE_CHECKPOINTS = 2;
/** Reports, logs and pages of one night, and the reserve. */
const NIGHT_BYTES = 25e6;
/** Evaluations of the challenger's training that are kept. */
const EVALUATIONS = 200;

/** Names of nights, and of former champions. */
const NIGHT = /^night-(\d{1,6})(?:-page-\w+)?$/;
/** Names of what was being written or removed when its process ended. */
const UNFINISHED = /^night-(\d+).*\.(?:partial|removed|replaced)/;

/**
 * That `retention.maxGb` has room for a run at all.
 *
 * @throws UsageError when it has not
 */
export function checkRetention(
  { training, replay, retraining, retention: { maxGb } }: Config,
): void {
  const { challengers } = retraining;
  const checkpoints = training.keepCheckpoints + MORE_CHECKPOINTS;
  const needed = (checkpoints * replay.capacity * STEP_BYTES + NIGHT_BYTES) /
    GB;
  if (maxGb >= needed * challengers) return;
  throw new UsageError(
    `retention.maxGb is ${maxGb}, but one run with training.keepCheckpoints ` +
      `${training.keepCheckpoints} and replay.capacity ${replay.capacity} ` +
      `needs about ${needed.toPrecision(2)} GB${
        challengers > 1 ? `, ${challengers} times` : ""
      }; set retention.maxGb to more than that`,
  );
}

/**
 * That a night may begin: no more is kept than `retention.maxGb`, and no less
 * is free than `retraining.freeDiskGb`.
 *
 * @throws DinoDqnError when it may not
 */
export async function checkRoom(
  { retention: { maxGb }, retraining: { freeDiskGb } }: Config,
  folder: ChampionFolder,
): Promise<void> {
  const kept = await allBytes(folder) / GB;
  if (kept > maxGb) {
    throw new DinoDqnError(
      `what the nights must keep has ${kept.toFixed(2)} GB, more than ` +
        `retention.maxGb (${maxGb}); raise it`,
    );
  }
  const free = await freeBytes(folder.path) / GB;
  if (free < freeDiskGb) {
    throw new DinoDqnError(
      `only ${free.toFixed(2)} GB of disk are free, and a night needs ` +
        `${freeDiskGb} (retraining.freeDiskGb)`,
    );
  }
}

/** All that the nights keep, in bytes. */
export async function allBytes(folder: ChampionFolder): Promise<number> {
  const runs = (await namesIn(folder.runs))
    .filter((name) => CHALLENGER.test(name) || SET_ASIDE.test(name))
    .map((name) => join(folder.runs, name));
  return [folder.path, ...runs]
    .reduce((sum, path) => sum + folderBytes(path), 0);
}

/**
 * Removes what is left over: all but the newest `retention.nights` of each kind
 * and, if the rest has more than `retention.maxGb`, the oldest of it, the least
 * dear kind first. Never the champion, the challenger's checkpoints, a night's
 * record, tonight's report, nor anything of a run that is in use.
 *
 * @param tonight number of the night that goes on
 * @returns what was removed, in words
 */
export async function keepHouse(
  { retention: { nights, maxGb } }: Config,
  folder: ChampionFolder,
  tonight: number,
): Promise<string[]> {
  const removed = await endLeftoverChromes();
  const tooMany: string[] = [];
  const spare: string[] = [];
  for (const [parent, pattern, most = nights] of await kindsIn(folder)) {
    const numberOf = (name: string) => Number(pattern.exec(name)?.[1] ?? 0);
    const leavings = (await namesIn(parent)).filter(numberOf)
      .sort((a, b) => numberOf(b) - numberOf(a))
      .map((name) => join(parent, name));
    tooMany.push(...leavings.splice(most));
    spare.push(...leavings.reverse());
  }
  const dear = [nightPath(folder, tonight), realPath(folder.current)];
  let bytes = await allBytes(folder);
  for (const path of [...tooMany, ...spare]) {
    if (bytes <= maxGb * GB && !tooMany.includes(path)) break;
    const size = dear.includes(path) ? 0 : await removeLeaving(path, folder);
    if (size === 0) continue;
    bytes -= size;
    removed.push(`${basename(path)} (${(size / 1e6).toFixed(1)} MB)`);
  }
  return removed;
}

/** Where leavings are, and how many stay, if not `retention.nights`. */
type Kind = [parent: string, name: RegExp, most?: number];

/** All that may go, the least dear first. */
async function kindsIn(folder: ChampionFolder): Promise<Kind[]> {
  const challengers = (await namesIn(folder.runs))
    .filter((name) => CHALLENGER.test(name))
    .map((name) => runFolderAt(join(folder.runs, name)));
  // Without a champion somebody may want one of the former ones back.
  const hasChampion = await ifThere(Deno.stat(folder.current)) !== null;
  return [
    [folder.nights, UNFINISHED, 0],
    [folder.agents, UNFINISHED, 0],
    ...challengers.map((run): Kind => [
      run.checkpoints,
      /^step-(\d+)\.damaged$/,
    ]),
    [folder.runs, SET_ASIDE],
    ...challengers.map((run): Kind => [
      ...[run.evaluations, /^step-(\d+)$/, EVALUATIONS] as const,
    ]),
    [folder.nights, NIGHT],
    ...(hasChampion ? [[folder.agents, NIGHT] as Kind] : []),
  ];
}

/** @returns bytes that are free now: 0 when it is in use, or was empty */
async function removeLeaving(
  path: string,
  { nights, runs }: ChampionFolder,
): Promise<number> {
  const run = relative(runs, path).split(sep)[0]!;
  const parts = dirname(path) === nights && NIGHT.test(basename(path))
    ? (await namesIn(path)).filter((name) => name !== RECORD)
      .map((name) => join(path, name))
    : [path];
  let bytes = 0;
  try {
    using _lock = run === ".."
      ? null
      : await acquireLock(runFolderAt(join(runs, run)).lock, run);
    for (const part of parts) {
      bytes += folderBytes(part);
      // Renamed first: what is half removed must not look whole.
      await Deno.rename(part, `${part}.removed`);
      await Deno.remove(`${part}.removed`, { recursive: true });
    }
  } catch (error) {
    if (!(error instanceof RunLockedError)) throw error;
  }
  return bytes;
}
