import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../../lib/errors.ts";
import type { Job } from "../../lib/retraining/job.ts";
import {
  checkCalendar,
  installedCalendar,
  serviceUnit,
  timerUnit,
  unitsFor,
  unitWord,
} from "../../lib/retraining/systemd.ts";

const JOB: Job = {
  command: [
    "/usr/bin/env",
    "task",
    "retrain",
    "--config",
    `/a b/"$x"%c\\d.yaml`,
  ],
  folder: "/tmp",
  environment: { PATH: "/usr/bin:/bin", DINO_DATA: "/srv/50% $x" },
  data: "/srv/50% $x",
  log: "/srv/50% $x/log",
  limitMinutes: 240,
};

/** What systemd says of units; nothing, too, where it is not installed. */
async function verify(units: Record<string, string>): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const files = Object.entries(units).map(([name, text]) => {
      Deno.writeTextFileSync(join(folder, name), text);
      return join(folder, name);
    });
    const { success, stderr } = await new Deno.Command("systemd-analyze", {
      args: ["--user", "--man=no", "verify", ...files],
      env: { XDG_RUNTIME_DIR: folder },
    }).output();
    const said = new TextDecoder().decode(stderr);
    return success ? said : `${said}failed`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the units are ones that systemd takes, without a complaint", async () => {
  const units = {
    "dino-test.service": serviceUnit(JOB),
    "dino-test.timer": timerUnit("*-*-* 02:00:00", JOB),
  };
  assertEquals(await verify(units), "");
});

Deno.test("serviceUnit() escapes what systemd would replace", () => {
  const lines = serviceUnit(JOB).split("\n");
  assert(lines.includes(
    'ExecStart="/usr/bin/env" "task" "retrain" "--config" ' +
      '"/a b/\\"$$x\\"%%c\\\\d.yaml"',
  ));
  assert(lines.includes('Environment="DINO_DATA=/srv/50%% $x"'));
  assert(lines.includes("StandardOutput=append:/srv/50%% $x/log"));
});

Deno.test("serviceUnit() counts a kept champion as success, and is bounded in time", () => {
  const lines = serviceUnit(JOB).split("\n");
  for (
    const line of [
      "Type=oneshot",
      "SuccessExitStatus=3",
      "TimeoutStartSec=270min",
      "KillMode=mixed",
      "NoNewPrivileges=yes",
    ]
  ) assert(lines.includes(line), line);
});

Deno.test("unitWord() quotes", () => {
  assertEquals(unitWord('a "b" \\ 5%'), '"a \\"b\\" \\\\ 5%%"');
});

Deno.test("unitsFor() has a name for each data folder", async () => {
  const env = { HOME: "/home/me" };
  const { name, service, timer } = await unitsFor("/srv/data", env);
  assert(/^dino-dqn-retrain-[0-9a-f]{8}$/.test(name));
  assertEquals(service, `/home/me/.config/systemd/user/${name}.service`);
  assertEquals(timer, `/home/me/.config/systemd/user/${name}.timer`);
  const other = await unitsFor("/srv/b", { XDG_CONFIG_HOME: "/etc/me" });
  assert(other.name !== name);
  assert(other.service.startsWith("/etc/me/systemd/user/"));
  await assertRejects(() => unitsFor("/srv/data", {}), UsageError, "HOME");
});

Deno.test("checkCalendar() takes times and refuses what is none", async () => {
  assertEquals(await checkCalendar(" *-*-* 02:00:00 "), "*-*-* 02:00:00");
  assertEquals(await checkCalendar("Mon..Fri 03:30"), "Mon..Fri 03:30");
  for (const text of ["", "*-*-* 02:00\nExecStart=id", "%h", "a;b"]) {
    await assertRejects(
      () => checkCalendar(text),
      UsageError,
      `${JSON.stringify(text)} is no time for systemd: it has a character`,
    );
  }
});

Deno.test("installedCalendar() reads the time from the timer", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const units = await unitsFor("/srv/data", { XDG_CONFIG_HOME: folder });
    assertEquals(await installedCalendar(units), null);
    await Deno.mkdir(join(folder, "systemd", "user"), { recursive: true });
    await Deno.writeTextFile(units.timer, timerUnit("daily", JOB));
    assertEquals(await installedCalendar(units), "daily");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
