import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { createGraphLearner } from "../../lib/agent/graph_learner.ts";
import { initialWeights } from "../../lib/agent/initialise.ts";
import { resolveNetwork } from "../../lib/agent/network.ts";
import type { Learner } from "../../lib/agent/types.ts";
import type { LearnerConfig } from "../../lib/config/mod.ts";
import { CheckpointError, TensorFlowNotFoundError } from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import { listDevices } from "../../lib/tensorflow/mod.ts";
import {
  CONFIG,
  fillBatch,
  randomWeights,
  tinyLearner,
  tinyNetwork,
} from "./tiny_learner.ts";

const ACTIONS = tinyNetwork().actions;

/** One update on a batch that `random` draws. */
async function step(learner: Learner, random: Random) {
  fillBatch(learner.batch, random, ACTIONS);
  return await learner.update(0.01);
}

Deno.test("GraphLearner evaluates with the online weights where no average is kept", async () => {
  using learner = tinyLearner();
  await step(learner, new Random(3));
  const { observations } = learner.batch;
  assertEquals(
    await learner.qValues(observations, 4, "evaluation"),
    await learner.qValues(observations, 4),
  );
});

Deno.test("GraphLearner copies the target network after every third update, not before", async () => {
  using learner = tinyLearner({ targetUpdate: { every: 3 } });
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

Deno.test("GraphLearner repeats 200 updates of the tutorial's network bit for bit on two threads", async () => {
  const network = resolveNetwork({
    layers: "tutorial",
    dueling: false,
    members: 1,
  }, 2);
  const weights = initialWeights(network, new Random(1));
  const config: LearnerConfig = {
    ...CONFIG,
    threads: 2,
    batchSize: 32,
    gradientClipNorm: 1,
    averageRate: 0.01,
    targetUpdate: { every: 50 },
  };
  const train = async (learner: Learner) => {
    const random = new Random(11);
    const losses: number[] = [];
    for (let i = 0; i < 200; i++) {
      if (i % 50 === 0) fillBatch(learner.batch, random, network.actions);
      learner.batch.actions.forEach((_, k, actions) => {
        actions[k] = random.integer(network.actions);
      });
      losses.push((await learner.update(1e-4)).loss);
    }
    return { losses, state: await learner.getState() };
  };
  using one = createGraphLearner(network, config, weights);
  using two = createGraphLearner(network, config, weights);
  const [first, second] = await Promise.all([train(one), train(two)]);
  assertEquals(first, second);
});

Deno.test("GraphLearner.setState() continues as if it had never stopped", async () => {
  const options = { averageRate: 0.1, targetUpdate: { every: 4 } };
  using whole = tinyLearner(options);
  using stopped = tinyLearner(options);
  using resumed = tinyLearner(options, 2);
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

Deno.test("GraphLearner.setState() starts an average that the state lacks from its weights", async () => {
  using without = tinyLearner();
  await step(without, new Random(1));
  const state = await without.getState();
  assertEquals(state.sets.average, undefined);
  using learner = tinyLearner({ averageRate: 0.1 }, 2);
  await learner.setState(state);
  const { sets } = await learner.getState();
  assertEquals(sets.average, state.sets.online);
});

Deno.test("GraphLearner.getState() is a copy that later updates do not touch", async () => {
  using learner = tinyLearner();
  const state = await learner.getState();
  const before = structuredClone(state);
  await learner.setState(state);
  await step(learner, new Random(1));
  assertEquals(state, before);
  assertNotEquals((await learner.getState()).sets, before.sets);
});

Deno.test("createGraphLearner() refuses weights that do not fit", () => {
  const weights = randomWeights(tinyNetwork(), new Random(1));
  assertThrows(
    () => createGraphLearner(tinyNetwork(), CONFIG, weights.slice(1)),
    CheckpointError,
    "expected conv1/kernel [3, 3, 2, 3], but found conv1/bias [3]",
  );
  weights[0] = { ...weights[0]!, data: new Float32Array(3) };
  assertThrows(
    () => createGraphLearner(tinyNetwork(), CONFIG, weights),
    CheckpointError,
    "conv1/kernel has 3 numbers",
  );
});

Deno.test("createGraphLearner() runs on the GPU that is asked for, or says that there is none", () => {
  const gpu = listDevices().find(({ type }) => type === "GPU");
  if (gpu) {
    using learner = tinyLearner({ device: "gpu" });
    assertEquals(learner.device, gpu.description);
  } else {
    assertThrows(
      () => tinyLearner({ device: "gpu" }),
      TensorFlowNotFoundError,
      "finds no GPU",
    );
  }
});

Deno.test("GraphLearner may be disposed of during an update", async () => {
  const learner = tinyLearner();
  fillBatch(learner.batch, new Random(1), ACTIONS);
  const update = learner.update(0.01);
  learner[Symbol.dispose]();
  learner[Symbol.dispose]();
  assert(Number.isFinite((await update).loss));
  await assertRejects(() => learner.update(0.01), Error, "disposed of");
});
