/** A service and a timer of the user's own systemd. */
import { join } from "node:path";
import { DinoDqnError, UsageError } from "../errors.ts";
import { ifThere } from "../files.ts";
import { run } from "../system/mod.ts";
import { sha256 } from "../sha256.ts";
import type { Job } from "./job.ts";

/** For set-up before, and reports after, what the job counts as its time. */
const MARGIN_MINUTES = 30;
/** For saving, when it is asked to stop. */
const STOP_MINUTES = 10;

/** The units of one data folder. */
export interface Units {
  /** The name of both, without `.service` and `.timer`. */
  name: string;
  service: string;
  timer: string;
}

/**
 * The paths of a data folder's units. The name says which folder by the
 * beginning of its SHA-256: a name made of the path would not be one for
 * systemd, and units of several folders may stand side by side.
 *
 * @param env where `XDG_CONFIG_HOME` and `HOME` are read from
 * @throws UsageError if neither is set
 */
export async function unitsFor(
  data: string,
  env: Readonly<Record<string, string>> = Deno.env.toObject(),
): Promise<Units> {
  const home = env.XDG_CONFIG_HOME || (env.HOME && join(env.HOME, ".config"));
  if (!home) {
    throw new UsageError(
      "There is no place for systemd's units: HOME is not set; set it",
    );
  }
  const name = `dino-dqn-retrain-${(await sha256(data)).slice(0, 8)}`;
  const path = join(home, "systemd", "user", name);
  return { name, service: `${path}.service`, timer: `${path}.timer` };
}

/** A quoted word of a unit in which systemd replaces nothing. */
export function unitWord(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/** An argument of a command: there `$` stands for variables too. */
function commandWord(text: string): string {
  return unitWord(text).replaceAll("$", "$$$$");
}

/** The service that runs a job once. */
export function serviceUnit(job: Job): string {
  const [program, ...args] = job.command;
  const variables = Object.entries(job.environment).map(([name, value]) =>
    `Environment=${unitWord(`${name}=${value}`)}`
  );
  return `[Unit]
Description=dino-dqn: retraining, data in ${job.data.replaceAll("%", "%%")}

[Service]
Type=oneshot
WorkingDirectory=${job.folder.replaceAll("%", "%%")}
${variables.join("\n")}
ExecStart=${[unitWord(program!), ...args.map(commandWord)].join(" ")}
StandardOutput=append:${job.log.replaceAll("%", "%%")}
StandardError=inherit
# 3: the challenger was not better. That is no failure.
SuccessExitStatus=3
# The command ends by itself before; this is for when it does not.
TimeoutStartSec=${Math.ceil(job.limitMinutes) + MARGIN_MINUTES}min
TimeoutStopSec=${STOP_MINUTES}min
# Asked to stop, it still needs Chrome to save: only it is asked.
KillMode=mixed
Nice=10
# What Chrome's sandbox needs, namespaces of its own, stays allowed.
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
`;
}

/** The timer that starts the service. */
export function timerUnit(calendar: string, job: Job): string {
  return `[Unit]
Description=dino-dqn: when to retrain, data in ${job.data.replaceAll("%", "%%")}

[Timer]
OnCalendar=${calendar}
# A night on which the machine was off is made up for.
Persistent=true

[Install]
WantedBy=timers.target
`;
}

/**
 * Checks a calendar expression, by systemd itself where it is.
 *
 * @returns the expression without spaces around it
 * @throws UsageError if it is none, with systemd's reason
 */
export async function checkCalendar(text: string): Promise<string> {
  const calendar = text.trim();
  const wrong = (reason: string) =>
    new UsageError(
      `${JSON.stringify(text)} is no time for systemd: ${reason}. Every ` +
        'night at two is "*-*-* 02:00:00"; man systemd.time has the others',
    );
  if (!/^[\w*][\w*.,:\/~ +-]*$/.test(calendar)) {
    throw wrong("it has a character that none of them has, or is empty");
  }
  const done = await run("systemd-analyze", ["calendar", calendar]);
  if (done && !done.success) {
    throw wrong(done.stderr.trim().split("\n")[0] ?? "");
  }
  if (/Next elapse: never/.test(done?.stdout ?? "")) throw wrong("it is over");
  return calendar;
}

/**
 * Runs `systemctl --user`, in English and with times in UTC.
 *
 * @returns its output; null when there is no systemctl
 * @throws DinoDqnError when it fails, with its reason
 */
export async function systemctl(args: string[]): Promise<string | null> {
  const done = await run("systemctl", ["--user", ...args], {
    env: { LC_ALL: "C", TZ: "UTC" },
  });
  if (!done) return null;
  if (done.success) return done.stdout;
  const reason = done.stderr.trim().split("\n")[0];
  throw new DinoDqnError(
    `systemctl --user ${args.join(" ")} failed: ${reason}. ` +
      (/connect to (the )?(user scope )?bus/i.test(done.stderr)
        ? "This user's own systemd cannot be reached from here: log in as the " +
          "user (by ssh, not by su or sudo), or use --install-cron"
        : "journalctl --user may say more"),
  );
}

/** The calendar expression of an installed timer; null: there is none. */
export async function installedCalendar(
  { timer }: Units,
): Promise<string | null> {
  const text = await ifThere(Deno.readTextFile(timer)) ?? "";
  return /^OnCalendar=(.*)$/m.exec(text)?.[1] ?? null;
}

/** When systemd starts the timer's service next; null: never, or unknown. */
export async function nextTimerTime({ name }: Units): Promise<Date | null> {
  const shown = await systemctl([
    ...["show", `${name}.timer`, "--property=NextElapseUSecRealtime"],
    "--value",
  ]).catch(() => null);
  const [, date, time] = /(\d+-\d+-\d+) (\d+:\d+:\d+) UTC/.exec(shown ?? "") ??
    [];
  return date === undefined ? null : new Date(`${date}T${time}Z`);
}
