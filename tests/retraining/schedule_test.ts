import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../../lib/errors.ts";
import { command } from "../../tasks/retrain.ts";
import { onMachine } from "./machine.ts";
import {
  BOTH,
  byCron,
  bySystemd,
  lineOf,
  ODD,
  REMOVE,
  schedules,
} from "./schedules.ts";

Deno.test("links to one data folder are one folder", () =>
  onMachine(BOTH, async (machine) => {
    const { folder, data, change, crontab, units, writeCrontab } = machine;
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
  onMachine(BOTH, async ({ folder, change, crontab, unit }) => {
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
  onMachine(BOTH, async ({ refused }) => {
    for (const word of ["a\nb", "a\tb", "a ", "a\\"]) {
      for (const request of [byCron("@daily"), bySystemd("daily")]) {
        await refused(
          { ...request, args: ["--set", word] },
          `Cannot schedule with ${JSON.stringify(word)}`,
          UsageError,
        );
      }
    }
    await refused(
      { ...byCron("@daily"), args: ["a".repeat(1000)] },
      "cron takes no more than 998; give a shorter PATH",
      UsageError,
    );
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
