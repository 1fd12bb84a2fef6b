/** Putting nights onto the machine's schedule, and taking them off again. */
import type { Config } from "../config/mod.ts";
import { realPath } from "../files.ts";
import { cron } from "./cron.ts";
import { retrainJob } from "./job.ts";
import { type ChampionFolder, championFolderAt } from "./paths.ts";
import type { InstalledSchedule, Scheduler } from "./scheduler.ts";
import { systemd } from "./systemd.ts";

const SCHEDULERS: Record<InstalledSchedule["kind"], Scheduler> = {
  cron,
  systemd,
};

/** A change of the schedule that is asked for. */
export interface ScheduleRequest {
  /** What is to start nights, and when in its own words; null: nothing. */
  install: { by: InstalledSchedule["kind"]; time: string } | null;
  /** Arguments of `deno task retrain` for each night. */
  args: readonly string[];
  /** The config that they lead to. */
  config: Config;
  /** Whether the change is shown only. */
  dryRun: boolean;
  /** Receives what will be written, removed and run. */
  answer: (text: string) => void;
  /** Receives what is said about it. */
  say: (line: string) => void;
  /** @default {championFolderAt()} */
  folder?: ChampionFolder;
}

/**
 * Shows the change of the schedule and makes it.
 *
 * @throws UsageError if a time is none, DinoDqnError if the change cannot be
 * made
 */
export async function changeSchedule(request: ScheduleRequest): Promise<void> {
  const { install, answer, say, folder = championFolderAt() } = request;
  const data = namesOf(folder);
  const warnings: string[] = [];
  const changes = [];
  if (install) {
    const { by, time } = install;
    const job = retrainJob(request.args, folder.log, {
      data,
      limitMinutes: request.config.retraining.hardLimitMinutes,
    });
    changes.push(await SCHEDULERS[by].install(time, job));
    const others = await installedSchedules(folder);
    warnings.push(
      ...job.warnings,
      ...others.filter(({ kind }) => kind !== by).map((other) =>
        `There is a schedule of ${other.kind} for the same data already ` +
        `(${other.expression}): with both, two nights may get into each ` +
        "other's way. --uninstall removes both"
      ),
    );
  } else {
    for (const scheduler of Object.values(SCHEDULERS)) {
      changes.push(...await scheduler.remove(data));
    }
  }
  if (changes.length === 0) {
    say(`Nothing is on the schedule for the data in ${data[0]}.`);
    return;
  }
  for (const { description } of changes) answer(description.trimEnd());
  for (const warning of warnings) say(`warning: ${warning}.`);
  if (request.dryRun) {
    say("Nothing was changed (--dry-run).");
    return;
  }
  const left: string[] = [];
  for (const change of changes) left.push(...await change.apply());
  say(install ? "Installed." : "Uninstalled.");
  for (const sentence of left) say(`To do: ${sentence}`);
}

/**
 * What is on the schedule for a data folder.
 *
 * @throws DinoDqnError if it cannot be seen
 */
export async function installedSchedules(
  folder: ChampionFolder,
): Promise<InstalledSchedule[]> {
  const data = namesOf(folder);
  return (await Promise.all(
    Object.values(SCHEDULERS).map((scheduler) => scheduler.installed(data)),
  )).flat();
}

/** The paths that lead to the data folder, the one without links first. */
const namesOf = ({ data }: ChampionFolder): string[] => [
  ...new Set([realPath(data), data]),
];
