/** Putting nights onto the machine's schedule, and taking them off again. */
import { resolve } from "node:path";
import type { Config } from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import { realPath } from "../files.ts";
import { cron } from "./cron.ts";
import { retrainJob } from "./job.ts";
import { type ChampionFolder, championFolderAt } from "./paths.ts";
import type {
  InstalledSchedule,
  ScheduleChange,
  Scheduler,
} from "./scheduler.ts";
import { systemd } from "./systemd.ts";

/** To be declared beside the command's other options. */
export const SCHEDULE_OPTIONS = {
  "install-cron": {
    type: "string",
    placeholder: "TIME",
    description:
      'Does this at a time of cron, "0 2 * * *", with the other options given.',
  },
  "install-systemd": {
    type: "string",
    placeholder: "TIME",
    standalone: "*-*-* 02:00:00",
    description: "The same by a timer of your systemd; at two if no TIME.",
  },
  uninstall: {
    type: "boolean",
    description: "Takes it off the schedule of cron and systemd.",
  },
  "dry-run": {
    type: "boolean",
    description: "Shows what the three options above would do, and no more.",
  },
} as const;

/** Their values, that of `--json`, which does not go with them, and a night's. */
export interface ScheduleRequest {
  "install-cron": string | undefined;
  "install-systemd": string | undefined;
  uninstall: boolean;
  "dry-run": boolean;
  json: boolean;
  config: string | undefined;
  set: readonly string[];
  minutes: number | undefined;
  steps: number | undefined;
}

/** Where a change is shown, and for whom it is made. */
export interface ScheduleContext {
  /** Config of the nights. */
  config: Config;
  /** Receives what is shown: what will be written, removed and run. */
  answer: (text: string) => void;
  /** Receives what is said about it. */
  say: (line: string) => void;
  /** @default {championFolderAt()} */
  folder?: ChampionFolder;
}

const SCHEDULERS: Record<InstalledSchedule["kind"], Scheduler> = {
  cron,
  systemd,
};

const KINDS = ["install-cron", "install-systemd", "uninstall"] as const;

/**
 * Whether the options are about the schedule, and not about a night.
 *
 * @throws UsageError if they do not go together
 */
export function isScheduleRequest(options: ScheduleRequest): boolean {
  const given = KINDS.filter((kind) => options[kind]);
  if (given.length > 1) {
    throw new UsageError(
      `--${given[0]} does not go with --${given[1]}: give one of them`,
    );
  }
  if (given.length === 0 && options["dry-run"]) {
    throw new UsageError(
      "--dry-run shows what a change of the schedule would do: give it with " +
        KINDS.map((kind) => `--${kind}`).join(", "),
    );
  }
  if (given.length > 0 && options.json) {
    throw new UsageError(`--json is for a night, not for --${given[0]}`);
  }
  return given.length > 0;
}

/**
 * Shows the change of the schedule that the options ask for and makes it.
 *
 * @throws UsageError if a time is none, DinoDqnError if the change cannot be
 * made
 */
export async function changeSchedule(
  options: ScheduleRequest,
  { config, answer, say, folder = championFolderAt() }: ScheduleContext,
): Promise<void> {
  const data = namesOf(folder);
  const changes: ScheduleChange[] = [];
  const warnings: string[] = [];
  if (options.uninstall) {
    for (const scheduler of Object.values(SCHEDULERS)) {
      changes.push(...await scheduler.remove(data));
    }
  } else {
    const kind = options["install-cron"] === undefined ? "systemd" : "cron";
    const job = retrainJob({
      args: nightArguments(options),
      ...{ data, log: folder.log },
      limitMinutes: config.retraining.hardLimitMinutes,
    });
    changes.push(
      await SCHEDULERS[kind].install(options[`install-${kind}`]!, job),
    );
    const others = await installedSchedules(folder);
    warnings.push(
      ...job.warnings,
      ...others.filter((other) => other.kind !== kind).map((other) =>
        `There is a schedule of ${other.kind} for the same data already ` +
        `(${other.expression}): with both, two nights may get into each ` +
        "other's way. --uninstall removes both"
      ),
    );
  }
  if (changes.length === 0) {
    say(`Nothing is on the schedule for the data in ${data[0]}.`);
    return;
  }
  for (const { description } of changes) answer(description.trimEnd());
  for (const warning of warnings) say(`warning: ${warning}.`);
  if (options["dry-run"]) {
    say("Nothing was changed (--dry-run).");
    return;
  }
  const left: string[] = [];
  for (const change of changes) left.push(...await change.apply());
  say(options.uninstall ? "Uninstalled." : "Installed.");
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

function nightArguments(night: ScheduleRequest): string[] {
  const { config, set, minutes, steps } = night;
  return [
    ...(config === undefined ? [] : ["--config", resolve(config)]),
    ...set.flatMap((change) => ["--set", change]),
    ...(minutes === undefined ? [] : ["--minutes", `${minutes}`]),
    ...(steps === undefined ? [] : ["--steps", `${steps}`]),
  ];
}
