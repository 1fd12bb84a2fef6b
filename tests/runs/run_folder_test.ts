import { join } from "node:path";
import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import { UsageError } from "../../lib/errors.ts";
import { acquireLock } from "../../lib/system/mod.ts";
import {
  createRun,
  listRuns,
  listTrainings,
  openRun,
  programCommit,
  readRunInfo,
  type RunFolder,
  runFolderAt,
  type RunInfo,
  runNames,
  runsTable,
  type RunSummary,
  updateRunConfig,
  writeRunInfo,
} from "../../lib/runs/mod.ts";
import { inFolder } from "../folder.ts";
import { setVariables } from "../variables.ts";
import { namesIn, save } from "../training/fixtures.ts";

const config = await loadConfig();

const make = (root: string, name: string) =>
  createRun({ config, name, configName: "x", root });

Deno.test("createRun() makes a folder whose config loads to the same", () =>
  inFolder(async (root) => {
    const run = await make(root, "a");
    assertEquals(namesIn(run.path), [
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

Deno.test("createRun() names a run by its config and the next number, never twice", () =>
  inFolder(async (root) => {
    const nameFor = async (configName: string) =>
      (await createRun({ config, configName, root })).name;
    for (const name of ["my-cfg-7", "my-cfg-x", "my-cfg-9999999999", "x-9"]) {
      await Deno.mkdir(join(root, name));
    }
    assertEquals(await nameFor("my cfg"), "my-cfg-8");
    const together = Array.from({ length: 5 }, () => nameFor("my cfg"));
    assertEquals(
      (await Promise.all(together)).sort(),
      ["my-cfg-10", "my-cfg-11", "my-cfg-12", "my-cfg-13", "my-cfg-9"],
    );
    assertEquals(await nameFor("2026-01-02-030405"), "2026-01-02-030405-1");
    assertEquals(await nameFor("step"), "run-step-1");
    assertEquals(await nameFor(".hidden"), "hidden-1");
    assertEquals(await nameFor("§"), "run-1");
  }));

Deno.test("createRun() refuses the words that mean something else", () =>
  inFolder(async (root) => {
    const words = ["champion", "challenger", "challenger.2-until-night-1"];
    words.push("pretrained", "best", "last", "step-5000", "Champion");
    for (const name of words) {
      await assertRejects(
        () => make(root, name),
        UsageError,
        `Cannot name a run "${name}": the word has a meaning of its own`,
      );
    }
    assertEquals(namesIn(root), []);
    const name = "challenger";
    await createRun({ config, name, configName: "x", own: true, root });
    assertEquals(namesIn(root), [name]);
  }));

Deno.test("createRun() refuses a name that is taken, and leaves that run alone", () =>
  inFolder(async (root) => {
    const run = await make(root, "a");
    await Deno.writeTextFile(run.scores, "mine");
    const error = await assertRejects(
      () => make(root, "a"),
      UsageError,
    );
    assertEquals(
      error.message,
      `There is a run named a already, in ${run.path}; go on with --resume a, or give another name`,
    );
    assertEquals(await Deno.readTextFile(run.scores), "mine");
    await Deno.mkdir(join(root, "half", "checkpoints"), { recursive: true });
    await assertRejects(
      () => make(root, "half"),
      UsageError,
      `${join(root, "half")} is there already and is no run`,
    );
  }));

Deno.test("A run that was killed while it was made is no run, and not in the way", () =>
  inFolder(async (root) => {
    const made = await make(root, "a");
    const gone = new Deno.Command("true").spawn();
    await gone.status;
    await Deno.rename(made.path, `${made.path}.partial-${gone.pid}-1`);
    assertEquals(await runNames(root), []);
    const run = await make(root, "a");
    assertEquals([run.path, namesIn(root)], [made.path, ["a"]]);
    const { name, starts } = await readRunInfo(run);
    assertEquals([name, starts], ["a", []]);
  }));

for (const name of ["", "..", "a/b", "a b", "-a", "/tmp/a", ".hidden"]) {
  Deno.test(`createRun() refuses the name ${JSON.stringify(name)}`, () =>
    inFolder(async (root) => {
      await assertRejects(
        () => make(root, name),
        UsageError,
        `Cannot name a run ${JSON.stringify(name)}`,
      );
      assertEquals(namesIn(root), []);
    }));
}

Deno.test("createRun() says when the folder of all runs cannot be made", () =>
  inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    for (const root of [file, join(file, "runs")]) {
      const error = await assertRejects(
        () => make(root, "a"),
        UsageError,
      );
      assertStringIncludes(
        error.message,
        `Cannot make the run's folder ${root}/a: `,
      );
    }
    assertEquals(namesIn(folder), ["file"]);
  }));

Deno.test("openRun() finds a run by its name and by its path", () =>
  inFolder(async (root) => {
    const run = await make(root, "a");
    assertEquals(await openRun("a", root), run);
    assertEquals(await openRun(run.path, root), run);
    assertEquals(await openRun(`${run.path}/`, "/nowhere"), run);
    // A path is no name: ./a is not the run a.
    await assertRejects(() => openRun("./a", root), UsageError, "no run ./a");
  }));

Deno.test("openRun() refuses a run that is not there and names those that are", () =>
  inFolder(async (root) => {
    const missing = () => openRun("b", root);
    assertMatch(
      (await assertRejects(missing, UsageError)).message,
      /There is no run b in .*; there are none yet: deno task train makes one/,
    );
    await make(root, "a");
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

Deno.test("runNames() names runs alone, the last started first, by what they say", () =>
  inFolder(async (root) => {
    assertEquals(await runNames(join(root, "none")), []);
    await Deno.mkdir(join(root, "other"));
    await Deno.writeTextFile(join(root, "file"), "");
    for (const [name, ...times] of [["a", 1, 4], ["b", 3], ["c", 2]] as const) {
      await startedRun(root, name, times.map((at) => ({ at })));
      // Copied somewhere else, files have other times.
      const { info } = await openRun(name, root);
      await Deno.utime(info, times.length, times.length);
    }
    assertEquals(await runNames(root), ["a", "b", "c"]);
    await Deno.writeTextFile(join(root, "b", "run.json"), "{");
    assertEquals((await runNames(root)).length, 3);
  }));

Deno.test("a run that this user must not read is told as such", () =>
  inFolder(async (root) => {
    const { path } = await startedRun(root, "private", [{ at: 1 }]);
    await startedRun(root, "own", [{ at: 0 }]);
    const { stat } = Deno;
    // Tests may run as root, who may read everything.
    Reflect.set(
      Deno,
      "stat",
      (file: string) =>
        file.startsWith(`${path}/`)
          ? Promise.reject(new Deno.errors.PermissionDenied("denied"))
          : stat(file),
    );
    try {
      const error = await assertRejects(
        () => openRun("private", root),
        UsageError,
      );
      assertMatch(error.message, /cannot be read: this user has no permission/);
      const said: string[] = [];
      assertEquals(await runNames(root, (message) => said.push(message)), [
        "own",
      ]);
      assertEquals(said, [
        "the run private is passed over: no permission to read it",
      ]);
    } finally {
      Reflect.set(Deno, "stat", stat);
    }
  }));

Deno.test("listRuns() tells state, steps, time and best of every run", () =>
  inFolder(async (root) => {
    const end = { time: "", reason: "steps", step: 2000 };
    const ends = {
      ended: end,
      stopped: { ...end, reason: "signal" },
      killed: null,
      training: null,
      "older-ended": undefined,
      "older-killed": undefined,
    };
    for (const [i, [name, end]] of Object.entries(ends).entries()) {
      const start = { at: i, ...(end !== undefined && { end }) };
      const run = await startedRun(root, name, [start]);
      await Deno.writeTextFile(run.lock, name === "older-killed" ? "{}" : "");
    }
    await startedRun(root, "begun", []);
    const busy = runFolderAt(join(root, "training"));
    using _lock = await acquireLock(busy.lock, "The run");
    const header = "step,loss,q_mean,td_error,epsilon,env_steps_per_s,wall_s\n";
    const lines = Array.from(
      { length: 300 },
      (_, i) => `${1000 * (i + 1)},0.1,0.2,0.3,0.02,250,${4 * i}.5\n`,
    );
    await Deno.writeTextFile(
      busy.metrics,
      `${header}${lines.join("")}301000,0`,
    );
    await save(busy.checkpoints, 300_000, { best: 200_000 });

    const other = await loadConfig(undefined, [
      "game.speed=accelerating",
      "learner.nStep=5",
    ]);
    await updateRunConfig(busy, other);
    await startedRun(root, "damaged", []);
    await Deno.writeTextFile(join(root, "damaged", "run.json"), "{");
    const warnings: string[] = [];
    const runs = await listRuns(root, (message) => warnings.push(message));
    assertMatch(warnings.join("\n"), /^the run damaged is passed over: .*$/);
    const states = Object.fromEntries(
      runs.map(({ name, state }) => [name, state]),
    );
    assertEquals(states, {
      ...{ begun: "interrupted", "older-killed": "interrupted" },
      ...{ "older-ended": "ended", training: "training" },
      ...{ killed: "interrupted", stopped: "interrupted", ended: "ended" },
    });
    assertEquals(runs.find(({ state }) => state === "training"), {
      name: "training",
      state: "training",
      started: "1970-01-01T00:00:00.003Z",
      steps: 300_000,
      seconds: 1196.5,
      best: { step: 200_000, mean: 100_000 },
      game: "accelerating",
      settings: { "game.speed": "accelerating", "learner.nStep": 5 },
    });
    assertEquals(
      await listTrainings(root),
      runs.filter(({ state }) => state === "training"),
    );
    const { steps, seconds, best } = runs.at(-1)!;
    assertEquals([steps, seconds, best], [2000, 0, null]);
  }));

Deno.test("runsTable() has a line for each run and what is special, at any width", () => {
  const run: RunSummary = {
    ...{
      name: "default-1",
      state: "ended",
      started: null,
      game: "constant",
    } as const,
    ...{ steps: 40_000, seconds: 199, best: { step: 1, mean: 1000 } },
    settings: {},
  };
  const keys = Array.from({ length: 9 }, (_, i) => [`group.key${i}`, "a b"]);
  const runs = [run, {
    ...{ ...run, name: "other", best: null },
    settings: Object.fromEntries(keys),
  }];
  assertEquals(
    runsTable(runs, 40),
    `run        state   best   steps  time
default-1  ended  1,000  40,000  3:19
other      ended      –  40,000  3:19
  group.key0="a b" group.key1="a b"
  group.key2="a b" group.key3="a b"
  and 5 more`,
  );
  assertEquals(runsTable([run]).split("\n")[0]!.split(/ +/).at(-1), "game");
  assertEquals(runsTable([run], 3), "run\ndefault-1");
  assertEquals(runsTable(runs).split("\n").length, 4);
});

/** A run that was started at these times, in milliseconds. */
async function startedRun(
  root: string,
  name: string,
  starts: ({ at: number } & Pick<RunInfo["starts"][0], "end">)[],
): Promise<RunFolder> {
  const run = await make(root, name);
  const info = await readRunInfo(run);
  for (const { at, ...end } of starts) {
    info.starts.push({
      time: new Date(at).toISOString(),
      ...{ fromStep: 0, commandLine: ["train"], commit: null },
      ...{ versions: { deno: "2" }, pageScript: "abc" },
      ...{ engine: "graph", device: "CPU", ...end },
    });
  }
  await writeRunInfo(run, info);
  return run;
}

Deno.test("readRunInfo() gives what writeRunInfo() wrote, or says what is wrong", () =>
  inFolder(async (root) => {
    const run = await make(root, "a");
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
    const text = JSON.stringify(info);
    const wrong = [
      ...["[null]", "7", '[{"fromStep":"0"}]', '[{"time":"x","fromStep":0}]'],
    ].map((starts) => text.replace(/"starts":.*/, `"starts":${starts}}`));
    for (const broken of ["{", "{}", "null", "[]", ...wrong]) {
      await Deno.writeTextFile(run.info, broken);
      await assertRejects(() => readRunInfo(run), UsageError, "run.json");
    }
    await Deno.truncate(run.info, 2 ** 40);
    await assertRejects(() => readRunInfo(run), UsageError, "1099511627776");
  }));

Deno.test("programCommit() is the program's own, whatever repository git's variables name", async () => {
  const own = await programCommit();
  using _elsewhere = setVariables({ GIT_DIR: "/nowhere" });
  assertEquals(await programCommit(), own);
});
