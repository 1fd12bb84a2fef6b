import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { UsageError } from "../../lib/errors.ts";
import { onMachine } from "./machine.ts";
import {
  BOTH,
  byCron,
  lineOf,
  OTHERS,
  REMOVE,
  schedules,
} from "./schedules.ts";

Deno.test("--install-cron adds our lines, replaces and removes them, and leaves all others", () =>
  onMachine(BOTH, async ({ data, change, crontab, writeCrontab }) => {
    await writeCrontab(OTHERS);
    const shown = await change({ ...byCron("0 2 * * *"), dryRun: true });
    assertEquals(crontab(), OTHERS);
    assertStringIncludes(shown.said, "Nothing was changed");
    assertMatch(shown.answered, /\n0 2 \* \* \* cd \/\S+ && mkdir -p /);
    assertMatch(shown.answered, /The first time: \d{4}-\d\d-\d\d 02:00:00/);

    await change(byCron("0 2 * * *"));
    const installed = crontab();
    assert(
      installed.endsWith(`# end dino-dqn retrain, data in ${data}\n${OTHERS}`),
    );
    await change(byCron(" @daily "));
    assertEquals(
      lineOf(crontab()),
      lineOf(installed).replace("0 2 * * *", "@daily"),
    );
    assertEquals(crontab().split("\n").length, installed.split("\n").length);
    const [schedule, ...more] = await schedules(data);
    assertEquals(more, []);
    assertEquals([schedule?.kind, schedule?.expression], ["cron", "@daily"]);
    assert(schedule!.next! > new Date());
    assertEquals(schedule?.previous, null, "it was not yet there at that time");

    await change(byCron("0 3 * * *"), "/srv/other");
    await change(REMOVE);
    assertEquals(await schedules(data), []);
    assertEquals((await schedules("/srv/other")).length, 1);
    await change(REMOVE, "/srv/other");
    assertEquals(crontab(), OTHERS);
    assertStringIncludes(
      (await change(REMOVE)).said,
      `Nothing is on the schedule for the data in ${data}`,
    );
  }));

Deno.test("the time that cron should have started a night is known once it is installed", () =>
  onMachine(BOTH, async ({ data, change, crontab, writeCrontab }) => {
    await change(byCron("0 2 * * *"));
    const since = (time: string) =>
      writeCrontab(crontab().replace(/# installed .*/, `# installed ${time}`));
    await since("2026-01-01T00:00:00.000Z");
    const [{ previous } = { previous: null }] = await schedules(data);
    assert(previous! <= new Date());
    assert(previous! > new Date(Date.now() - 25 * 3_600_000));
    await writeCrontab(crontab().replace(/# installed .*\n/, ""));
    assertEquals((await schedules(data))[0]?.previous, null);
  }));

Deno.test("a line that was changed by hand is told as it is", () =>
  onMachine(BOTH, async ({ data, change, crontab, writeCrontab }) => {
    await change(byCron("0 2 * * mon"));
    const installed = crontab();
    const changed = async (line: string) => {
      await writeCrontab(installed.replace("0 2 * * mon", line));
      return await schedules(data);
    };
    assertEquals((await changed("@daily  "))[0]?.expression, "@daily");
    const [unknown] = await changed("0 2 * * 1~5");
    assertEquals([unknown?.expression, unknown?.next], ["0 2 * * 1~5", null]);
    assertEquals(await changed("#0 2 * * mon"), []);
  }));

Deno.test("a crontab with half of our lines is not touched", () =>
  onMachine(BOTH, async ({ change, crontab, refused, writeCrontab }) => {
    await change(byCron("0 2 * * *"));
    const whole = crontab();
    for (
      const damaged of [
        whole.replace(/# begin.*\n/, ""),
        whole.replace(/# end.*\n/, ""),
        whole.split("\n").reverse().join("\n"),
      ]
    ) {
      await writeCrontab(damaged);
      for (const options of [REMOVE, byCron("@daily")]) {
        await refused(options, "it was changed by hand");
      }
      assertEquals(crontab(), damaged);
    }
  }));

Deno.test("CRON_TZ and SHELL of the user's do not reach our line, and are told where they do", () =>
  onMachine(BOTH, async ({ data, change, crontab, writeCrontab }) => {
    const settings = "CRON_TZ=America/New_York\nSHELL=/usr/bin/fish\n";
    await writeCrontab(settings + OTHERS);
    await change(byCron("0 2 * * *"));
    assert(crontab().endsWith(settings + OTHERS));
    assertEquals((await schedules(data))[0]?.problem, null);

    const below = (setting: string) =>
      writeCrontab(setting + crontab().replace(settings, ""));
    await below(" CRON_TZ = Asia/Kolkata\n");
    const [schedule] = await schedules(data);
    assertEquals(schedule?.next, null);
    assertStringIncludes(schedule!.problem!, "CRON_TZ = Asia/Kolkata above");
    await change(byCron("0 2 * * *"));
    assertEquals((await schedules(data))[0]?.problem, null);
    await writeCrontab("SHELL=/bin/bash\n" + crontab());
    assertEquals((await schedules(data))[0]?.problem, null);
  }));

Deno.test("what is no time for cron is refused, with the field that is wrong", () =>
  onMachine(BOTH, async ({ change, refused }) => {
    for (
      const time of [
        "0 2 * * *",
        "*/15 8-18/2 1,15 jan,MAR-may mon-fri",
        "0 0 29 2 *",
        "59 23 31 12 7",
        "@weekly",
      ]
    ) await change({ ...byCron(time), dryRun: true });
    const wrong = {
      "0 2 * *": "A time is a nickname",
      "0 0 2 * * *": "A time is a nickname",
      "60 2 * * *": "look at its minute (0-59)",
      "0 24 * * *": "look at its hour (0-23)",
      "0 8/2 * * *": "look at its hour",
      "0 2 0 * *": "look at its day of the month (1-31)",
      "0 2 L * *": "look at its day of the month",
      "0 2 15W * *": "look at its day of the month",
      "0 2 1, * *": "look at its day of the month",
      "0 2 * 13 *": "look at its month (1-12 or jan-dec)",
      "0 2 * * monday": "look at its day of the week",
      "0 2 * * fri#2": "look at its day of the week",
      "0 2 * * 5-1": "look at its day of the week (0-7 or sun-sat)",
      "*/0 2 * * *": "look at its minute",
      "0 2 * * *; rm": "A time is a nickname",
      "0 2 * * %": "look at its day of the week",
      "0 2 30 2 *": "on a day that comes",
      "@reboot": "A time is a nickname",
      "two o'clock": "A time is a nickname",
    };
    for (const [time, message] of Object.entries(wrong)) {
      const error = await refused(
        byCron(time),
        `${JSON.stringify(time)} is no time for cron: `,
        UsageError,
      );
      assertStringIncludes(error.message, message);
    }
  }));

Deno.test("either day suffices to cron, but both are wanted when one has a star", () =>
  onMachine(BOTH, async ({ data, change }) => {
    const next = async (time: string) => {
      await change(byCron(time));
      return (await schedules(data))[0]!.next!;
    };
    const friday = 5;
    for (const time of ["0 2 */2 * fri", "0 2 * * fri"]) {
      assertEquals((await next(time)).getDay(), friday, time);
    }
    // The 15th comes within a month, on whatever day of the week.
    const tomorrow = new Date(Date.now() + 24 * 3_600_000);
    const either = await next(
      `0 2 ${tomorrow.getDate()} * ${(tomorrow.getDay() + 3) % 7}`,
    );
    assertEquals(either.getDate(), tomorrow.getDate());
  }));

Deno.test("without cron, or where it refuses, that is said, and what there is stays", async () => {
  const install = byCron("0 2 * * *");
  await onMachine({}, async ({ data, refused }) => {
    await refused(install, "There is no program crontab here: install cron");
    assertEquals(await schedules(data), []);
  });
  const closed = '#!/bin/sh\necho "me is not allowed" >&2\nexit 1\n';
  await onMachine({ crontab: closed }, async ({ refused }) => {
    await refused(
      install,
      "crontab -l failed: me is not allowed. Is this user",
    );
  });
  await onMachine(BOTH, async ({ refused, crontab, writeCrontab }) => {
    await writeCrontab("bad\n");
    await refused(install, "crontab - failed: bad minute");
    assertEquals(crontab(), "bad\n");
  });
});
