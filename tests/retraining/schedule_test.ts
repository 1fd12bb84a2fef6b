import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { DinoDqnError, UsageError } from "../../lib/errors.ts";
import { championFolderAt, readStatus } from "../../lib/retraining/mod.ts";
import { command } from "../../tasks/retrain.ts";
import {
  FAKE_CRONTAB,
  FAKE_SYSTEMCTL,
  type Machine,
  onMachine,
} from "./machine.ts";

const BOTH = { crontab: FAKE_CRONTAB, systemctl: FAKE_SYSTEMCTL };
const OTHERS = "MAILTO=me\n# mine\n\n5 4 * * * backup %\n";

const byCron = (time: string) => ({ install: { by: "cron" as const, time } });
const bySystemd = (time: string) => ({
  install: { by: "systemd" as const, time },
});
const REMOVE = { install: null };

/** What is on the schedule for a data folder. */
async function schedules(data: string) {
  return (await readStatus(championFolderAt(join(data, "champion")))).schedules;
}

async function writeCrontab({ folder }: Machine, text: string) {
  await Deno.writeTextFile(join(folder, "crontab"), text);
}

/** Our line of a crontab. */
const lineOf = (crontab: string) =>
  crontab.split("\n").find((line) =>
    line.includes("retrain") && line[0] !== "#"
  )!;

Deno.test("--install-cron adds our lines, replaces and removes them, and leaves all others", () =>
  onMachine(BOTH, async (machine) => {
    const { data, change, crontab } = machine;
    await writeCrontab(machine, OTHERS);
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
  onMachine(BOTH, async (machine) => {
    const { data, change, crontab } = machine;
    await change(byCron("0 2 * * *"));
    const since = (time: string) =>
      writeCrontab(
        machine,
        crontab().replace(/# installed .*/, `# installed ${time}`),
      );
    await since("2026-01-01T00:00:00.000Z");
    const [{ previous } = { previous: null }] = await schedules(data);
    assert(previous! <= new Date());
    assert(previous! > new Date(Date.now() - 25 * 3_600_000));
    await writeCrontab(machine, crontab().replace(/# installed .*\n/, ""));
    assertEquals((await schedules(data))[0]?.previous, null);
  }));

Deno.test("a line that was changed by hand is told as it is", () =>
  onMachine(BOTH, async (machine) => {
    const { data, change, crontab } = machine;
    await change(byCron("0 2 * * mon"));
    const installed = crontab();
    const changed = async (line: string) => {
      await writeCrontab(machine, installed.replace("0 2 * * mon", line));
      return await schedules(data);
    };
    assertEquals((await changed("@daily  "))[0]?.expression, "@daily");
    const [unknown] = await changed("0 2 * * 1~5");
    assertEquals([unknown?.expression, unknown?.next], ["0 2 * * 1~5", null]);
    assertEquals(await changed("#0 2 * * mon"), []);
  }));

Deno.test("a crontab with half of our lines is not touched", () =>
  onMachine(BOTH, async (machine) => {
    const { change, crontab } = machine;
    await change(byCron("0 2 * * *"));
    const whole = crontab();
    for (
      const damaged of [
        whole.replace(/# begin.*\n/, ""),
        whole.replace(/# end.*\n/, ""),
        whole.split("\n").reverse().join("\n"),
      ]
    ) {
      await writeCrontab(machine, damaged);
      for (
        const options of [REMOVE, byCron("@daily")]
      ) {
        await assertRejects(
          () => change(options),
          DinoDqnError,
          "it was changed by hand",
        );
      }
      assertEquals(crontab(), damaged);
    }
  }));

Deno.test("CRON_TZ and SHELL of the user's do not reach our line, and are told where they do", () =>
  onMachine(BOTH, async (machine) => {
    const { data, change, crontab } = machine;
    const settings = "CRON_TZ=America/New_York\nSHELL=/usr/bin/fish\n";
    await writeCrontab(machine, settings + OTHERS);
    await change(byCron("0 2 * * *"));
    assert(crontab().endsWith(settings + OTHERS));
    assertEquals((await schedules(data))[0]?.problem, null);

    const below = (setting: string) =>
      writeCrontab(machine, setting + crontab().replace(settings, ""));
    await below(" CRON_TZ = Asia/Kolkata\n");
    const [schedule] = await schedules(data);
    assertEquals(schedule?.next, null);
    assertStringIncludes(schedule!.problem!, "CRON_TZ = Asia/Kolkata above");
    await change(byCron("0 2 * * *"));
    assertEquals((await schedules(data))[0]?.problem, null);
    await writeCrontab(machine, "SHELL=/bin/bash\n" + crontab());
    assertEquals((await schedules(data))[0]?.problem, null);
  }));

Deno.test("what is no time for cron is refused, with the field that is wrong", () =>
  onMachine(BOTH, async ({ change }) => {
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
      const error = await assertRejects(
        () => change(byCron(time)),
        UsageError,
        `${JSON.stringify(time)} is no time for cron: `,
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
  await onMachine({}, async ({ data, change }) => {
    await assertRejects(
      () => change(install),
      DinoDqnError,
      "There is no program crontab here: install cron",
    );
    assertEquals(await schedules(data), []);
  });
  const closed = '#!/bin/sh\necho "me is not allowed" >&2\nexit 1\n';
  await onMachine({ crontab: closed }, async ({ change }) => {
    await assertRejects(
      () => change(install),
      DinoDqnError,
      "crontab -l failed: me is not allowed. Is this user",
    );
  });
  await onMachine(BOTH, async (machine) => {
    await writeCrontab(machine, "bad\n");
    await assertRejects(
      () => machine.change(install),
      DinoDqnError,
      "crontab - failed: bad minute",
    );
    assertEquals(machine.crontab(), "bad\n");
  });
});

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
  await onMachine({ systemctl: closed }, async ({ change, units }) => {
    await assertRejects(
      () => change(bySystemd("daily")),
      DinoDqnError,
      "Failed to connect to bus: No medium found. This user's own systemd",
    );
    assertEquals(units(), []);
  });
});

Deno.test("what is no time for systemd is refused", () =>
  onMachine(BOTH, async ({ change, unit }) => {
    await change(bySystemd(" Mon..Fri 03:30 "));
    assertMatch(unit("timer"), /^OnCalendar=Mon\.\.Fri 03:30$/m);
    for (const time of [" ", "*-*-* 02:00\nExecStart=id", "%h", "a;b"]) {
      await assertRejects(
        () => change(bySystemd(time)),
        UsageError,
        `${JSON.stringify(time)} is no time for systemd: it has a character`,
      );
    }
  }));

Deno.test("links to one data folder are one folder", () =>
  onMachine(BOTH, async (machine) => {
    const { folder, data, change, crontab, units } = machine;
    await Deno.mkdir(data);
    const link = join(folder, "link");
    await Deno.symlink(data, link);
    await change(byCron("0 2 * * *"));
    await change(byCron("0 3 * * *"), link);
    await change(bySystemd("daily"), link);
    assertEquals(crontab().match(/# begin/g)?.length, 1);
    assertEquals(await schedules(link), await schedules(data));
    assertEquals((await schedules(data)).length, 2);
    // As another version of this program wrote it, by the name it was given.
    await writeCrontab(
      machine,
      crontab().replaceAll(`data in ${data}`, `data in ${link}`),
    );
    assertEquals((await schedules(link)).length, 2);
    await change(byCron("0 4 * * *"), link);
    assertEquals(crontab().match(/# begin.*/g), [
      `# begin dino-dqn retrain, data in ${data}`,
    ]);
    await change(REMOVE, link);
    assertEquals([crontab(), units()], ["", []]);
  }));

/** Words in which cron, systemd or the shell would replace something. */
const ODD = [
  ...["plain-1.0_a@b+c:d,e=f", "a b", `it's "quoted"`, "100%", "50%50\\%x"],
  ...["$HOME `id` $(id)", "* ? ~ ! # ; & | < > ( ) { } [ ]", "é—日本"],
];

/** What cron gives the shell: `\%` becomes `%`, a bare `%` ends the command. */
function asCronReads(command: string): string {
  let read = "";
  let escaped = false;
  for (const character of command) {
    if (character === "%" && !escaped) return read;
    if (character === "%") read = read.slice(0, -1);
    escaped = character === "\\" && !escaped;
    read += character;
  }
  return read;
}

/** What systemd gives the shell of `ExecStart=/bin/sh -c "…"`. */
function asSystemdReads(unit: string): string {
  const [, word] = /^ExecStart=\/bin\/sh -c "(.*)"$/m.exec(unit)!;
  return word!.replace(/\\(.)/g, "$1").replaceAll("%%", "%")
    .replaceAll("$$", "$");
}

/** Stands for Deno: tells where it runs, and what it is given. */
const FAKE_DENO = `printf "%s|" "$PWD" "$DINO_DATA" "$@"; echo error >&2`;

Deno.test("both start the command in the program's folder, whatever the words, with environment and log", () =>
  onMachine(BOTH, async (machine) => {
    const { folder, change, crontab, unit } = machine;
    const data = join(folder, ODD.join("").replaceAll("/", ""));
    Deno.env.set("DINO_DATA", data);
    Deno.env.set("PATH", `${Deno.env.get("PATH")}:/usr/bin:/bin`);
    const args = ODD.flatMap((word) => ["--set", word]);
    await change({ ...byCron("@daily"), args }, data);
    await change({ ...bySystemd("daily"), args }, data);
    const fake = join(folder, "fake");
    await Deno.writeTextFile(fake, `#!/bin/sh\n${FAKE_DENO}\n`, {
      mode: 0o755,
    });
    const lines = [
      asCronReads(lineOf(crontab()).slice("@daily ".length)),
      asSystemdReads(unit("service")),
    ];
    const log = join(data, "champion", "log");
    const root = Deno.cwd();
    const given = ["task", "--quiet", "retrain", ...args];
    for (const line of lines) {
      // Its folder may be gone when the schedule starts.
      await Deno.remove(data, { recursive: true }).catch(() => {});
      const deno = / (\S*deno) task --quiet/.exec(line)![1]!;
      for (let time = 0; time < 2; time++) {
        await new Deno.Command("/bin/sh", {
          args: ["-c", line.replace(` ${deno} task`, ` ${fake} task`)],
        }).output();
      }
      const once = [root, data, ...given, ""].join("|") + "error\n";
      assertEquals(await Deno.readTextFile(log), once + once);
    }
  }));

Deno.test("a schedule takes the environment along that matters, and no more", () =>
  onMachine(BOTH, async ({ folder, change, crontab }) => {
    const bin = join(folder, "bin");
    const variables = {
      PATH:
        `${bin}:relative::/no/such/folder:${bin}:${folder}/node_modules/.bin`,
      DINO_DATA: "elsewhere",
      DINO_TENSORFLOW: "/opt/tf",
      CUDA_VISIBLE_DEVICES: "1",
      CHROME_PATH: "",
      DENO_DIR: "",
      AWS_SECRET_ACCESS_KEY: "secret",
    };
    for (const [name, value] of Object.entries(variables)) {
      Deno.env.set(name, value);
    }
    await Deno.mkdir(join(folder, "node_modules", ".bin"), { recursive: true });
    await Deno.symlink(Deno.execPath(), join(bin, "deno"));
    await change(byCron("@daily"));
    assertStringIncludes(
      lineOf(crontab()),
      `exec env DINO_DATA=${join(Deno.cwd(), "elsewhere")} ` +
        `DINO_TENSORFLOW=/opt/tf CUDA_VISIBLE_DEVICES=1 PATH=${bin} ` +
        // The name on the PATH, which stays the same when Deno is renewed.
        `${join(bin, "deno")} task --quiet retrain >> `,
    );
  }));

Deno.test("what no crontab and no unit can hold is refused", () =>
  onMachine(BOTH, async ({ change }) => {
    for (const word of ["a\nb", "a\tb", "a ", "a\\"]) {
      for (const request of [byCron("@daily"), bySystemd("daily")]) {
        await assertRejects(
          () => change({ ...request, args: ["--set", word] }),
          UsageError,
          `Cannot schedule with ${JSON.stringify(word)}`,
        );
      }
    }
    await assertRejects(
      () => change({ ...byCron("@daily"), args: ["a".repeat(1000)] }),
      UsageError,
      "cron takes no more than 998; give a shorter PATH",
    );
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

Deno.test("deno task retrain takes one wish for the schedule, and no --json with it", async () => {
  const refused = (options: Record<string, unknown>, why: string) => {
    const all = { set: [], uninstall: false, "dry-run": false, json: false };
    return assertRejects(
      () => command.run({ positionals: [], options: { ...all, ...options } }),
      UsageError,
      why,
    );
  };
  await refused(
    { "install-cron": "x", uninstall: true },
    "--install-cron does not go with --uninstall",
  );
  await refused({ "dry-run": true }, "--dry-run shows what a change");
  await refused(
    { json: true, uninstall: true },
    "--json is for a night, not for --uninstall",
  );
});
