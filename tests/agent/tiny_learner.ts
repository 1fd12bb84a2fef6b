/** What the tests of the graph learner share. */
import { createGraphLearner } from "../../lib/agent/graph_learner.ts";
import { initialWeights } from "../../lib/agent/initialise.ts";
import { type Network, resolveNetwork } from "../../lib/agent/network.ts";
import type { Batch, Learner, NamedTensor } from "../../lib/agent/types.ts";
import type { LearnerConfig } from "../../lib/config/mod.ts";
import { Random } from "../../lib/random.ts";

/** Defaults of the tests; Adam's epsilon is large so that tiny gradients do not
 * decide. */
export const CONFIG: LearnerConfig = {
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
export function tinyNetwork(dueling = false, members = 1): Network {
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
      members,
    },
    3,
    [6, 6, 2],
  );
}

/** Weights with biases that are not zero, so that every one of them counts. */
export function randomWeights(network: Network, random: Random): NamedTensor[] {
  return initialWeights(network, random).map((tensor) => ({
    ...tensor,
    data: tensor.data.map((w) => w + 0.1 * random.normal()),
  }));
}

export function fillBatch(batch: Batch, random: Random, actions: number): void {
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

/** A graph learner of the tiny network. */
export function tinyLearner(
  options: Partial<LearnerConfig> = {},
  seed = 1,
): Learner {
  const network = tinyNetwork();
  return createGraphLearner(
    network,
    { ...CONFIG, ...options },
    randomWeights(network, new Random(seed)),
  );
}
