import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { LearnerConfig } from "../../lib/config/mod.ts";
import { Random } from "../../lib/random.ts";
import {
  fillBatch,
  learnerOf,
  randomWeights,
  type Shape,
  TINY,
  tinyNetwork,
} from "./fixtures.ts";
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

const OPTIONS: [string, Partial<LearnerConfig>, Shape][] = [
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
  ["a teacher", { teacher: "x", temperature: 0.4 }, {}],
  ["two members with a teacher, squared", {
    ...{ teacher: "x", temperature: 1, loss: "mse" },
  }, { members: 2 }],
];

for (const [what, options, shape] of OPTIONS) {
  Deno.test(`Learner.update() equals the paper's formula: ${what}`, async () => {
    const config = { ...TINY, ...options };
    const network = tinyNetwork(shape);
    const random = new Random(7);
    const weights = randomWeights(network, random);
    using learner = await learnerOf(network, config, weights);
    // Online and target weights that differ tell double from single.
    const start = await learner.getState();
    start.sets.target = randomWeights(network, random);
    await learner.setState(start);
    let expected = await learner.getState();
    for (const rate of [0.01, 0.005, 0.02]) {
      fillBatch(learner.batch, network.actions, random);
      const { batch } = learner;
      const oracle = oracleUpdate(network, config, expected, batch, rate);
      const result = await learner.update(rate);
      assertClose([result.loss], [oracle.loss], "loss");
      assertClose([result.meanQ], [oracle.meanQ], "mean Q");
      assertClose(result.tdErrors, oracle.tdErrors, "TD errors");
      expected = oracle.state;
    }
    const state = await learner.getState();
    assertEquals(state.updates, 3);
    assertEquals(learner.updates, 3);
    assertEquals(Object.keys(state.sets), Object.keys(expected.sets));
    for (const [set, wanted] of Object.entries(expected.sets)) {
      const found = state.sets[set as keyof typeof state.sets]!;
      assertEquals(found.length, wanted.length, set);
      wanted.forEach(({ name, shape, data }, i) => {
        const tensor = found[i]!;
        assertEquals([tensor.name, tensor.shape], [name, shape]);
        assertClose(tensor.data, data, `${set} ${name}`);
      });
    }
  });
}

Deno.test("Learner.qValues() equals the network in plain numbers", async () => {
  const network = tinyNetwork({ dueling: true });
  const random = new Random(3);
  const config = { ...TINY, averageRate: 0.1 };
  const weights = randomWeights(network, random);
  using learner = await learnerOf(network, config, weights);
  fillBatch(learner.batch, network.actions, random);
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
