/** A service and a timer of the user's own systemd. */
import { join } from "node:path";
import { UsageError } from "../errors.ts";
import { ifThere, removeIfThere } from "../files.ts";
import { sha256 } from "../sha256.ts";
import {
  lingering,
  run,
  SERVICE_LIMITS,
  shellStart,
  systemctl,
  unitFolder,
  unitText,
  writeUnit,
} from "../system/mod.ts";
import type { Job } from "./job.ts";
import type { Scheduler, ScheduleStep } from "./scheduler.ts";

/** For set-up before, and reports after, what the job counts as its time. */
const MARGIN_MINUTES = 30;
/** For saving, when it is asked to stop. */
const STOP_MINUTES = 10;

/** Runs jobs by a timer of the user's systemd. */
export const systemd: Scheduler = {
  async install(time, job) {
    const calendar = await checkCalendar(time);
    const { name, service, timer } = await unitsOf(job.data[0]!);
    return [
      // Where systemd cannot be reached, nothing is to be written.
      command("daemon-reload"),
      ...await systemd.remove(job.data.slice(1)),
      writing(service, serviceUnit(job)),
      writing(timer, timerUnit(calendar, job)),
      command("daemon-reload"),
      command("enable", name),
      // A timer that runs already has to take its new time.
      command("restart", name),
      { shown: "", run: () => lingering("the timer") },
    ];
  },

  async installed(data) {
    const units = await installedUnits(data);
    return await Promise.all(units.map(async ({ name, timer }) => ({
      kind: "systemd" as const,
      expression: /^OnCalendar=(.*)$/m.exec(await Deno.readTextFile(timer))
        ?.[1] ?? "",
      next: await timeOf(name, "NextElapseUSecRealtime"),
      previous: await timeOf(name, "LastTriggerUSec"),
      problem: null,
    })));
  },

  async remove(data) {
    const units = await installedUnits(data);
    // Where systemd does not run, or not know the timer, none has to stop.
    const gently = ({ shown, run }: ScheduleStep) => ({
      shown,
      run: () => run().catch(() => null),
    });
    return units.flatMap(({ name, service, timer }) => [
      gently(command("disable", "--now", name)),
      ...[service, timer].map((file) => ({
        shown: `Removed: ${file}`,
        run: () => removeIfThere(file).then(() => null),
      })),
      gently(command("daemon-reload")),
    ]);
  },
};

const command = (...args: string[]): ScheduleStep => {
  const shown = `systemctl --user ${args.join(" ")}`;
  const left = `there is no systemctl here; where systemd runs: ${shown}`;
  return {
    shown,
    run: async () => await systemctl(args) === null ? left : null,
  };
};

const writing = (path: string, text: string): ScheduleStep => ({
  shown: `${path}:\n\n${text.replace(/^(?=.)/gm, "    ")}`,
  run: () => writeUnit(path, text).then(() => null),
});

/**
 * The timer's name of a data folder, and the paths of its two units.
 *
 * @throws UsageError if there is no place for units
 */
async function unitsOf(data: string) {
  // A name made of the path would not be one for systemd.
  const name = `dino-dqn-retrain-${(await sha256(data)).slice(0, 8)}.timer`;
  const timer = join(unitFolder(), name);
  return { name, timer, service: timer.replace(/timer$/, "service") };
}

async function installedUnits(data: readonly string[]) {
  const units = await Promise.all(data.map(unitsOf));
  const found = await Promise.all(
    units.map(({ timer }) => ifThere(Deno.stat(timer))),
  );
  return units.filter((_, i) => found[i]);
}

/** A time that systemd knows of a timer; null where it cannot be asked. */
async function timeOf(name: string, property: string): Promise<Date | null> {
  const shown = await systemctl(["show", name, "--value", "-p", property])
    .catch(() => null);
  const time = / (\S+) (\S+) UTC/.exec(shown ?? "");
  return time && new Date(`${time[1]}T${time[2]}Z`);
}

/** The service that runs a job once. */
function serviceUnit({ line, data: [data], limitMinutes }: Job): string {
  return `[Unit]
Description=dino-dqn: retraining, data in ${unitText(data!)}

[Service]
Type=oneshot
ExecStart=${shellStart(line)}
# 3: the challenger was not better. That is no failure.
SuccessExitStatus=3
# The command ends by itself before; this is for when it does not.
TimeoutStartSec=${Math.ceil(limitMinutes) + MARGIN_MINUTES}min
TimeoutStopSec=${STOP_MINUTES}min
# Asked to stop, it still needs Chrome to save: only it is asked.
KillMode=mixed
${SERVICE_LIMITS}`;
}

/** The timer that starts the service. */
function timerUnit(calendar: string, { data: [data] }: Job): string {
  return `[Unit]
Description=dino-dqn: when to retrain, data in ${unitText(data!)}

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
async function checkCalendar(text: string): Promise<string> {
  const calendar = text.trim();
  const isText = /^[\w*][\w*.,:\/~ +-]*$/.test(calendar);
  const done = isText && await run("systemd-analyze", ["calendar", calendar]);
  const wrong = done === false
    ? "it has a character that none of them has, or is empty"
    : done?.success === false
    ? done.stderr.trim().split("\n")[0]
    : /Next elapse: never/.test(done?.stdout ?? "")
    ? "it is over"
    : null;
  if (wrong === null) return calendar;
  throw new UsageError(
    `${JSON.stringify(text)} is no time for systemd: ${wrong}. Every night ` +
      'at two is "*-*-* 02:00:00"; man systemd.time has the others',
  );
}
