/** What the tests of both engines share. */
import { createEagerLearner } from "../../lib/agent/eager_learner.ts";
import { createGraphLearner } from "../../lib/agent/graph_learner.ts";
import { initialWeights } from "../../lib/agent/initialise.ts";
import { type Network, resolveNetwork } from "../../lib/agent/network.ts";
import type { Batch, Learner, NamedTensor } from "../../lib/agent/types.ts";
import type { LearnerConfig, NetworkConfig } from "../../lib/config/mod.ts";
import { OBSERVATION_BYTES } from "../../lib/constants.ts";
import { Random } from "../../lib/random.ts";

/** Small enough for hundreds of updates; has every kind of layer. */
export const SMALL_LAYERS: NetworkConfig["layers"] = [
  {
    type: "conv2d",
    filters: 8,
    kernel: 8,
    stride: 4,
    padding: "same",
    pool: 2,
  },
  { type: "conv2d", filters: 8, kernel: 4, stride: 2, padding: "valid" },
  { type: "dense", units: 32 },
];

export const LEARNER: LearnerConfig = {
  engine: "graph",
  device: "cpu",
  threads: null,
  batchSize: 8,
  discount: 0.97,
  nStep: 3,
  doubleQ: false,
  loss: "huber",
  gradientClipNorm: null,
  learningRate: 1e-4,
  finalLearningRate: 1e-4,
  learningRateSteps: 1,
  adamEpsilon: 1e-5,
  targetUpdate: { every: 8 },
  averageRate: 0,
};

export function smallNetwork(
  { dueling = false, members = 1 } = {},
  actions = 3,
): Network {
  return resolveNetwork({ layers: SMALL_LAYERS, dueling, members }, actions);
}

/** One learner of each engine, with the same weights. */
export async function bothLearners(
  network: Network,
  config: LearnerConfig,
  seed = 1,
): Promise<[Learner, Learner]> {
  const weights = initialWeights(network, new Random(seed));
  return [
    createGraphLearner(network, config, weights),
    await createEagerLearner(network, config, weights),
  ];
}

/** Pixels as sparse as the game's: one in eight is ink. */
const noise = ((random) =>
  Uint8Array.from(
    { length: 16 * OBSERVATION_BYTES },
    () => random.integer(8) === 0 ? 172 : 0,
  ))(new Random(1234));

function fillPixels(pixels: Uint8Array, random: Random): void {
  for (let i = 0; i < pixels.length; i += OBSERVATION_BYTES) {
    const start = random.integer(15 * OBSERVATION_BYTES);
    pixels.set(noise.subarray(start, start + OBSERVATION_BYTES), i);
  }
}

/** Fills a batch with random transitions; one in five is an episode's end. */
export function fillBatch(batch: Batch, actions: number, random: Random): void {
  fillPixels(batch.observations, random);
  fillPixels(batch.nextObservations, random);
  for (let i = 0; i < batch.size; i++) {
    batch.actions[i] = random.integer(actions);
    batch.returns[i] = random.normal();
    batch.discounts[i] = random.integer(5) === 0 ? 0 : 0.97 ** 3;
    batch.weights[i] = 1 - random.uniform() / 2;
  }
}

export function copyBatch(from: Batch, to: Batch): void {
  to.observations.set(from.observations);
  to.nextObservations.set(from.nextObservations);
  to.actions.set(from.actions);
  to.returns.set(from.returns);
  to.discounts.set(from.discounts);
  to.weights.set(from.weights);
}

/** The distance of two tensors, as a share of the first one's length. */
export function relativeDistance(a: NamedTensor, b: NamedTensor): number {
  let distance = 0;
  let length = 0;
  a.data.forEach((x, i) => {
    distance += (x - b.data[i]!) ** 2;
    length += x * x;
  });
  return distance === 0 ? 0 : Math.sqrt(distance / length);
}
