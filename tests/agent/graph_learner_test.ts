import {
  assert,
  assertEquals,
  assertLess,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import type { Learner } from "../../lib/agent/mod.ts";
import { TensorFlowNotFoundError } from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import { listDevices } from "../../lib/tensorflow/mod.ts";
import {
  fillBatch,
  LEARNER,
  learnerOf,
  networkOf,
  tinyLearner,
} from "./fixtures.ts";

const ACTIONS = 3;

/** One update on a batch that `random` draws. */
async function step(learner: Learner, random: Random) {
  fillBatch(learner.batch, ACTIONS, random);
  return await learner.update(0.01);
}

Deno.test("A learner evaluates with the online weights where no average is kept", async () => {
  using learner = await tinyLearner();
  await step(learner, new Random(3));
  const { observations } = learner.batch;
  assertEquals(
    await learner.qValues(observations, 4, "evaluation"),
    await learner.qValues(observations, 4),
  );
});

Deno.test("A learner copies the target network after every third update, not before", async () => {
  using learner = await tinyLearner({ targetUpdate: { every: 3 } });
  const random = new Random(5);
  let copied = (await learner.getState()).sets.online;
  for (let update = 1; update <= 7; update++) {
    await step(learner, random);
    const { online, target } = (await learner.getState()).sets;
    if (update % 3 === 0) copied = online;
    assertEquals(target, copied, `after update ${update}`);
    if (update % 3 !== 0) assertNotEquals(target, online);
  }
});

/** Losses and state of the tutorial's network after some updates. */
async function trainTutorial(
  threads: number | null,
  updates: number,
  precision: Learner["precision"] = "float32",
) {
  const network = networkOf("tutorial");
  using learner = await learnerOf(network, {
    ...LEARNER,
    ...{ threads, precision, batchSize: 32, doubleQ: true },
    gradientClipNorm: 1,
    averageRate: 0.01,
    targetUpdate: { every: 50 },
  });
  const random = new Random(11);
  const losses: number[] = [];
  for (let i = 0; i < updates; i++) {
    if (i % 50 === 0) fillBatch(learner.batch, network.actions, random);
    learner.batch.actions.forEach((_, k, actions) => {
      actions[k] = random.integer(network.actions);
    });
    losses.push((await learner.update(1e-4)).loss);
  }
  return {
    ...{ losses, precision: learner.precision },
    state: await learner.getState(),
  };
}

Deno.test("A learner repeats 200 updates of the tutorial's network bit for bit on two threads", async () => {
  const train = () => trainTutorial(2, 200);
  const [first, second] = await Promise.all([train(), train()]);
  assertEquals(first, second);
});

Deno.test("A learner on one thread makes the same bits as where threads are chosen for it", async () => {
  assertEquals(await trainTutorial(1, 60), await trainTutorial(null, 60));
});

Deno.test("A learner in bfloat16 learns nearly the same, and exactly the same where the processor has none", async () => {
  const expected = await trainTutorial(1, 10);
  const found = await trainTutorial(1, 10, "bfloat16");
  if (found.precision === "float32") assertEquals(found, expected);
  else {
    assertNotEquals(found, expected);
    found.losses.forEach((loss, i) =>
      assertLess(Math.abs(loss / expected.losses[i]! - 1), 0.1)
    );
  }
});

Deno.test("Learner.setState() continues as if it had never stopped", async () => {
  const options = { averageRate: 0.1, targetUpdate: { every: 4 } };
  using whole = await tinyLearner(options);
  using stopped = await tinyLearner(options);
  using resumed = await tinyLearner(options, 2);
  const [random, same] = [new Random(9), new Random(9)];
  for (let i = 0; i < 3; i++) {
    await step(whole, random);
    await step(stopped, same);
  }
  await resumed.setState(await stopped.getState());
  assertEquals(resumed.updates, 3);
  for (let i = 0; i < 6; i++) {
    assertEquals(await step(resumed, same), await step(whole, random));
  }
  assertEquals(await resumed.getState(), await whole.getState());
});

Deno.test("Learner.setState() starts an average that the state lacks from its weights", async () => {
  using without = await tinyLearner();
  await step(without, new Random(1));
  const state = await without.getState();
  assertEquals(state.sets.average, undefined);
  using learner = await tinyLearner({ averageRate: 0.1 }, 2);
  await learner.setState(state);
  const { sets } = await learner.getState();
  assertEquals(sets.average, state.sets.online);
});

Deno.test("Learner.getState() is a copy that later updates do not touch", async () => {
  using learner = await tinyLearner();
  const state = await learner.getState();
  const before = structuredClone(state);
  await learner.setState(state);
  await step(learner, new Random(1));
  assertEquals(state, before);
  assertNotEquals((await learner.getState()).sets, before.sets);
});

Deno.test("A learner runs on the GPU that is asked for, or says that there is none", async () => {
  const gpu = listDevices().find(({ type }) => type === "GPU");
  if (gpu) {
    using learner = await tinyLearner({ device: "gpu" });
    assertEquals(learner.device, gpu.description);
  } else {
    await assertRejects(
      () => tinyLearner({ device: "gpu" }),
      TensorFlowNotFoundError,
      "finds no GPU",
    );
  }
});

Deno.test("A learner may be disposed of during an update", async () => {
  const learner = await tinyLearner();
  fillBatch(learner.batch, ACTIONS, new Random(1));
  const update = learner.update(0.01);
  learner[Symbol.dispose]();
  learner[Symbol.dispose]();
  assert(Number.isFinite((await update).loss));
  await assertRejects(() => learner.update(0.01), Error, "disposed of");
});
