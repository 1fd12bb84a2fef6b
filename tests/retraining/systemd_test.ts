import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../../lib/errors.ts";
import { onMachine } from "./machine.ts";
import {
  BOTH,
  byCron,
  bySystemd,
  ODD,
  REMOVE,
  schedules,
} from "./schedules.ts";

Deno.test("--install-systemd writes two units and enables the timer; --uninstall undoes it", () =>
  onMachine(BOTH, async ({ data, change, units, calls }) => {
    const install = bySystemd("*-*-* 02:00:00");
    const shown = await change({ ...install, dryRun: true });
    assertMatch(shown.answered, /\n +OnCalendar=\*-\*-\* 02:00:00\n/);
    assertEquals(units(), []);

    await change(install);
    const [service, timer, ...rest] = units();
    assertEquals(rest, []);
    assertEquals(timer, service!.replace(".service", ".timer"));
    assertMatch(timer!, /^dino-dqn-retrain-[0-9a-f]{8}\.timer$/);
    assertEquals(calls().slice(-3), [
      "--user daemon-reload",
      `--user enable ${timer}`,
      `--user restart ${timer}`,
    ]);
    assertEquals(await schedules(data), [{
      kind: "systemd",
      expression: "*-*-* 02:00:00",
      next: new Date("2126-11-24T02:00:00Z"),
      ...{ previous: null, problem: null },
    }]);
    const { said } = await change({ ...byCron("0 2 * * *"), dryRun: true });
    assertMatch(
      said,
      /There is a schedule of systemd for the same data already/,
    );

    await change(install, "/srv/other");
    assertEquals(units().length, 4);
    await change(REMOVE, "/srv/other");
    await change(REMOVE);
    assertEquals(units(), []);
    assertEquals(calls().slice(-2), [
      `--user disable --now ${timer}`,
      "--user daemon-reload",
    ]);
  }));

Deno.test("without systemctl, or where systemd cannot be reached, that is said", async () => {
  await onMachine({}, async ({ change, units }) => {
    const { said } = await change(bySystemd("daily"));
    assertEquals(units().length, 2);
    assertMatch(
      said,
      /To do: there is no systemctl here; where systemd runs: systemctl --user enable dino-/,
    );
  });
  const closed =
    '#!/bin/sh\necho "Failed to connect to bus: No medium found" >&2\nexit 1\n';
  await onMachine({ systemctl: closed }, async ({ units, refused }) => {
    await refused(
      bySystemd("daily"),
      "Failed to connect to bus: No medium found. This user's own systemd",
    );
    assertEquals(units(), []);
  });
});

Deno.test("what is no time for systemd is refused", () =>
  onMachine(BOTH, async ({ change, unit, refused }) => {
    await change(bySystemd(" Mon..Fri 03:30 "));
    assertMatch(unit("timer"), /^OnCalendar=Mon\.\.Fri 03:30$/m);
    for (const time of [" ", "*-*-* 02:00\nExecStart=id", "%h", "a;b"]) {
      await refused(
        bySystemd(time),
        `${JSON.stringify(time)} is no time for systemd: it has a character`,
        UsageError,
      );
    }
  }));

Deno.test("the units are ones that systemd takes, without a complaint", () =>
  onMachine({}, async ({ folder, change, unit }) => {
    await change(
      { ...bySystemd("*-*-* 02:00:00"), args: ODD },
      `${folder}/50% $x`,
    );
    const files = ["service", "timer"].map((ending) => {
      const file = join(folder, `dino-test.${ending}`);
      Deno.writeTextFileSync(file, unit(ending));
      return file;
    });
    for (
      const line of [
        ...["Type=oneshot", "SuccessExitStatus=3", "TimeoutStartSec=120min"],
        ...["KillMode=mixed", "NoNewPrivileges=yes"],
      ]
    ) assertStringIncludes(unit("service"), `\n${line}\n`);
    try {
      const { success, stderr } = await new Deno.Command(
        "/usr/bin/systemd-analyze",
        {
          args: ["--user", "--man=no", "verify", ...files],
          env: { XDG_RUNTIME_DIR: folder },
        },
      ).output();
      assert(success, new TextDecoder().decode(stderr));
      assertEquals(new TextDecoder().decode(stderr), "");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }));
