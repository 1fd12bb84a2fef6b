import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { join } from "node:path";
import { DinoDqnError, UsageError } from "../../lib/errors.ts";
import type { Job } from "../../lib/retraining/job.ts";
import {
  installedSchedules,
  planCron,
  planRemoval,
  planSystemd,
} from "../../lib/retraining/schedule.ts";
import { isScheduleRequest } from "../../lib/retraining/schedule_options.ts";

/** Stands for cron's program: the crontab is a file, a line "bad" is refused. */
const FAKE_CRONTAB = `#!/bin/sh
file=\${0%/*}/../crontab
case $1 in
-l) [ -e "$file" ] || { echo "no crontab for me" >&2; exit 1; }; cat "$file" ;;
-) cat > "$file.new"; if grep -q '^bad' "$file.new"; then
     echo "bad minute" >&2; exit 1; fi; mv "$file.new" "$file" ;;
esac
`;

/** Stands for systemctl: notes its arguments; the timer has a next time. */
const FAKE_SYSTEMCTL = `#!/bin/sh
echo "$*" >> "\${0%/*}/../calls"
case "$*" in *NextElapse*) echo "Tue 2026-11-24 02:00:00 $TZ" ;; esac
`;

interface Machine {
  folder: string;
  job: Job;
  crontab(): string;
  calls(): string[];
  units(): string[];
}

/** A home and programs of its own, in place of this machine's. */
async function onMachine(
  programs: Record<string, string>,
  test: (machine: Machine) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  const before = new Map(
    ["PATH", "HOME", "XDG_CONFIG_HOME"].map((name) => [
      name,
      Deno.env.get(name),
    ]),
  );
  const textOf = (name: string) => {
    try {
      return Deno.readTextFileSync(join(folder, name));
    } catch {
      return "";
    }
  };
  try {
    await Deno.mkdir(join(folder, "bin"));
    for (const [name, text] of Object.entries(programs)) {
      await Deno.writeTextFile(join(folder, "bin", name), text, {
        mode: 0o755,
      });
    }
    for (const name of ["sh", "cat", "grep", "mv"]) {
      await Deno.symlink(`/bin/${name}`, join(folder, "bin", name));
    }
    Deno.env.set("PATH", join(folder, "bin"));
    Deno.env.set("HOME", folder);
    Deno.env.delete("XDG_CONFIG_HOME");
    await test({
      folder,
      job: {
        command: ["/usr/bin/deno", "task", "retrain"],
        folder: "/srv/dino",
        environment: { PATH: "/usr/bin" },
        data: "/srv/data",
        log: join(folder, "data", "champion", "log"),
        limitMinutes: 60,
      },
      crontab: () => textOf("crontab"),
      calls: () => textOf("calls").trim().split("\n"),
      units: () => {
        try {
          const units = join(folder, ".config", "systemd", "user");
          return [...Deno.readDirSync(units)].map(({ name }) => name).sort();
        } catch {
          return [];
        }
      },
    });
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(folder, { recursive: true });
  }
}

const BOTH = { crontab: FAKE_CRONTAB, systemctl: FAKE_SYSTEMCTL };

Deno.test("planCron() changes nothing before it is applied, then only our line", () =>
  onMachine(BOTH, async ({ folder, job, crontab }) => {
    const change = await planCron("0 2 * * *", job);
    assertMatch(change.description, /\n0 2 \* \* \* cd \/srv\/dino && env /);
    assertEquals(crontab(), "");
    assertEquals(await planRemoval(job.data), null);

    await Deno.writeTextFile(join(folder, "crontab"), "1 1 * * * mine\n");
    await (await planCron("0 2 * * *", job)).apply();
    const installed = crontab();
    assert(installed.startsWith("1 1 * * * mine\n# begin dino-dqn retrain"));
    assert((await Deno.stat(join(folder, "data", "champion"))).isDirectory);

    await (await planCron("@daily", job)).apply();
    assertEquals(crontab(), installed.replace("0 2 * * *", "@daily"));
    const [schedule, ...others] = await installedSchedules(job.data);
    assertEquals(others, []);
    assertEquals([schedule?.kind, schedule?.expression], ["cron", "@daily"]);
    assert(schedule!.next! > new Date());

    assertEquals(await planRemoval("/srv/other"), null);
    const removal = await planRemoval(job.data);
    assertMatch(
      removal!.description,
      /^From the crontab of .*: the line at @daily$/,
    );
    await removal!.apply();
    assertEquals(crontab(), "1 1 * * * mine\n");
  }));

Deno.test("planCron() says when there is no cron, or it refuses", async () => {
  await onMachine({}, async ({ job }) => {
    await assertRejects(
      () => planCron("0 2 * * *", job),
      DinoDqnError,
      "There is no program crontab here: install cron",
    );
    assertEquals(await installedSchedules(job.data), []);
  });
  const closed = '#!/bin/sh\necho "me is not allowed" >&2\nexit 1\n';
  await onMachine({ crontab: closed }, async ({ job }) => {
    await assertRejects(
      () => planCron("0 2 * * *", job),
      DinoDqnError,
      "could not be read (crontab -l): me is not allowed. Is this user",
    );
  });
  await onMachine(BOTH, async ({ folder, job, crontab }) => {
    await Deno.writeTextFile(join(folder, "crontab"), "bad\n");
    const change = await planCron("0 2 * * *", job);
    await assertRejects(
      () => change.apply(),
      DinoDqnError,
      "could not be replaced (crontab -): bad minute",
    );
    assertEquals(crontab(), "bad\n");
  });
});

Deno.test("planSystemd() writes two units, enables the timer; planRemoval() undoes it", () =>
  onMachine(BOTH, async ({ job, units, calls }) => {
    const change = await planSystemd("*-*-* 02:00:00", job);
    assertMatch(change.description, /\n +OnCalendar=\*-\*-\* 02:00:00\n/);
    assertEquals(units(), []);
    assertEquals(calls(), [""]);

    await change.apply();
    const [service, timer, ...rest] = units();
    assertEquals(rest, []);
    assertEquals(timer, service!.replace(".service", ".timer"));
    assertEquals(calls(), [
      "--user daemon-reload",
      "--user daemon-reload",
      `--user enable ${timer}`,
      `--user restart ${timer}`,
    ]);
    assertEquals(await installedSchedules(job.data), [{
      kind: "systemd",
      expression: "*-*-* 02:00:00",
      next: new Date("2026-11-24T02:00:00Z"),
    }]);
    assertMatch(
      (await planCron("0 2 * * *", job)).warnings.join(),
      /There is a schedule of systemd for the same data already/,
    );

    await (await planRemoval(job.data))!.apply();
    assertEquals(units(), []);
    assertEquals(calls().slice(-2), [
      `--user disable --now ${timer}`,
      "--user daemon-reload",
    ]);
  }));

Deno.test("planSystemd() tells what is left to do where there is no systemctl", () =>
  onMachine({}, async ({ job, units }) => {
    const left = await (await planSystemd("daily", job)).apply();
    assertEquals(units().length, 2);
    assertMatch(
      left[0]!,
      /^There is no systemctl here; where systemd runs: systemctl --user daemon-reload && systemctl --user enable dino-/,
    );
  }));

Deno.test("planSystemd() writes nothing where systemd cannot be reached", async () => {
  const closed =
    '#!/bin/sh\necho "Failed to connect to bus: No medium found" >&2\nexit 1\n';
  await onMachine({ systemctl: closed }, async ({ job, units }) => {
    const change = await planSystemd("daily", job);
    await assertRejects(
      () => change.apply(),
      DinoDqnError,
      "Failed to connect to bus: No medium found. This user's own systemd",
    );
    assertEquals(units(), []);
  });
});

Deno.test("isScheduleRequest() wants one thing at a time", () => {
  const none = {
    "install-cron": undefined,
    "install-systemd": undefined,
    uninstall: false,
    "dry-run": false,
    json: false,
  };
  assertEquals(isScheduleRequest(none), false);
  assert(isScheduleRequest({ ...none, "install-cron": "@daily" }));
  assert(isScheduleRequest({ ...none, uninstall: true, "dry-run": true }));
  assertThrows(
    () => isScheduleRequest({ ...none, "install-cron": "x", uninstall: true }),
    UsageError,
    "--install-cron does not go with --uninstall",
  );
  assertThrows(
    () => isScheduleRequest({ ...none, "dry-run": true }),
    UsageError,
    "--dry-run shows what a change",
  );
  assertThrows(
    () => isScheduleRequest({ ...none, json: true, uninstall: true }),
    UsageError,
    "--json is for a night, not for --uninstall",
  );
});
