/** The options of `deno task retrain` that put it on a schedule. */
import { dirname, resolve } from "node:path";
import { answer, say } from "../cli/mod.ts";
import type { Config } from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import { retrainJob } from "./job.ts";
import { championFolderAt } from "./paths.ts";
import {
  planCron,
  planRemoval,
  planSystemd,
  type ScheduleChange,
} from "./schedule.ts";

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

/** Their values, and that of `--json`, which does not go with them. */
export interface ScheduleRequest {
  "install-cron": string | undefined;
  "install-systemd": string | undefined;
  uninstall: boolean;
  "dry-run": boolean;
  json: boolean;
}

/** The options of a night, which the schedule is to repeat. */
export interface NightOptions {
  config: string | undefined;
  set: readonly string[];
  minutes: number | undefined;
  steps: number | undefined;
}

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
 * @param options with those of the nights to come
 * @param config that they lead to
 * @throws UsageError if a time is none, DinoDqnError if the change cannot be
 * made
 */
export async function changeSchedule(
  options: ScheduleRequest & NightOptions,
  config: Config,
): Promise<void> {
  const change = await plan(options, config);
  if (change === null) {
    say(`Nothing is on the schedule for the data in ${dataFolder()}.`);
    return;
  }
  answer(change.description.trimEnd());
  for (const warning of change.warnings) say(`warning: ${warning}.`);
  if (options["dry-run"]) {
    say("Nothing was changed (--dry-run).");
    return;
  }
  const left = await change.apply();
  say(options.uninstall ? "Uninstalled." : "Installed.");
  for (const sentence of left) say(`To do: ${sentence}`);
}

async function plan(
  options: ScheduleRequest & NightOptions,
  config: Config,
): Promise<ScheduleChange | null> {
  const data = dataFolder();
  if (options.uninstall) return await planRemoval(data);
  const job = retrainJob({
    args: nightArguments(options),
    data,
    log: championFolderAt().log,
    limitMinutes: config.retraining.hardLimitMinutes,
  });
  const { "install-cron": cron, "install-systemd": calendar } = options;
  return cron === undefined
    ? await planSystemd(calendar!, job)
    : await planCron(cron, job);
}

const dataFolder = () => dirname(championFolderAt().path);

function nightArguments(night: NightOptions): string[] {
  const { config, set, minutes, steps } = night;
  return [
    ...(config === undefined ? [] : ["--config", resolve(config)]),
    ...set.flatMap((change) => ["--set", change]),
    ...(minutes === undefined ? [] : ["--minutes", `${minutes}`]),
    ...(steps === undefined ? [] : ["--steps", `${steps}`]),
  ];
}
