import { assertAlmostEquals, assertEquals } from "@std/assert";
import { createGraphLearner } from "../../lib/agent/graph_learner.ts";
import { SET_NAMES } from "../../lib/agent/weight_sets.ts";
import type { LearnerConfig } from "../../lib/config/mod.ts";
import { Random } from "../../lib/random.ts";
import {
  CONFIG,
  fillBatch,
  randomWeights,
  tinyNetwork,
} from "./tiny_learner.ts";
import { oracleQValues, oracleUpdate } from "./update_oracle.ts";

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

const OPTIONS: [
  string,
  Partial<LearnerConfig>,
  { dueling?: boolean; members?: number },
][] = [
  ["double DQN with Huber's loss", {}, {}],
  ["single DQN", { doubleQ: false }, {}],
  ["squared loss", { loss: "mse" }, {}],
  ["dueling network", {}, { dueling: true }],
  ["dueling, single, squared", { doubleQ: false, loss: "mse" }, {
    dueling: true,
  }],
  ["three members", {}, { members: 3 }],
  ["two dueling members, squared", { loss: "mse" }, {
    dueling: true,
    members: 2,
  }],
  ["clipped gradients", { gradientClipNorm: 0.05 }, {}],
  ["two members, each clipped by its own norm", { gradientClipNorm: 0.05 }, {
    members: 2,
  }],
  ["clipping that does not bite", { gradientClipNorm: 1e6 }, {}],
  ["soft target update", { targetUpdate: { tau: 0.3 } }, {}],
  ["averaged weights", { averageRate: 0.2 }, {}],
  ["hard target update", { targetUpdate: { every: 2 } }, {}],
];

for (const [what, options, { dueling, members }] of OPTIONS) {
  Deno.test(`GraphLearner.update() equals the paper's formula: ${what}`, async () => {
    const config = { ...CONFIG, ...options };
    const network = tinyNetwork(dueling, members);
    const random = new Random(7);
    using learner = createGraphLearner(
      network,
      config,
      randomWeights(network, random),
    );
    // Online and target weights that differ tell double from single.
    const start = await learner.getState();
    start.sets.target = randomWeights(network, random);
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
    for (const set of SET_NAMES) {
      const [found, wanted] = [state.sets[set], expected.sets[set]];
      assertEquals(found?.length, wanted?.length, set);
      wanted?.forEach(({ name, shape, data }, i) => {
        const tensor = found![i]!;
        assertEquals([tensor.name, tensor.shape], [name, shape]);
        assertClose(tensor.data, data, `${set} ${name}`);
      });
    }
  });
}

Deno.test("GraphLearner.qValues() equals the network in plain numbers", async () => {
  const network = tinyNetwork(true);
  const random = new Random(3);
  const config = { ...CONFIG, averageRate: 0.1 };
  const weights = randomWeights(network, random);
  using learner = createGraphLearner(network, config, weights);
  fillBatch(learner.batch, random, network.actions);
  await learner.update(0.05);
  const { online, average } = (await learner.getState()).sets;
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
