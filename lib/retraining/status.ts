/** Where retraining stands, for people and for monitoring. */
import { dirname } from "node:path";
import { ifThere } from "../files.ts";
import { type LockHolder, lockHolder } from "../system/mod.ts";
import { type ChampionInfo, readChampion } from "./champion.ts";
import { freeBytes } from "./disk.ts";
import { type ChampionFolder, championFolderAt } from "./paths.ts";
import { meanText, type NightResult, resultLine } from "./result.ts";
import { installedSchedules } from "./schedule.ts";
import type { InstalledSchedule } from "./scheduler.ts";

/** The document of `deno task status --json`. */
export interface Status {
  /** Null: there is none, or it cannot be used. */
  champion: ({ name: string } & ChampionInfo) | null;
  /** The last night that ended; null: none did. */
  lastRun: NightResult | null;
  /** When the schedule starts the next one, ISO 8601; null: it is unknown. */
  nextRun: string | null;
  /** In 10^9 bytes, on the disk of the data folder. */
  freeDiskGb: number;
  /** Who retrains now; null: nobody. */
  lock: LockHolder | null;
  /** What was installed to start it, with the next time of each. */
  schedules: InstalledSchedule[];
  /** What is not as it should be, in sentences. */
  problems: string[];
}

/**
 * Looks at all that retraining has left, and changes none of it. What cannot
 * be read becomes a problem in the answer.
 */
export async function readStatus(
  folder: ChampionFolder = championFolderAt(),
): Promise<Status> {
  const problems: string[] = [];
  const attempt = async <T>(what: () => Promise<T>): Promise<T | null> => {
    try {
      return await what();
    } catch (error) {
      problems.push((error as Error).message);
      return null;
    }
  };
  const champion = await attempt(() => readChampion(folder));
  const lastRun = await attempt(() => readJson<NightResult>(folder.last));
  const lock = await attempt(() => lockHolder(folder.lock));
  const schedules = await attempt(() => installedSchedules(folder)) ?? [];
  const died = lock ? null : await attempt(() => unendedNight(folder));
  return {
    champion: champion && { name: champion.name, ...champion.info },
    lastRun,
    nextRun: earliest(schedules)?.toISOString() ?? null,
    freeDiskGb: await freeBytes(await nearestFolder(folder.path)) / 1e9,
    lock,
    schedules,
    problems: [...problems, ...(died ? [died] : [])],
  };
}

/** The status as lines for people; what is amiss comes last. */
export function statusText(status: Status): string {
  const { champion, lastRun, lock, schedules, problems } = status;
  const rows = [
    ["Champion", champion ? championText(champion) : "none"],
    [
      "Last night",
      lastRun
        ? `${localTime(new Date(lastRun.time))}. ${resultLine(lastRun)}`
        : "none",
    ],
    [
      "Now",
      lock
        ? `retraining, since ${localTime(new Date(lock.since))}, by process ` +
          `${lock.pid} on ${lock.host}`
        : "nothing runs",
    ],
    ...(schedules.length > 0 ? schedules.map(scheduleRow) : [
      ["Next night", "not scheduled; see deno task retrain --help"],
    ]),
    ["Disk", `${status.freeDiskGb.toFixed(1)} GB free`],
    ...problems.map((problem) => ["Problem", problem]),
  ];
  return rows.map(([name, text]) => `${name!.padEnd(12)}${text}`).join("\n");
}

function championText(
  { name, time, run, step, parameters, figures }: NonNullable<
    Status["champion"]
  >,
): string {
  return `${name}, since ${localTime(new Date(time))}: mean ${
    meanText({ name, parameters, ...figures })
  } of ${figures.episodes} games, up to ${figures.cap} points; step ${step} ` +
    `of run ${run}`;
}

function scheduleRow({ kind, expression, next }: InstalledSchedule): string[] {
  return [
    "Next night",
    `${next ? localTime(next) : "unknown"}, by ${kind} (${expression})`,
  ];
}

/** `2026-11-24 02:00:00`, by the machine's clock. */
const localTime = (time: Date) => time.toLocaleString("sv");

function earliest(schedules: readonly InstalledSchedule[]): Date | null {
  const times = schedules.flatMap(({ next }) => next?.getTime() ?? []);
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}

/** A sentence on a night that nobody is at any more; null: there is none. */
async function unendedNight(
  { heartbeat, lock }: ChampionFolder,
): Promise<string | null> {
  const last = await readJson<{ time: string; state: string }>(heartbeat);
  // One that began only now holds the lock.
  if (last?.state !== "running" || await lockHolder(lock)) return null;
  return `A night that began at ${localTime(new Date(last.time))} never ` +
    "ended: it was killed, or the machine stopped. The next one goes on from " +
    "its newest checkpoint";
}

/** @throws Error naming the file when it holds no JSON */
async function readJson<T>(path: string): Promise<T | null> {
  const text = await ifThere(Deno.readTextFile(path));
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path} is damaged: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** The folder, or the nearest one above it that there is. */
async function nearestFolder(path: string): Promise<string> {
  const isThere = await Deno.stat(path).then(() => true, () => false);
  return isThere || path === dirname(path)
    ? path
    : await nearestFolder(dirname(path));
}
