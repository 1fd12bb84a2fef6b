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
  const { hardLimitMinutes: limitMinutes } = request.config.retraining;
  const job = install &&
    retrainJob(request.args, folder.log, { data, limitMinutes });
  const steps = job
    ? await SCHEDULERS[install.by].install(install.time, job)
    : await ofAll((scheduler) => scheduler.remove(data));
  if (steps.length === 0) {
    say(`Nothing is on the schedule for the data in ${data[0]}.`);
    return;
  }
  for (const { shown } of steps) if (shown) answer(shown);
  for (const warning of job?.warnings ?? []) say(`warning: ${warning}.`);
  for (const { kind, expression } of await installedSchedules(folder)) {
    if (!install || kind === install.by) continue;
    say(
      `warning: There is a schedule of ${kind} for the same data already ` +
        `(${expression}): with both, two nights may get into each other's ` +
        "way. --uninstall removes both.",
    );
  }
  if (request.dryRun) {
    say("Nothing was changed (--dry-run).");
    return;
  }
  const left: (string | null)[] = [];
  for (const step of steps) left.push(await step.run());
  say(install ? "Installed." : "Uninstalled.");
  for (const what of new Set(left)) if (what) say(`To do: ${what}`);
}

const ofAll = async <T>(ask: (scheduler: Scheduler) => Promise<T[]>) =>
  (await Promise.all(Object.values(SCHEDULERS).map(ask))).flat();

/**
 * What is on the schedule for a data folder.
 *
 * @throws DinoDqnError if it cannot be seen
 */
export async function installedSchedules(
  folder: ChampionFolder,
): Promise<InstalledSchedule[]> {
  return await ofAll((scheduler) => scheduler.installed(namesOf(folder)));
}

/** The paths that lead to the data folder, the one without links first. */
const namesOf = ({ data }: ChampionFolder): string[] => [
  ...new Set([realPath(data), data]),
];
