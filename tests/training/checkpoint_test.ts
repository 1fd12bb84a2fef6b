import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeModel } from "../../lib/agent/mod.ts";
import { CheckpointError } from "../../lib/errors.ts";
import {
  checkpointPath,
  findCheckpoint,
  listCheckpoints,
  readCheckpointFiles,
  readCheckpointModel,
  writeCheckpointFiles,
} from "../../lib/runs/mod.ts";
import { inFolder } from "../folder.ts";
import {
  addSteps,
  checkpointsOf,
  contentOf,
  makeTraining,
  namesIn,
  NETWORK,
  restored,
  save,
} from "./fixtures.ts";

Deno.test("a checkpoint gives back all parts of a training", () =>
  inFolder(async (folder) => {
    // A ring is larger than the blocks in which it is compressed.
    const training = makeTraining(100, 5400);
    // More than fits: the rings have wrapped around.
    addSteps(training.memory, 5427, 1);
    await using checkpoints = checkpointsOf(training, folder);
    await checkpoints.save();
    await checkpoints.settled();
    assertEquals(namesIn(folder), ["step-100"]);
    const again = makeTraining(0, 5400);
    await checkpointsOf(again, folder).restoreNewest();
    const [content, expected] = [again, training].map(contentOf);
    assert(isDeepStrictEqual(await content, await expected));
  }));

Deno.test("Checkpoints.save() has copied everything when it returns", () =>
  inFolder(async (folder) => {
    const training = makeTraining(100);
    const expected = await contentOf(training);
    await using checkpoints = checkpointsOf(training, folder);
    await checkpoints.save();
    addSteps(training.memory, 20, 2);
    training.counters.step++;
    training.counters.interval.loss++;
    training.random.uniform();
    const { sets } = await training.learner.getState();
    sets.online[0]!.data.fill(0);
    await checkpoints.settled();
    assertEquals(await contentOf(await restored(folder)), expected);
  }));

Deno.test("a checkpoint holds the weights that play as a model", () =>
  inFolder(async (folder) => {
    const training = makeTraining(100);
    const { sets } = await training.learner.getState();
    await using checkpoints = checkpointsOf(training, folder);
    const path = checkpointPath(folder, 100);
    for (const expected of [sets.average, sets.online]) {
      await checkpoints.save();
      await checkpoints.settled();
      const model = decodeModel(NETWORK, await readCheckpointModel(path));
      assertEquals(model, expected);
      const { learner } = await restored(folder);
      assertEquals((await learner.getState()).sets, sets);
      delete sets.average;
    }
  }));

Deno.test("Checkpoints keep the newest ones and the best", () =>
  inFolder(async (folder) => {
    await save(folder, 100, { keep: 2, best: 100 });
    for (let step = 200; step <= 500; step += 100) {
      await save(folder, step, { keep: 2, best: 100 });
    }
    assertEquals(await listCheckpoints(folder), [500, 400, 100]);
    await save(folder, 600, { keep: 2, best: 600 });
    assertEquals(namesIn(folder), ["step-500", "step-600"]);
  }));

Deno.test("a checkpoint replaces one of the same step", () =>
  inFolder(async (folder) => {
    await save(folder, 100);
    await save(folder, 100, { best: 100 });
    assertEquals(namesIn(folder), ["step-100"]);
    const { counters } = await restored(folder);
    assertEquals(counters.best, { step: 100, mean: 50 });
  }));

Deno.test("findCheckpoint() finds the last, the best, and a step", () =>
  inFolder(async (folder) => {
    await assertRejects(
      () => findCheckpoint(folder, "best"),
      CheckpointError,
      `There is no checkpoint in ${folder}: none was saved yet`,
    );
    await save(folder, 100);
    assertEquals(
      await findCheckpoint(folder, "best"),
      checkpointPath(folder, 100),
    );
    await save(folder, 1000, { best: 100 });
    const find = (which: string) => findCheckpoint(folder, which);
    assertEquals(await find("last"), checkpointPath(folder, 1000));
    assertEquals(await find("best"), checkpointPath(folder, 100));
    assertEquals(await find("step-1000"), checkpointPath(folder, 1000));
    await assertRejects(
      () => find("step-7"),
      CheckpointError,
      `There is no checkpoint step-7 in ${folder}; there is best, last, step-1000, step-100`,
    );
  }));

Deno.test("findCheckpoint() takes the newest sound one where the best is lost", () =>
  inFolder(async (folder) => {
    const best = await save(folder, 100, { best: 100 });
    await save(folder, 200, { best: 100 });
    const newest = await save(folder, 300, { best: 100 });
    const said: string[] = [];
    const find = () =>
      findCheckpoint(folder, "best", { warn: (message) => said.push(message) });
    assertEquals(await find(), best);
    await Deno.writeTextFile(join(best, "weights.bin"), "");
    assertEquals(await find(), newest);
    await Deno.remove(best, { recursive: true });
    await Deno.remove(join(newest, "model.json"));
    assertEquals(await find(), checkpointPath(folder, 200));
    // Nothing says any more which one is the best.
    await Deno.writeTextFile(join(newest, "MANIFEST.json"), "{");
    assertEquals(await find(), checkpointPath(folder, 200));
    assertEquals(said.map((message) => message.split("; ").at(-1)), [
      "step-300 takes its place",
      ...Array(2).fill("step-200 takes its place"),
    ]);
    await Deno.remove(join(folder, "step-200", "weights.bin"));
    await assertRejects(find, CheckpointError, "no other one is left");
  }));

Deno.test("Checkpoints.save() that fails leaves the best that was saved", () =>
  inFolder(async (root) => {
    const folder = join(root, "checkpoints");
    await Deno.mkdir(folder);
    const training = makeTraining(100);
    const { counters } = training;
    const said: string[] = [];
    const warn = (message: string) => said.push(message);
    await using checkpoints = checkpointsOf(training, folder, {
      keep: 1,
      warn,
    });
    const saveBest = async (step: number) => {
      counters.step = step;
      counters.best = { step, mean: step };
      await checkpoints.save();
      await checkpoints.settled();
    };
    await saveBest(100);
    // A file in the way stands in for a full disk.
    await Deno.rename(folder, `${folder}.there`);
    await Deno.writeTextFile(folder, "");
    await saveBest(200);
    assertEquals(counters.best, { step: 100, mean: 100 });
    assertEquals(said.length, 1);
    // One that was forgotten does not come back.
    counters.best = null;
    counters.step = 250;
    await checkpoints.save();
    await checkpoints.settled();
    assertEquals([counters.best, said.length], [null, 2]);
    counters.best = { step: 100, mean: 100 };
    assert(said[0]!.startsWith("step 200 was not saved, training goes on. "));
    await Deno.remove(folder);
    await Deno.rename(`${folder}.there`, folder);
    counters.step = 300;
    await checkpoints.save();
    await checkpoints.settled();
    assertEquals(await listCheckpoints(folder), [300, 100]);
    assertEquals(
      await findCheckpoint(folder, "best"),
      checkpointPath(folder, 100),
    );
  }));

Deno.test("a training can go on from what an earlier version saved", () =>
  inFolder(async (folder) => {
    const path = await save(folder, 4000);
    const training = await restored(folder);
    const { files } = await readCheckpointFiles(path);
    const state = JSON.parse(new TextDecoder().decode(files["state.json"]));
    delete state.counters.owed;
    delete state.counters.evaluatedStep;
    delete state.counters.interval.steps;
    delete state.counters.interval.seconds;
    await writeCheckpointFiles(folder, 4000, {
      ...files,
      "state.json": new TextEncoder().encode(JSON.stringify(state)),
    }, null);
    const { counters } = await restored(folder);
    assertEquals({ ...counters, owed: 0 }, { ...training.counters, owed: 0 });
  }));
