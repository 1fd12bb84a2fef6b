import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { createGraphLearner } from "../../lib/agent/graph_learner.ts";
import { initialWeights } from "../../lib/agent/initialise.ts";
import { type Network, resolveNetwork } from "../../lib/agent/network.ts";
import type { Batch, Learner, NamedTensor } from "../../lib/agent/types.ts";
import type { LearnerConfig } from "../../lib/config/mod.ts";
import {
  CheckpointError,
  DivergedError,
  TensorFlowNotFoundError,
} from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import { listDevices } from "../../lib/tensorflow/mod.ts";
import { oracleQValues, oracleUpdate } from "./update_oracle.ts";

const CONFIG: LearnerConfig = {
  engine: "graph",
  device: "cpu",
  threads: 2,
  batchSize: 5,
  discount: 0.97,
  nStep: 1,
  doubleQ: true,
  loss: "huber",
  gradientClipNorm: null,
  learningRate: 0.01,
  finalLearningRate: 0.01,
  learningRateSteps: 1,
  adamEpsilon: 1e-3,
  targetUpdate: { every: 1000 },
  averageRate: 0,
};

/** A network small enough for the oracle: 6x6x2 in, 3 actions. */
function smallNetwork(dueling = false): Network {
  return resolveNetwork(
    {
      layers: [
        {
          type: "conv2d",
          filters: 3,
          kernel: 3,
          stride: 1,
          padding: "same",
          pool: 2,
        },
        { type: "conv2d", filters: 4, kernel: 2, stride: 1, padding: "valid" },
        { type: "dense", units: 5 },
      ],
      dueling,
    },
    3,
    [6, 6, 2],
  );
}

/** Weights with biases that are not zero, so that every one of them counts. */
function randomWeights(network: Network, random: Random): NamedTensor[] {
  return initialWeights(network, random).map((tensor) => ({
    ...tensor,
    data: tensor.data.map((w) => w + 0.1 * random.normal()),
  }));
}

function fillBatch(batch: Batch, random: Random, actions: number): void {
  for (let i = 0; i < batch.observations.length; i++) {
    batch.observations[i] = random.integer(256);
    batch.nextObservations[i] = random.integer(256);
  }
  for (let i = 0; i < batch.size; i++) {
    batch.actions[i] = random.integer(actions);
    batch.returns[i] = 2 * random.normal(); // both sides of Huber's threshold
    batch.discounts[i] = i === 0 ? 0 : 0.97;
    batch.weights[i] = 1;
  }
}

function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
  tolerance = 2e-5,
): void {
  assertEquals(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    const limit = tolerance * Math.max(1, Math.abs(expected[i]!));
    assertAlmostEquals(actual[i]!, expected[i]!, limit, `${what}[${i}]`);
  }
}

const OPTIONS: [string, Partial<LearnerConfig>, { dueling?: boolean }][] = [
  ["double DQN with Huber's loss", {}, {}],
  ["single DQN", { doubleQ: false }, {}],
  ["squared loss", { loss: "mse" }, {}],
  ["dueling network", {}, { dueling: true }],
  ["dueling, single, squared", { doubleQ: false, loss: "mse" }, {
    dueling: true,
  }],
  ["clipped gradients", { gradientClipNorm: 0.05 }, {}],
  ["clipping that does not bite", { gradientClipNorm: 1e6 }, {}],
  ["soft target update", { targetUpdate: { tau: 0.3 } }, {}],
  ["averaged weights", { averageRate: 0.2 }, {}],
  ["hard target update", { targetUpdate: { every: 2 } }, {}],
];

for (const [what, options, { dueling = false }] of OPTIONS) {
  Deno.test(`GraphLearner.update() equals the paper's formula: ${what}`, async () => {
    const config = { ...CONFIG, ...options };
    const network = smallNetwork(dueling);
    const random = new Random(7);
    using learner = createGraphLearner(
      network,
      config,
      randomWeights(network, random),
    );
    // Online and target weights that differ tell double from single.
    const start = await learner.getState();
    start.target = randomWeights(network, random);
    await learner.setState(start);
    let expected = await learner.getState();
    for (const rate of [0.01, 0.005, 0.02]) {
      fillBatch(learner.batch, random, network.actions);
      learner.batch.weights.forEach((_, i, weights) => {
        weights[i] = 0.2 + random.uniform();
      });
      const oracle = oracleUpdate(
        network,
        config,
        expected,
        learner.batch,
        rate,
      );
      const result = await learner.update(rate);
      assertClose([result.loss], [oracle.loss], "loss");
      assertClose([result.meanQ], [oracle.meanQ], "mean Q");
      assertClose(result.tdErrors, oracle.tdErrors, "TD errors");
      expected = oracle.state;
    }
    const state = await learner.getState();
    assertEquals(state.updates, 3);
    assertEquals(learner.updates, 3);
    for (
      const set of [
        "online",
        "target",
        "average",
        "firstMoments",
        "secondMoments",
      ] as const
    ) {
      assertEquals(state[set] === undefined, expected[set] === undefined, set);
      expected[set]?.forEach(({ name, shape, data }, i) => {
        const tensor = state[set]![i]!;
        assertEquals([tensor.name, tensor.shape], [name, shape]);
        assertClose(tensor.data, data, `${set} ${name}`);
      });
    }
  });
}

Deno.test("GraphLearner.qValues() equals the network in plain numbers", async () => {
  const network = smallNetwork(true);
  const random = new Random(3);
  const config = { ...CONFIG, averageRate: 0.1 };
  const weights = randomWeights(network, random);
  using learner = createGraphLearner(network, config, weights);
  fillBatch(learner.batch, random, network.actions);
  await learner.update(0.05);
  const { online, average } = await learner.getState();
  const observations = learner.batch.observations.slice();
  for (const count of [1, 3, 5, 2]) {
    assertClose(
      await learner.qValues(observations, count),
      oracleQValues(network, online, observations, count),
      "online",
    );
    assertClose(
      await learner.qValues(observations, count, "evaluation"),
      oracleQValues(network, average!, observations, count),
      "evaluation",
    );
  }
});

Deno.test("GraphLearner evaluates with the online weights where no average is kept", async () => {
  const network = smallNetwork();
  const random = new Random(3);
  using learner = createGraphLearner(
    network,
    CONFIG,
    randomWeights(network, random),
  );
  fillBatch(learner.batch, random, network.actions);
  await learner.update(0.05);
  const { observations } = learner.batch;
  assertEquals(
    await learner.qValues(observations, 4, "evaluation"),
    await learner.qValues(observations, 4),
  );
});

Deno.test("GraphLearner copies the target network after every third update, not before", async () => {
  const network = smallNetwork();
  const random = new Random(5);
  const config = { ...CONFIG, targetUpdate: { every: 3 } };
  using learner = createGraphLearner(
    network,
    config,
    randomWeights(network, random),
  );
  const first = await learner.getState();
  let copied = first.online;
  for (let update = 1; update <= 7; update++) {
    fillBatch(learner.batch, random, network.actions);
    await learner.update(0.01);
    const { online, target } = await learner.getState();
    if (update % 3 === 0) copied = online;
    assertEquals(target, copied, `after update ${update}`);
    if (update % 3 !== 0) assertNotEquals(target, online);
  }
});

/** Some updates of the tutorial's network on batches that a seed gives. */
async function train(learner: Learner, updates: number): Promise<number[]> {
  const random = new Random(11);
  const losses: number[] = [];
  for (let i = 0; i < updates; i++) {
    if (i % 50 === 0) fillBatch(learner.batch, random, 2);
    learner.batch.actions.forEach((_, k, actions) => {
      actions[k] = random.integer(2);
    });
    losses.push((await learner.update(1e-4)).loss);
  }
  return losses;
}

const REAL: LearnerConfig = {
  ...CONFIG,
  batchSize: 32,
  averageRate: 0.01,
  targetUpdate: { every: 50 },
};
const tutorial = resolveNetwork({ layers: "tutorial", dueling: false }, 2);

Deno.test("GraphLearner repeats 200 updates of the tutorial's network bit for bit on two threads", async () => {
  const weights = initialWeights(tutorial, new Random(1));
  using one = createGraphLearner(tutorial, REAL, weights);
  using two = createGraphLearner(tutorial, REAL, weights);
  const losses = await Promise.all([train(one, 200), train(two, 200)]);
  assertEquals(losses[0], losses[1]);
  assertEquals(await one.getState(), await two.getState());
});

Deno.test("GraphLearner.setState() continues as if it had never stopped", async () => {
  const network = smallNetwork();
  const config = {
    ...CONFIG,
    averageRate: 0.1,
    targetUpdate: { every: 4 },
  };
  const weights = randomWeights(network, new Random(1));
  using whole = createGraphLearner(network, config, weights);
  using stopped = createGraphLearner(network, config, weights);
  using resumed = createGraphLearner(
    network,
    config,
    randomWeights(network, new Random(2)),
  );
  const random = new Random(9);
  const step = async (learner: Learner, seed: Random) => {
    fillBatch(learner.batch, seed, network.actions);
    return await learner.update(0.01);
  };
  const sameRandom = new Random(9);
  for (let i = 0; i < 3; i++) {
    await step(whole, random);
    await step(stopped, sameRandom);
  }
  await resumed.setState(await stopped.getState());
  assertEquals(resumed.updates, 3);
  for (let i = 0; i < 6; i++) {
    assertEquals(await step(resumed, sameRandom), await step(whole, random));
  }
  assertEquals(await resumed.getState(), await whole.getState());
});

Deno.test("GraphLearner.getState() is a copy that later updates do not touch", async () => {
  const network = smallNetwork();
  using learner = createGraphLearner(
    network,
    CONFIG,
    randomWeights(network, new Random(1)),
  );
  fillBatch(learner.batch, new Random(1), network.actions);
  const state = await learner.getState();
  const before = structuredClone(state);
  await learner.setState(state);
  await learner.update(0.01);
  assertEquals(state, before);
  assertNotEquals((await learner.getState()).online, before.online);
});

Deno.test("GraphLearner.setState() refuses another network's weights and keeps its own", async () => {
  const weights = randomWeights(smallNetwork(), new Random(1));
  using learner = createGraphLearner(smallNetwork(), CONFIG, weights);
  using other = createGraphLearner(
    smallNetwork(true),
    CONFIG,
    randomWeights(smallNetwork(true), new Random(1)),
  );
  const wrong = await other.getState();
  await assertRejects(
    () => learner.setState(wrong),
    CheckpointError,
    "expected output/kernel [5, 3], but found value/kernel [5, 1]",
  );
  const own = await learner.getState();
  await assertRejects(
    () => learner.setState({ ...own, secondMoments: wrong.secondMoments }),
    CheckpointError,
    "secondMoments",
  );
  assertEquals((await learner.getState()).online, weights);
});

Deno.test("createGraphLearner() refuses weights that do not fit", () => {
  const weights = randomWeights(smallNetwork(), new Random(1));
  assertThrows(
    () => createGraphLearner(smallNetwork(), CONFIG, weights.slice(1)),
    CheckpointError,
    "expected conv1/kernel [3, 3, 2, 3], but found conv1/bias [3]",
  );
  const short = [{ ...weights[0]!, data: new Float32Array(3) }];
  assertThrows(
    () =>
      createGraphLearner(smallNetwork(), CONFIG, [
        ...short,
        ...weights.slice(1),
      ]),
    CheckpointError,
    "conv1/kernel has 3 numbers",
  );
});

Deno.test("GraphLearner.update() says at which update the loss stopped being finite", async () => {
  const network = smallNetwork();
  using learner = createGraphLearner(
    network,
    CONFIG,
    randomWeights(network, new Random(1)),
  );
  fillBatch(learner.batch, new Random(1), network.actions);
  await learner.update(0.01);
  learner.batch.returns[2] = NaN;
  const error = await assertRejects(
    () => learner.update(0.01),
    DivergedError,
    "update 2 is NaN",
  );
  assert(error.message.includes("learner.learningRate"));
  assertEquals(learner.updates, 1);
});

Deno.test("GraphLearner.qValues() refuses fewer observations than asked for", async () => {
  const network = smallNetwork();
  using learner = createGraphLearner(
    network,
    CONFIG,
    randomWeights(network, new Random(1)),
  );
  for (const count of [2, 0, 1.5]) {
    await assertRejects(
      () => learner.qValues(new Uint8Array(72), count),
      RangeError,
      "72 bytes",
    );
  }
});

Deno.test("createGraphLearner() runs on the GPU that is asked for, or says that there is none", () => {
  const gpu = listDevices().find(({ type }) => type === "GPU");
  const network = smallNetwork();
  const create = () =>
    createGraphLearner(
      network,
      { ...CONFIG, device: "gpu" },
      randomWeights(network, new Random(1)),
    );
  if (gpu) {
    using learner = create();
    assertEquals(learner.device, gpu.description);
  } else {
    assertThrows(create, TensorFlowNotFoundError, "finds no GPU");
  }
});

Deno.test("GraphLearner may be disposed of during an update", async () => {
  const network = smallNetwork();
  const learner = createGraphLearner(
    network,
    CONFIG,
    randomWeights(network, new Random(1)),
  );
  fillBatch(learner.batch, new Random(1), network.actions);
  const update = learner.update(0.01);
  learner[Symbol.dispose]();
  learner[Symbol.dispose]();
  assert(Number.isFinite((await update).loss));
  await assertRejects(() => learner.update(0.01), Error, "disposed of");
});
