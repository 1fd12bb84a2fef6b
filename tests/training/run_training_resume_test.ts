import { join } from "node:path";
import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  encodeModel,
  initialWeights,
  resolveNetwork,
} from "../../lib/agent/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import {
  CheckpointError,
  ChromeCrashedError,
  RunLockedError,
  UsageError,
} from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import {
  checkpointPath,
  createRun,
  listCheckpoints,
  readCheckpointModel,
  readRunInfo,
  type RunFolder,
} from "../../lib/runs/mod.ts";
import { acquireLock } from "../../lib/system/mod.ts";
import { fakeConfig } from "./fakes.ts";
import { inFolder } from "../folder.ts";
import { contentOf, damage, makeRun, SMALL, trainRun } from "./small_runs.ts";

/** A run of 60 steps that has ended. */
async function trainedRun(root: string): Promise<RunFolder> {
  const run = await makeRun(root);
  await trainRun(run);
  return run;
}

Deno.test("runTraining() resumes with other settings, and keeps them", () =>
  inFolder(async (root) => {
    const run = await trainedRun(root);
    const before = await Deno.readTextFile(run.scores);
    const { counters } = await trainRun(run, {
      resume: true,
      sets: ["training.steps=80", "training.stepsPerUpdate=2"],
    });
    assertEquals(counters.step, 80);
    const config = await loadConfig(run.config);
    assertEquals([config.training.steps, config.training.stepsPerUpdate], [
      ...[80, 2],
    ]);
    const after = await Deno.readTextFile(run.scores);
    assert(after.startsWith(before));
    assertGreater(after.length, before.length);
  }));

Deno.test("runTraining() changes nothing of a run that cannot be resumed", () =>
  inFolder(async (root) => {
    const run = await trainedRun(root);
    const before = await contentOf(run);
    const resume = (...sets: string[]) => trainRun(run, { resume: true, sets });
    const error = await assertRejects(
      () => resume("network.layers=nips", "learner.learningRate=0.001"),
      UsageError,
      'network.layers was [{"type":"dense","units":1}] and is "nips"',
    );
    assertStringIncludes(error.message, "The run a cannot go on");
    await assertRejects(() => resume("seed=99"), UsageError, "seed was");
    {
      using _lock = await acquireLock(run.lock, "It");
      await assertRejects(
        () => resume("learner.learningRate=0.001"),
        RunLockedError,
      );
    }
    assertEquals(await contentOf(run), before);
  }));

Deno.test("runTraining() writes to no file that a run's folder only leads to", () =>
  inFolder(async (root) => {
    const run = await trainedRun(root);
    const victim = join(root, "victim");
    for (const path of [run.lock, run.scores, run.metrics, run.log]) {
      const kept = await Deno.readFile(path);
      await Deno.remove(path);
      await Deno.writeTextFile(victim, "another's");
      await Deno.symlink(victim, path);
      await assertRejects(
        () => trainRun(run, { resume: true }),
        UsageError,
        `${path} is a link or a folder`,
      );
      assertEquals(await Deno.readTextFile(victim), "another's");
      await Deno.remove(path);
      await Deno.writeFile(path, kept);
    }
  }));

Deno.test("runTraining() does not go on by the config's reward where a script's was learned from", () =>
  inFolder(async (root) => {
    const config = await fakeConfig(SMALL);
    const run = await createRun({
      ...{ config, name: "a", configName: "x", root, ownReward: true },
    });
    const { reason } = await trainRun(run, { reward: () => 1 });
    assertEquals(reason, "steps");
    const before = await contentOf(run);
    await assertRejects(
      () => trainRun(run, { resume: true }),
      UsageError,
      "--from a",
    );
    assertEquals(await contentOf(run), before);
  }));

Deno.test("runTraining() goes on with a run that has lost its tables", () =>
  inFolder(async (root) => {
    const run = await trainedRun(root);
    await Deno.truncate(run.metrics, 10);
    await Deno.remove(run.scores);
    await trainRun(run, { resume: true, sets: ["training.steps=90"] });
    const lines = (await Deno.readTextFile(run.metrics)).trimEnd().split("\n");
    assertEquals(lines.map((line) => line.split(",")[0]), [
      ...["step", "70", "80", "90"],
    ]);
  }));

Deno.test("runTraining() never begins a run anew whose checkpoints are all damaged", () =>
  inFolder(async (root) => {
    const run = await trainedRun(root);
    await damage(run);
    const before = await contentOf(run);
    for (let time = 0; time < 2; time++) {
      await assertRejects(
        () => trainRun(run, { resume: true }),
        CheckpointError,
        "None of the 2 checkpoints",
      );
      assertEquals(await contentOf(run), before);
    }
    for (const step of before.steps) {
      const path = join(run.checkpoints, `step-${step}`);
      await Deno.rename(path, `${path}.damaged`);
    }
    await assertRejects(
      () => trainRun(run, { resume: true }),
      CheckpointError,
      "The run a has trained before, but there is no checkpoint",
    );
    assertEquals((await contentOf(run)).texts, before.texts);
  }));

Deno.test("runTraining() begins anew where a run ended before its first checkpoint", () =>
  inFolder(async (root) => {
    const run = await makeRun(root);
    await assertRejects(
      () =>
        trainRun(run, {
          onUpdate: () => {
            throw new ChromeCrashedError("gone");
          },
        }),
      ChromeCrashedError,
    );
    assertEquals(await listCheckpoints(run.checkpoints), []);
    const { counters } = await trainRun(run, { resume: true });
    assertEquals(counters.step, 60);
  }));

Deno.test("runTraining() begins with an agent's weights, and with nothing else of it", () =>
  inFolder(async (root) => {
    const config = await fakeConfig(SMALL);
    const network = resolveNetwork(config.network, config.game.actions);
    const weights = initialWeights(network, new Random(7));
    const options = { config, configName: "x", root, from: "other@step-5" };
    const run = await createRun(options);
    const { counters } = await trainRun(run, { weights });
    assertEquals(counters.step, 60);
    // The fake learner learns nothing.
    const model = await readCheckpointModel(
      checkpointPath(run.checkpoints, 60),
    );
    assertEquals(model.weights, encodeModel(network, weights).weights);
    assertEquals((await readRunInfo(run)).from, "other@step-5");
    assertEquals((await trainRun(run, { resume: true })).counters.step, 60);
    // Without a checkpoint, random weights would take their place.
    await assertRejects(
      async () => await trainRun(await createRun(options), { resume: true }),
      CheckpointError,
      "began with the agent other@step-5 and has no checkpoint to go on from",
    );
  }));
