/** Where retraining stands, for people and for monitoring. */
import { join } from "node:path";
import { freeBytes } from "../files.ts";
import { listTrainings, type RunSummary } from "../runs/mod.ts";
import { listRunningSweeps } from "../sweep/mod.ts";
import { type LockHolder, lockHolder } from "../system/mod.ts";
import { cappedText, filled, points } from "../text.ts";
import { readChampion, standing } from "./champion.ts";
import { type ChampionFolder, championFolderAt } from "./paths.ts";
import { readNights } from "./records.ts";
import {
  hasEnded,
  meanText,
  type NightRecord,
  type NightResult,
  resultLine,
} from "./result.ts";
import { installedSchedules } from "./schedule.ts";
import type { InstalledSchedule } from "./scheduler.ts";

/** How long a night may take to begin, in milliseconds. */
const LATE_MS = 600_000;

/** The document of `deno task status --json`. */
export interface Status {
  /** Null: there is none, or it cannot be used. */
  champion: ReturnType<typeof standing> | null;
  /** The last night that ended; null: none did. */
  lastRun: NightResult | null;
  /** When the schedule starts the next one, ISO 8601; null: it is unknown. */
  nextRun: string | null;
  /** In 10^9 bytes, on the disk of the data folder. */
  freeDiskGb: number;
  /** Who retrains now; null: nobody. */
  lock: LockHolder | null;
  /** The trainings that run now, those of a night or a sweep too. */
  trainings: RunSummary[];
  /** The sweeps that run now. */
  sweeps: Awaited<ReturnType<typeof listRunningSweeps>>;
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
  const warn = (message: string) => problems.push(message);
  const lock = await attempt(() => lockHolder(folder.lock));
  const champion = await attempt(() => readChampion(folder));
  const nights = await attempt(() => readNights(folder, warn)) ?? [];
  const schedules = await attempt(() => installedSchedules(folder)) ?? [];
  const trainings = await attempt(() => listTrainings(folder.runs, warn)) ?? [];
  const sweeps =
    await attempt(() => listRunningSweeps(join(folder.data, "sweeps"))) ?? [];
  // One that began after the first look holds the lock.
  const isQuiet = !lock && !await attempt(() => lockHolder(folder.lock));
  problems.push(...failedNights(nights));
  const open = nights.filter((night) => !hasEnded(night));
  if (isQuiet && open.length > 0) {
    // It may have ended after its record was read: the lock is free since then.
    const now = await attempt(() => readNights(folder, () => {})) ?? [];
    problems.push(...unendedNight(
      now.filter(({ night }) => open.some((each) => each.night === night)),
    ));
  }
  for (const schedule of schedules) {
    if (schedule.problem) problems.push(schedule.problem);
    else if (isQuiet) problems.push(...missedNight(schedule, nights));
  }
  const next = schedules.flatMap(({ next }) => next?.getTime() ?? []);
  return {
    champion: champion && standing(champion, nights),
    lastRun: nights.findLast(hasEnded) ?? null,
    nextRun: next.length > 0 ? new Date(Math.min(...next)).toISOString() : null,
    freeDiskGb: await freeBytes(folder.path) / 1e9,
    ...{ lock, trainings, sweeps, schedules, problems },
  };
}

function failedNights(nights: readonly NightRecord[]): string[] {
  const ended = nights.filter(hasEnded);
  const failed = ended.slice(
    ended.findLastIndex(({ result }) => result !== "failed") + 1,
  );
  const last = failed.at(-1);
  if (!last) return [];
  return [
    `Night ${last.night} failed: ${last.reason}` +
    (failed.length > 1 ? `; so did the ${failed.length - 1} before it` : ""),
  ];
}

/** A night that nobody is at any more. */
function unendedNight(nights: readonly NightRecord[]): string[] {
  return nights.filter((night) => !hasEnded(night)).map(({ time }) =>
    `A night that began at ${localTime(time)} never ended: it was killed, or ` +
    "the machine stopped. The next one goes on from its newest checkpoint"
  );
}

/** A time at which a night should have begun, and did not. */
function missedNight(
  { kind, previous }: InstalledSchedule,
  nights: readonly NightRecord[],
): string[] {
  if (previous === null || Date.now() - previous.getTime() < LATE_MS) return [];
  const isDone = nights.some(({ time, minutes }) =>
    Date.parse(time) + minutes * 60_000 >= previous.getTime()
  );
  return isDone ? [] : [
    `No night began at ${localTime(previous)}, when ${kind} should have ` +
    "started one: was the machine on, and what does the log say?",
  ];
}

/**
 * The status as lines for people; what is amiss comes last.
 *
 * @param width the widest line
 */
export function statusText(status: Status, width = Infinity): string {
  const { champion, lastRun, schedules, problems } = status;
  const rows = [
    ["Champion", champion ? championText(champion) : "none"],
    [
      "Last night",
      lastRun ? `${localTime(lastRun.time)}. ${resultLine(lastRun)}` : "none",
    ],
    ...nowText(status).map((text) => ["Now", text]),
    ...schedules.map(({ kind, expression, next }) => [
      "Next night",
      `${next ? localTime(next) : "unknown"}, by ${kind} (${expression})`,
    ]),
    ...(schedules.length > 0
      ? []
      : [["Next night", "not scheduled; see deno task retrain --help"]]),
    ["Disk", `${status.freeDiskGb.toFixed(1)} GB free`],
    ...problems.map((problem) => ["Problem", problem]),
  ];
  const indent = 12;
  return rows.map(([name, text]) =>
    name!.padEnd(indent) +
    filled(text!, width - indent).join("\n" + " ".repeat(indent))
  ).join("\n");
}

function nowText({ lock, trainings, sweeps }: Status): string[] {
  const held = ({ since, pid, host }: LockHolder) =>
    `since ${localTime(since)}, by process ${pid} on ${host}`;
  const lines = [
    ...lock ? [`retraining, ${held(lock)}`] : [],
    ...sweeps.map(({ name, lock }) => `sweep ${name}, ${held(lock)}`),
    ...trainings.map(({ name, steps, best, started }) =>
      `training ${name}` + (started ? `, since ${localTime(started)}` : "") +
      `: step ${points(steps)}` + (best ? `, best ${points(best.mean)}` : "")
    ),
  ];
  return lines.length > 0 ? lines : ["nothing runs"];
}

function championText(
  { name, time, run, step, figures }: NonNullable<Status["champion"]>,
): string {
  const { episodes, night, chose } = figures;
  return `${name}, since ${localTime(time)}: mean ${meanText(figures)} of ` +
    `${episodes} games, ${cappedText(figures)}, ` +
    (chose ? "which made it champion" : `in night ${night}`) +
    `; step ${points(step)} of run ${run}`;
}

/** `2026-11-24 02:00:00`, by the machine's clock. */
const localTime = (time: Date | string) => new Date(time).toLocaleString("sv");
