/** Both engines compute the same, whatever the options. */
import { assertEquals, assertLess, assertRejects } from "@std/assert";
import type { LearnerState, Network } from "../../lib/agent/mod.ts";
import type { LearnerConfig } from "../../lib/config/mod.ts";
import { OBSERVATION_BYTES } from "../../lib/constants.ts";
import { CheckpointError, DivergedError } from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import { loadTfjsNode } from "../../lib/tensorflow/mod.ts";
import {
  bothLearners,
  copyBatch,
  fillBatch,
  LEARNER,
  learnerOf,
  networkOf,
  relativeDistance,
  type Shape,
  smallNetwork,
} from "./fixtures.ts";
import { tdTarget } from "./update_oracle.ts";

const OPTIONS: {
  name: string;
  network?: Shape;
  learner?: Partial<LearnerConfig>;
  /** @default 20 */
  updates?: number;
}[] = [
  { name: "Huber's loss, hard target updates" },
  { name: "squared loss", learner: { loss: "mse" } },
  { name: "double DQN", learner: { doubleQ: true } },
  { name: "dueling", network: { dueling: true } },
  { name: "three members", network: { members: 3 } },
  { name: "soft target updates", learner: { targetUpdate: { tau: 0.01 } } },
  { name: "gradient clipping", learner: { gradientClipNorm: 0.1 } },
  { name: "averaged weights", learner: { averageRate: 0.02 } },
  { name: "a teacher", learner: { teacher: "x" } },
  {
    name: "all together",
    updates: 200,
    network: { dueling: true, members: 2 },
    learner: {
      doubleQ: true,
      loss: "mse",
      gradientClipNorm: 0.5,
      targetUpdate: { tau: 0.02 },
      averageRate: 0.01,
    },
  },
];

/** Gives the target network other weights than the online one. */
function withOtherTarget(state: LearnerState): LearnerState {
  const random = new Random(77);
  const target = state.sets.target.map((tensor) => ({
    ...tensor,
    data: tensor.data.map((x) => x + 0.1 * random.normal()),
  }));
  return { ...state, sets: { ...state.sets, target } };
}

async function assertSame(
  network: Network,
  config: LearnerConfig,
  updates: number,
): Promise<void> {
  const [graph, eager] = await bothLearners(network, config);
  using _graph = graph;
  using _eager = eager;
  const start = withOtherTarget(await graph.getState());
  await graph.setState(start);
  await eager.setState(start);
  // A seed with which no unit and no choice stands on its edge.
  const random = new Random(201);
  for (let k = 0; k < updates; k++) {
    fillBatch(graph.batch, network.actions, random);
    copyBatch(graph.batch, eager.batch);
    const learningRate = config.learningRate * (1 - k / 2 / updates);
    const a = await graph.update(learningRate);
    const b = await eager.update(learningRate);
    assertLess(Math.abs(a.loss / b.loss - 1), 1e-4, `loss of update ${k}`);
  }
  const a = await graph.getState();
  const b = await eager.getState();
  assertEquals(a.updates, updates);
  assertEquals(b.updates, updates);
  assertEquals(Object.keys(a.sets), Object.keys(b.sets));
  for (const [set, tensors] of Object.entries(a.sets)) {
    const others = b.sets[set as keyof typeof b.sets]!;
    assertEquals(tensors.length, others.length);
    tensors.forEach((tensor, i) => {
      const distance = relativeDistance(tensor, others[i]!);
      assertLess(distance, 1e-4, `${set} ${tensor.name}`);
    });
  }
  const moved = relativeDistance(start.sets.online[0]!, a.sets.online[0]!);
  assertLess(1e-3, moved, "the weights learned");
}

for (const { name, network, learner, updates = 20 } of OPTIONS) {
  Deno.test(`graph and eager: the same ${updates} updates with ${name}`, () =>
    assertSame(smallNetwork(network), { ...LEARNER, ...learner }, updates));
}

Deno.test("graph and eager: the same 20 updates of the tutorial's network", () =>
  assertSame(networkOf("tutorial"), { ...LEARNER, doubleQ: true }, 20));

for (const doubleQ of [false, true]) {
  const kind = doubleQ ? "double" : "single";
  Deno.test(`graph and eager: TD errors are those of the paper's ${kind} target`, async () => {
    const network = smallNetwork({ dueling: true });
    const config = { ...LEARNER, doubleQ };
    for (const learner of await bothLearners(network, config)) {
      using _ = learner;
      const { batch } = learner;
      const start = withOtherTarget(await learner.getState());
      fillBatch(batch, 3, new Random(5));
      // Terminated, truncated after one and two of three steps, and complete.
      batch.discounts.set([0, 0.97, 0.97 ** 2, 0.97 ** 3]);
      const size = batch.size;
      const { target } = start.sets;
      await learner.setState({
        ...start,
        sets: { ...start.sets, online: target },
      });
      const nextTarget = await learner.qValues(batch.nextObservations, size);
      await learner.setState(start);
      const nextOnline = await learner.qValues(batch.nextObservations, size);
      const now = await learner.qValues(batch.observations, size);

      const { tdErrors, meanQ } = await learner.update(1e-3);
      let chosen = 0;
      for (let i = 0; i < size; i++) {
        const row = (q: Float32Array) => q.subarray(3 * i, 3 * i + 3);
        const target = tdTarget({
          return: batch.returns[i]!,
          discount: batch.discounts[i]!,
          nextTarget: row(nextTarget),
          ...(doubleQ && { nextOnline: row(nextOnline) }),
        });
        const estimate = row(now)[batch.actions[i]!]!;
        assertLess(Math.abs(tdErrors[i]! - (target - estimate)), 1e-5);
        chosen += estimate / size;
      }
      assertLess(Math.abs(meanQ - chosen), 1e-5);
    }
  });
}

Deno.test("graph and eager: a state of one continues in the other, bit for bit", async () => {
  const network = smallNetwork();
  const config = { ...LEARNER, averageRate: 0.1, doubleQ: true };
  for (const swap of [false, true]) {
    const pair = await bothLearners(network, config);
    const [first, second] = swap ? pair.toReversed() : pair;
    using from = first!;
    using to = second!;
    const random = new Random(3);
    for (let k = 0; k < 5; k++) {
      fillBatch(from.batch, 3, random);
      await from.update(1e-3);
    }
    const state = await from.getState();
    await to.setState(state);
    assertEquals(await to.getState(), state);
    assertEquals(to.updates, 5);
    fillBatch(from.batch, 3, random);
    copyBatch(from.batch, to.batch);
    const a = await from.update(1e-3);
    const b = await to.update(1e-3);
    assertLess(Math.abs(a.loss / b.loss - 1), 1e-5);
    const pixels = from.batch.observations;
    const qa = await from.qValues(pixels, 2, "evaluation");
    const qb = await to.qValues(pixels, 2, "evaluation");
    qa.forEach((q, i) => assertLess(Math.abs(q - qb[i]!), 1e-5));
  }
});

Deno.test("graph and eager: a loss that is not finite is an error with its update's number", async () => {
  for (const learner of await bothLearners(smallNetwork(), LEARNER)) {
    using _ = learner;
    fillBatch(learner.batch, 3, new Random(1));
    await learner.update(1e-3);
    learner.batch.returns[2] = NaN;
    await assertRejects(
      () => learner.update(1e-3),
      DivergedError,
      "The loss of update 2 is NaN: training diverged. Continue from a " +
        "checkpoint with a smaller learner.learningRate",
    );
    assertEquals(learner.updates, 1);
  }
});

Deno.test("graph and eager: weights of another network are refused, none is changed", async () => {
  for (const learner of await bothLearners(smallNetwork(), LEARNER)) {
    using _ = learner;
    const before = await learner.getState();
    const [first, ...rest] = before.sets.secondMoments;
    for (
      const [changed, message] of [
        [{ shape: [8, 8, 4, 7] }, "[8, 8, 4, 7]"],
        [{ data: new Float32Array(3) }, "conv1/kernel has 3 numbers"],
      ] as const
    ) {
      const wrong = withOtherTarget(before);
      wrong.sets.secondMoments = [{ ...first!, ...changed } as never, ...rest];
      const set = () => learner.setState(wrong);
      await assertRejects(set, CheckpointError, message);
      assertEquals(await learner.getState(), before);
    }
  }
});

Deno.test("graph and eager: too few observations are refused", async () => {
  for (const learner of await bothLearners(smallNetwork(), LEARNER)) {
    using _ = learner;
    const one = new Uint8Array(OBSERVATION_BYTES);
    assertEquals((await learner.qValues(one, 1)).length, 3);
    for (const count of [2, 0, 1.5]) {
      await assertRejects(
        () => learner.qValues(one, count),
        RangeError,
        `Expected ${count} observations of 25600 bytes, but got 25600 bytes`,
      );
    }
  }
});

Deno.test("eager: a learner frees all of its tensors", async () => {
  const { tf } = await loadTfjsNode(LEARNER);
  const config = { ...LEARNER, engine: "eager" as const, averageRate: 0.1 };
  for (const members of [1, 3]) {
    const network = smallNetwork({ members });
    const before = tf.memory().numTensors;
    for (let i = 0; i < 2; i++) {
      using learner = await learnerOf(network, config);
      fillBatch(learner.batch, 3, new Random(1));
      await learner.update(1e-3);
    }
    assertEquals(tf.memory().numTensors, before);
  }
});
