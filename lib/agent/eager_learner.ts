import type { LearnerConfig } from "../config/mod.ts";
import { OBSERVATION_BYTES } from "../constants.ts";
import { loadTfjsNode, type TfjsNode } from "../tensorflow/mod.ts";
import { newBatch } from "./batch.ts";
import {
  type LearnerModels,
  type Model,
  pixels,
  qValues,
  update,
  type Variable,
} from "./eager_update.ts";
import { encodeModel, outputLayer } from "./model_format.ts";
import { checkWeights, type Network } from "./network.ts";
import type {
  Batch,
  Learner,
  LearnerState,
  NamedTensor,
  UpdateResult,
  WeightSet,
} from "./types.ts";

/**
 * A learner on TensorFlow.js's layers; eager_update.ts is what it does.
 *
 * @param network the Q-network
 * @param config how it learns
 * @param initial the weights to start from
 * @throws CheckpointError if `initial` does not fit the network
 * @throws TensorFlowNotFoundError if there is no TensorFlow, or no GPU where
 * the config asks for one
 */
export async function createEagerLearner(
  network: Network,
  config: LearnerConfig,
  initial: readonly NamedTensor[],
): Promise<Learner> {
  const { tf, device } = await loadTfjsNode(config);
  const model = () => loadModel(tf, network, initial);
  const zeros = () =>
    initial.map(({ shape }) => tf.tidy(() => tf.variable(tf.zeros(shape))));
  return new EagerLearner(tf, device, network, config, {
    online: await model(),
    target: await model(),
    ...(config.averageRate > 0 && { average: await model() }),
    firstMoments: zeros(),
    secondMoments: zeros(),
  });
}

/** What a learner remembers beside the number of updates. */
type WeightsOf = Exclude<keyof LearnerState, "updates">;

class EagerLearner implements Learner {
  readonly engine = "eager";
  readonly device: string;
  readonly batch: Batch;
  #updates = 0;

  readonly #tf: TfjsNode;
  readonly #network: Network;
  readonly #config: LearnerConfig;
  readonly #models: LearnerModels;
  readonly #variables: Map<WeightsOf, Variable[]>;

  constructor(
    tf: TfjsNode,
    device: string,
    network: Network,
    config: LearnerConfig,
    models: LearnerModels,
  ) {
    this.#tf = tf;
    this.device = device;
    this.#network = network;
    this.#config = config;
    this.#models = models;
    this.batch = newBatch(config.batchSize);
    this.#variables = new Map([
      ["online", models.online.weights],
      ["target", models.target.weights],
      ["firstMoments", models.firstMoments],
      ["secondMoments", models.secondMoments],
    ]);
    if (models.average) this.#variables.set("average", models.average.weights);
  }

  get updates(): number {
    return this.#updates;
  }

  // deno-lint-ignore require-await
  async update(learningRate: number): Promise<UpdateResult> {
    const t = this.#updates + 1;
    const result = this.#tf.tidy(() => ({
      ...update(
        this.#tf,
        this.#models,
        this.#config,
        this.batch,
        learningRate,
        t,
      ),
    }));
    this.#updates = t;
    return result;
  }

  // deno-lint-ignore require-await
  async qValues(
    observations: Uint8Array,
    count: number,
    weights: WeightSet = "online",
  ): Promise<Float32Array> {
    const bytes = count * OBSERVATION_BYTES;
    if (!Number.isInteger(count) || count < 1 || observations.length < bytes) {
      throw new RangeError(
        `Expected ${count} observations of ${OBSERVATION_BYTES} bytes, ` +
          `but got ${observations.length} bytes`,
      );
    }
    const { online, average = online } = this.#models;
    const model = weights === "evaluation" ? average : online;
    return this.#tf.tidy(() =>
      qValues(
        this.#tf,
        model,
        pixels(this.#tf, observations.subarray(0, bytes), count),
      ).mean(0).dataSync<"float32">()
    );
  }

  // deno-lint-ignore require-await
  async getState(): Promise<LearnerState> {
    const tensors = (variables: Variable[]) =>
      this.#network.weights.map(({ name, shape }, i): NamedTensor => ({
        name,
        shape: [...shape],
        data: variables[i]!.dataSync<"float32">(),
      }));
    const sets = [...this.#variables].map(([set, variables]) => [
      set,
      tensors(variables),
    ]);
    return { updates: this.#updates, ...Object.fromEntries(sets) };
  }

  // deno-lint-ignore require-await
  async setState(state: LearnerState): Promise<void> {
    const values = (set: WeightsOf) => state[set] ?? state.online;
    for (const set of this.#variables.keys()) {
      checkWeights(this.#network, values(set), `checkpoint's ${set} weights`);
    }
    this.#tf.tidy(() => {
      for (const [set, variables] of this.#variables) {
        values(set).forEach(({ data, shape }, i) =>
          variables[i]!.assign(this.#tf.tensor(data, shape))
        );
      }
    });
    this.#updates = state.updates;
  }

  /** Frees the native memory. */
  [Symbol.dispose](): void {
    const { online, target, average, firstMoments, secondMoments } =
      this.#models;
    for (const model of [online, target, average]) model?.layers.dispose();
    this.#tf.dispose([firstMoments, secondMoments]);
  }
}

/**
 * Builds the layers from the same description that saved models have, with one
 * output per member in place of their mean.
 */
async function loadModel(
  tf: TfjsNode,
  network: Network,
  initial: readonly NamedTensor[],
): Promise<Model> {
  const files = encodeModel(network, initial);
  const { modelTopology, weightsManifest } = JSON.parse(files.model);
  modelTopology.config.output_layers = network.members
    .map((member) => [outputLayer(member), 0, 0]);
  const layers = await tf.loadLayersModel(tf.io.fromMemory({
    modelTopology,
    weightSpecs: weightsManifest[0].weights,
    weightData: files.weights.buffer,
  }));
  const byName = new Map(
    layers.weights.map((weight) => [weight.originalName, weight]),
  );
  // `read` gives the variable itself; its type says only that it is a tensor.
  const weights = network.weights.map(({ name }) =>
    byName.get(name)!.read() as Variable
  );
  return { layers, weights };
}
