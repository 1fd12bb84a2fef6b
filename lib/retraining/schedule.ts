/** Putting a job onto the machine's schedule, and taking it off again. */
import { dirname } from "node:path";
import { userInfo } from "node:os";
import { replaceDurably } from "../system/mod.ts";
import { checkCronExpression, nextCronTime } from "./cron_expression.ts";
import {
  crontabLine,
  installedExpression,
  noCron,
  readCrontab,
  withLine,
  writeCrontab,
} from "./crontab.ts";
import { type Job, jobWarnings } from "./job.ts";
import {
  checkCalendar,
  installedCalendar,
  nextTimerTime,
  serviceUnit,
  systemctl,
  timerUnit,
  type Units,
  unitsFor,
} from "./systemd.ts";

/** A change of the schedule that can be shown before it is made. */
export interface ScheduleChange {
  /** What will be written, removed and run: lines for the user. */
  description: string;
  /** What the user should know before, each a sentence. */
  warnings: string[];
  /**
   * Makes the change.
   *
   * @returns what remains to be done by hand, each a sentence
   * @throws DinoDqnError if it cannot be made
   */
  apply(): Promise<string[]>;
}

/** A schedule that is installed. */
export interface InstalledSchedule {
  kind: "cron" | "systemd";
  /** When, in cron's or systemd's words. */
  expression: string;
  /** The next start; null: never, or it cannot be known. */
  next: Date | null;
}

/**
 * A line in the user's crontab that runs the job; one that is there for the
 * same data folder is replaced.
 *
 * @param text a cron expression
 * @throws UsageError if it is none or the line gets too long, DinoDqnError if
 * there is no cron or its crontab cannot be read
 */
export async function planCron(
  text: string,
  job: Job,
): Promise<ScheduleChange> {
  const expression = checkCronExpression(text);
  const line = crontabLine(expression, job);
  const before = await readCrontab();
  if (before === null) throw noCron();
  const after = withLine(before, job.data, line);
  const next = nextCronTime(expression, new Date());
  return {
    description: `In the crontab of ${userInfo().username}:\n\n` +
      `${withLine("", job.data, line)}\n` +
      `The first time: ${next?.toLocaleString("sv")}, by this machine's clock`,
    warnings: [...jobWarnings(job), ...await otherSchedule("systemd", job)],
    async apply() {
      await Deno.mkdir(dirname(job.log), { recursive: true });
      await writeCrontab(after);
      return [];
    },
  };
}

/**
 * A service and a timer of the user's systemd that run the job; those that are
 * there for the same data folder are replaced.
 *
 * @param text a calendar expression (man systemd.time)
 * @throws UsageError if it is none
 */
export async function planSystemd(
  text: string,
  job: Job,
): Promise<ScheduleChange> {
  const calendar = await checkCalendar(text);
  const units = await unitsFor(job.data);
  const files = [
    { path: units.service, content: serviceUnit(job) },
    { path: units.timer, content: timerUnit(calendar, job) },
  ];
  const commands = [
    ["daemon-reload"],
    ["enable", `${units.name}.timer`],
    // A timer that runs already has to take its new time.
    ["restart", `${units.name}.timer`],
  ];
  return {
    description: [
      ...files.map(({ path, content }) => `${path}:\n\n${indented(content)}`),
      ...commands.map((args) => `systemctl --user ${args.join(" ")}`),
    ].join("\n"),
    warnings: [...jobWarnings(job), ...await otherSchedule("cron", job)],
    async apply() {
      // Where systemd cannot be reached, nothing is to be written.
      await systemctl(["daemon-reload"]);
      await Deno.mkdir(dirname(job.log), { recursive: true });
      await Deno.mkdir(dirname(units.timer), { recursive: true });
      for (const { path, content } of files) {
        await replaceDurably(path, content);
      }
      return [...await runAll(commands), ...lingering()];
    },
  };
}

/**
 * Takes off the schedule all that was put onto it for a data folder.
 *
 * @returns null if there is nothing
 * @throws DinoDqnError if it cannot be seen what there is
 */
export async function planRemoval(
  data: string,
): Promise<ScheduleChange | null> {
  const parts = [await cronRemoval(data), await systemdRemoval(data)]
    .filter((part) => part !== null);
  if (parts.length === 0) return null;
  return {
    description: parts.map(({ description }) => description).join("\n"),
    warnings: [],
    async apply() {
      const notes = [];
      for (const part of parts) notes.push(...await part.apply());
      return notes;
    },
  };
}

/**
 * What is on the schedule for a data folder.
 *
 * @throws DinoDqnError if it cannot be seen
 */
export async function installedSchedules(
  data: string,
): Promise<InstalledSchedule[]> {
  const schedules: InstalledSchedule[] = [];
  const expression = installedExpression(await readCrontab() ?? "", data);
  if (expression !== null) {
    schedules.push({ kind: "cron", expression, next: cronTime(expression) });
  }
  const units = await unitsFor(data);
  const calendar = await installedCalendar(units);
  if (calendar !== null) {
    const next = await nextTimerTime(units);
    schedules.push({ kind: "systemd", expression: calendar, next });
  }
  return schedules;
}

/** The next time of an expression that may have been changed by hand. */
function cronTime(expression: string): Date | null {
  try {
    return nextCronTime(checkCronExpression(expression), new Date());
  } catch {
    // Cron may know more words than are checked here.
    return null;
  }
}

type Removal = Pick<ScheduleChange, "description" | "apply">;

async function cronRemoval(data: string): Promise<Removal | null> {
  const before = await readCrontab() ?? "";
  const expression = installedExpression(before, data);
  if (expression === null) return null;
  return {
    description: `From the crontab of ${userInfo().username}: the line at ` +
      expression,
    async apply() {
      await writeCrontab(withLine(before, data, null));
      return [];
    },
  };
}

async function systemdRemoval(data: string): Promise<Removal | null> {
  const units = await unitsFor(data);
  const files = await existing(units);
  if (files.length === 0) return null;
  const stop = ["disable", "--now", `${units.name}.timer`];
  const reload = ["daemon-reload"];
  return {
    description: [
      `systemctl --user ${stop.join(" ")}`,
      ...files.map((file) => `Removed: ${file}`),
      `systemctl --user ${reload.join(" ")}`,
    ].join("\n"),
    async apply() {
      // Where systemd does not run, or not know the timer, none has to stop.
      await systemctl(stop).catch(() => null);
      for (const file of files) await Deno.remove(file);
      await systemctl(reload).catch(() => null);
      return [];
    },
  };
}

async function existing({ service, timer }: Units): Promise<string[]> {
  const found = await Promise.all(
    [service, timer].map((file) =>
      Deno.stat(file).then(() => [file], () => [])
    ),
  );
  return found.flat();
}

async function otherSchedule(
  kind: InstalledSchedule["kind"],
  { data }: Job,
): Promise<string[]> {
  const there = await installedSchedules(data);
  return there.filter((schedule) => schedule.kind === kind)
    .map(({ expression }) =>
      `There is a schedule of ${kind} for the same data already ` +
      `(${expression}): with both, two nights may get into each other's way. ` +
      "--uninstall removes both"
    );
}

/** Runs systemctl; without it, tells what is left to the user. */
async function runAll(commands: string[][]): Promise<string[]> {
  for (const args of commands) {
    if (await systemctl(args) === null) {
      return [
        "There is no systemctl here; where systemd runs: " +
        commands.map((args) => `systemctl --user ${args.join(" ")}`)
          .join(" && "),
      ];
    }
  }
  return [];
}

/** Without lingering, a user's systemd ends when the user logs out. */
function lingering(): string[] {
  const { username } = userInfo();
  try {
    Deno.statSync(`/var/lib/systemd/linger/${username}`);
    return [];
  } catch {
    return [
      "The timer runs only while you are logged in, until: " +
      `sudo loginctl enable-linger ${username}`,
    ];
  }
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "    ");
}
