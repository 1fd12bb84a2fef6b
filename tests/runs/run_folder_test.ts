import { join } from "node:path";
import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import { UsageError } from "../../lib/errors.ts";
import {
  createRun,
  listRuns,
  openRun,
  readRunInfo,
  writeRunInfo,
} from "../../lib/runs/mod.ts";
import { inFolder } from "../folder.ts";

const config = await loadConfig();
const names = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("createRun() makes a folder whose config loads to the same", () =>
  inFolder(async (root) => {
    const run = await createRun({ config, name: "a", configName: "x", root });
    assertEquals(names(run.path), [
      "checkpoints",
      "config.yaml",
      "evaluations",
      "run.json",
      "tensorboard",
    ]);
    assertEquals(await loadConfig(run.config), config);
    assertEquals(await readRunInfo(run), {
      name: "a",
      seed: config.seed,
      starts: [],
    });
  }));

Deno.test("createRun() names a run by time and config, never twice", () =>
  inFolder(async (root) => {
    const now = new Date(2026, 0, 2, 3, 4, 5);
    const make = () => createRun({ config, configName: "my cfg", root, now });
    assertEquals((await make()).name, "2026-01-02-030405-my-cfg");
    assertEquals((await make()).name, "2026-01-02-030405-my-cfg-2");
    assertEquals((await make()).name, "2026-01-02-030405-my-cfg-3");
  }));

Deno.test("createRun() refuses a name that is taken, and leaves that run alone", () =>
  inFolder(async (root) => {
    const run = await createRun({ config, name: "a", configName: "x", root });
    await Deno.writeTextFile(run.scores, "mine");
    const error = await assertRejects(
      () => createRun({ config, name: "a", configName: "x", root }),
      UsageError,
    );
    assertEquals(
      error.message,
      `There is a run named a already, in ${run.path}; go on with --resume a, or give another name`,
    );
    assertEquals(await Deno.readTextFile(run.scores), "mine");
  }));

for (const name of ["", "..", "a/b", "a b", "-a", "/tmp/a", ".hidden"]) {
  Deno.test(`createRun() refuses the name ${JSON.stringify(name)}`, () =>
    inFolder(async (root) => {
      await assertRejects(
        () => createRun({ config, name, configName: "x", root }),
        UsageError,
        `Cannot name a run ${JSON.stringify(name)}`,
      );
      assertEquals(names(root), []);
    }));
}

Deno.test("createRun() says when the folder of all runs cannot be made", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    for (const root of [file, join(file, "runs")]) {
      const error = await assertRejects(
        () => createRun({ config, name: "a", configName: "x", root }),
        UsageError,
      );
      assertStringIncludes(
        error.message,
        `Cannot make the run's folder ${root}/a: `,
      );
    }
    assertEquals(names(folder), ["file"]);
  }));

Deno.test("openRun() finds a run by its name and by its path", () =>
  inFolder(async (root) => {
    const run = await createRun({ config, name: "a", configName: "x", root });
    assertEquals(await openRun("a", root), run);
    assertEquals(await openRun(run.path, root), run);
    assertEquals(await openRun(`${run.path}/`, "/nowhere"), run);
  }));

Deno.test("openRun() refuses a run that is not there and names those that are", () =>
  inFolder(async (root) => {
    const missing = () => openRun("b", root);
    assertMatch(
      (await assertRejects(missing, UsageError)).message,
      /There is no run b in .*; there are none yet: deno task train makes one/,
    );
    await createRun({ config, name: "a", configName: "x", root });
    assertMatch(
      (await assertRejects(missing, UsageError)).message,
      /There is no run b in .*; the newest ones are a$/,
    );
  }));

Deno.test("openRun() refuses a folder, and a file, that is not a run's", () =>
  inFolder(async (root) => {
    await Deno.mkdir(join(root, "folder"));
    await Deno.writeTextFile(join(root, "file"), "");
    for (const name of ["folder", "file"]) {
      await assertRejects(
        () => openRun(name, root),
        UsageError,
        "is not a run's folder: it has no run.json and config.yaml",
      );
    }
  }));

Deno.test("listRuns() names runs alone, and none where there is no folder", () =>
  inFolder(async (root) => {
    assertEquals(await listRuns(join(root, "none")), []);
    await Deno.mkdir(join(root, "other"));
    for (const name of ["a", "b"]) {
      const run = await createRun({ config, name, configName: "x", root });
      const made = new Date(name === "a" ? 2000 : 1000);
      await Deno.utime(run.info, made, made);
    }
    assertEquals(await listRuns(root), ["a", "b"]);
  }));

Deno.test("readRunInfo() gives what writeRunInfo() wrote, or says what is wrong", () =>
  inFolder(async (root) => {
    const run = await createRun({ config, name: "a", configName: "x", root });
    const info = {
      name: "a",
      seed: 1,
      starts: [{
        time: "2026-01-01T00:00:00Z",
        fromStep: 0,
        commandLine: ["train"],
        commit: null,
        versions: { deno: "2" },
        pageScript: "abc",
        engine: "graph",
        device: "CPU",
      }],
    } as const;
    await writeRunInfo(run, { ...info, starts: [...info.starts] } as never);
    assertEquals(await readRunInfo(run), info as never);
    await Deno.writeTextFile(run.info, "{");
    await assertRejects(() => readRunInfo(run), UsageError, "run.json");
  }));
