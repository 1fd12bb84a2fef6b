/** What the tests of the agent share: small networks, learners and batches. */
import {
  createLearner,
  initialState,
  initialWeights,
  type Learner,
  type NamedTensor,
  type Network,
  resolveNetwork,
} from "../../lib/agent/mod.ts";
import {
  type LearnerConfig,
  loadConfig,
  type NetworkConfig,
} from "../../lib/config/mod.ts";
import { OBSERVATION_BYTES } from "../../lib/constants.ts";
import { Random } from "../../lib/random.ts";

const DEFAULTS = await loadConfig(undefined, ["learner.device=cpu"]);

export const LEARNER: LearnerConfig = {
  ...DEFAULTS.learner,
  batchSize: 8,
  doubleQ: false,
  learningRate: 1e-4,
  targetUpdate: { every: 8 },
  averageRate: 0,
};

/** Adam's epsilon is large so that tiny gradients do not decide. */
export const TINY: LearnerConfig = {
  ...LEARNER,
  threads: 2,
  batchSize: 5,
  doubleQ: true,
  adamEpsilon: 1e-3,
  targetUpdate: { every: 1000 },
};

/** How a network differs from a single one with a plain head. */
export type Shape = Partial<Pick<NetworkConfig, "dueling" | "members">>;

export function networkOf(
  layers: NetworkConfig["layers"],
  actions = 2,
  { dueling = false, members = 1 }: Shape = {},
): Network {
  return resolveNetwork({ layers, dueling, members }, actions);
}

/** Small enough for hundreds of updates; has every kind of layer. */
export const smallNetwork = (shape?: Shape): Network =>
  networkOf(
    [
      {
        ...{ type: "conv2d", filters: 8, kernel: 8, stride: 4 },
        ...{ padding: "same", pool: 2 },
      },
      { type: "conv2d", filters: 8, kernel: 4, stride: 2, padding: "valid" },
      { type: "dense", units: 32 },
    ],
    3,
    shape,
  );

/** Small enough for the oracle: 6x6x2 in, 3 actions. */
export const tinyNetwork = (
  { dueling = false, members = 1 }: Shape = {},
): Network =>
  resolveNetwork(
    {
      layers: [
        {
          ...{ type: "conv2d", filters: 3, kernel: 3, stride: 1 },
          ...{ padding: "same", pool: 2 },
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

/** Weights with biases that are not zero, so that every one of them counts. */
export function randomWeights(network: Network, random: Random): NamedTensor[] {
  return initialWeights(network, random).map((tensor) => ({
    ...tensor,
    data: tensor.data.map((w) => w + 0.1 * random.normal()),
  }));
}

/** @param weights absent: those that it starts with by itself */
export async function learnerOf(
  network: Network,
  config: LearnerConfig,
  weights?: NamedTensor[],
): Promise<Learner> {
  const learner = await createLearner(
    { ...DEFAULTS, learner: config },
    network,
    new Random(1),
  );
  if (weights) await learner.setState(initialState(weights));
  return learner;
}

/** One learner of each engine, with the same weights. */
export async function bothLearners(
  network: Network,
  config: LearnerConfig,
): Promise<[Learner, Learner]> {
  return [
    await learnerOf(network, { ...config, engine: "graph" }),
    await learnerOf(network, { ...config, engine: "eager" }),
  ];
}

/** A learner of the tiny network. */
export function tinyLearner(
  options: Partial<LearnerConfig> = {},
  seed = 1,
): Promise<Learner> {
  const network = tinyNetwork();
  const weights = randomWeights(network, new Random(seed));
  return learnerOf(network, { ...TINY, ...options }, weights);
}

/** Pixels as sparse as the game's: one in eight is ink. */
const noise = ((random) =>
  Uint8Array.from(
    { length: 16 * OBSERVATION_BYTES },
    () => random.integer(8) === 0 ? 172 : 0,
  ))(new Random(1234));

/** Fills a batch with random transitions; one in five is an episode's end. */
export function fillBatch(
  batch: Learner["batch"],
  actions: number,
  random: Random,
): void {
  for (const pixels of [batch.observations, batch.nextObservations]) {
    const size = pixels.length / batch.size;
    for (let i = 0; i < pixels.length; i += size) {
      const start = random.integer(15 * OBSERVATION_BYTES);
      pixels.set(noise.subarray(start, start + size), i);
    }
    // The oracle's gradients need pixels of which no two are alike.
    if (size < OBSERVATION_BYTES) {
      pixels.forEach((_, i) => pixels[i] = random.integer(256));
    }
  }
  for (let i = 0; i < batch.size; i++) {
    batch.actions[i] = random.integer(actions);
    // Both sides of Huber's threshold.
    batch.returns[i] = 2 * random.normal();
    batch.discounts[i] = random.integer(5) === 0 ? 0 : 0.97 ** 3;
    batch.weights[i] = 1 - random.uniform() / 2;
  }
  batch.teacherQ?.forEach((_, i, q) => q[i] = 2 * random.normal());
}

export function copyBatch(
  { size: _, ...from }: Learner["batch"],
  to: Learner["batch"],
): void {
  Object.entries(from).forEach(([name, values]) =>
    to[name as keyof typeof from]!.set(values)
  );
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
