import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { type Config, loadConfig } from "../../lib/config/mod.ts";
import { RunLockedError } from "../../lib/errors.ts";
import {
  prepareChallenger,
  withBudget,
} from "../../lib/retraining/challenger.ts";
import { namesIn } from "../../lib/files.ts";
import { acquireLock } from "../../lib/system/mod.ts";
import { checkpointPath } from "../../lib/runs/mod.ts";
import { inFolder } from "../folder.ts";
import { save } from "../training/fixtures.ts";

const config = await loadConfig(undefined, [
  "retraining.minutes=10",
  "evaluation.target=900",
  "evaluation.patience=3",
]);

/** Prepares the challenger of night 7, and keeps what was said. */
async function prepare(root: string, changed: Config = config) {
  const said: string[] = [];
  const warn = (message: string) => said.push(message);
  const options = { config: changed, night: 7, warn, root };
  return { ...await prepareChallenger(options), said };
}

/** Gives a run checkpoints at these steps. */
async function addCheckpoints(folder: string, ...steps: number[]) {
  for (const step of steps) await save(folder, step);
}

async function damage(folder: string, step: number) {
  const file = join(checkpointPath(folder, step), "learner.bin");
  const bytes = await Deno.readFile(file);
  bytes[9]! ^= 1;
  await Deno.writeFile(file, bytes);
}

Deno.test("withBudget() adds the night to what was done, and runs on", () => {
  const { training, evaluation, learner } = withBudget(config, {
    step: 5000,
    wallSeconds: 120,
  });
  // Not as long as the night's steps, of which there are no end.
  assertEquals(learner.learningRateSteps, config.training.steps);
  assertEquals(training.minutes, 12);
  assertEquals([evaluation.target, evaluation.patience], [null, null]);
  const { retraining } = config;
  const limited = { ...config, retraining: { ...retraining, steps: 300 } };
  const from = { step: 5000, wallSeconds: 120 };
  assertEquals(withBudget(limited, from).training.steps, 5300);
});

Deno.test("prepareChallenger() begins a run, and goes on with it", () =>
  inFolder(async (root) => {
    const begun = await prepare(root);
    assertEquals([begun.run.name, begun.from.step], ["challenger", 0]);
    assertEquals((await loadConfig(begun.run.config)).training.minutes, 10);
    // A night that ended before the first checkpoint.
    assertEquals((await prepare(root)).from.step, 0);

    await addCheckpoints(begun.run.checkpoints, 300, 600);
    const continued = await prepare(root);
    assertEquals([continued.from.step, continued.said], [600, []]);
    const { training } = await loadConfig(continued.run.config);
    assertEquals(training.minutes, 600 / 3 / 60 + 10);
  }));

Deno.test("prepareChallenger() goes on from the newest sound checkpoint", () =>
  inFolder(async (root) => {
    const { checkpoints } = (await prepare(root)).run;
    await addCheckpoints(checkpoints, 300, 600);
    await damage(checkpoints, 600);
    const { from, said } = await prepare(root);
    assertEquals(from.step, 300);
    assertEquals(said.length, 1);
    assertEquals(said[0]!.includes("step-600 is damaged: learner.bin"), true);
  }));

Deno.test("prepareChallenger() sets a challenger aside that cannot go on", async () => {
  const cases: [(path: string) => Promise<unknown>, Config, string][] = [
    [
      (path) => damage(join(path, "checkpoints"), 300),
      config,
      "none of its checkpoints is sound",
    ],
    [
      (path) => Deno.remove(join(path, "run.json")),
      config,
      "is not a run's folder",
    ],
    [
      () => Promise.resolve(),
      await loadConfig(undefined, ["network.dueling=true"]),
      "the config has another network",
    ],
  ];
  for (const [spoil, changed, why] of cases) {
    await inFolder(async (root) => {
      const { path, checkpoints } = (await prepare(root)).run;
      await addCheckpoints(checkpoints, 300);
      await spoil(path);
      const { from, said } = await prepare(root, changed);
      assertEquals(from.step, 0);
      assertEquals(said.at(-1)!.includes(why), true, said.join());
      assertEquals(await namesIn(root), [
        ...["challenger", "challenger-until-night-7"],
      ]);
    });
  }
});

Deno.test("prepareChallenger() leaves a challenger that somebody trains", () =>
  inFolder(async (root) => {
    const { run } = await prepare(root);
    const before = await Deno.readTextFile(run.config);
    using _lock = await acquireLock(run.lock, "The run");
    await assertRejects(
      () => prepare(root),
      RunLockedError,
      `The challenger is in use by process ${Deno.pid}`,
    );
    assertEquals(await Deno.readTextFile(run.config), before);
  }));
