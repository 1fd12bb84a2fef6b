import type { LayersModel } from "@tensorflow/tfjs-node-gpu";
import type { LearnerConfig } from "../config/mod.ts";
import {
  loadTfjsNode,
  type TfjsNode,
  type Threads,
} from "../tensorflow/mod.ts";
import { newBatch } from "./batch.ts";
import { checkObservations } from "./checks.ts";
import { pixels, qValues, update, type Variable } from "./eager_update.ts";
import { fittingSets } from "./learner_state.ts";
import { encodeModel, outputLayer } from "./model_format.ts";
import type { Network } from "./network.ts";
import type {
  Batch,
  Learner,
  LearnerState,
  NamedTensor,
  Player,
  UpdateResult,
  WeightSet,
} from "./types.ts";
import {
  eachSet,
  SET_NAMES,
  type SetName,
  type WeightSets,
} from "./weight_sets.ts";

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
  const { tf, ...place } = await loadTfjsNode(config);
  const model = () => loadModel(tf, network, initial);
  const zeros = () =>
    initial.map(({ shape }) => tf.tidy(() => tf.variable(tf.zeros(shape))));
  const layers: Layers = {
    online: await model(),
    target: await model(),
    ...(config.averageRate > 0 && { average: await model() }),
  };
  const ofSets: Partial<Record<SetName, LayersModel>> = layers;
  const sets = eachSet(config, (set) => {
    const model = ofSets[set];
    return model ? variablesOf(model, network) : zeros();
  });
  return new EagerLearner(tf, place, network, config, layers, sets);
}

/**
 * A player on TensorFlow.js's layers.
 *
 * @throws as {@linkcode createEagerLearner} does
 */
export async function createEagerPlayer(
  network: Network,
  weights: readonly NamedTensor[],
  device: LearnerConfig["device"],
): Promise<Player> {
  const loaded = await loadTfjsNode({ device, threads: 1 });
  const layers = await loadModel(loaded.tf, network, weights);
  return {
    engine: "eager",
    device: loaded.device,
    qValues: (observations, count) =>
      Promise.resolve(
        answer(loaded.tf, layers, network, observations, count),
      ),
    [Symbol.dispose]: () => layers.dispose(),
  };
}

/** The sets of weights that networks have, as those networks. */
type Layers = Pick<WeightSets<LayersModel>, "online" | "target" | "average">;

class EagerLearner implements Learner {
  readonly engine = "eager";
  readonly precision = "float32";
  readonly device: string;
  readonly threads: Threads;
  readonly batch: Batch;
  readonly batches: readonly Batch[];
  #updates = 0;

  readonly #tf: TfjsNode;
  readonly #network: Network;
  readonly #config: LearnerConfig;
  readonly #layers: Layers;
  readonly #sets: WeightSets<Variable[]>;

  constructor(
    tf: TfjsNode,
    { device, threads }: Pick<Learner, "device" | "threads">,
    network: Network,
    config: LearnerConfig,
    layers: Layers,
    sets: WeightSets<Variable[]>,
  ) {
    this.#tf = tf;
    this.device = device;
    this.threads = threads;
    this.#network = network;
    this.#config = config;
    this.#layers = layers;
    this.#sets = sets;
    const taught = config.teacher === null ? 0 : network.actions;
    this.batches = Array.from(
      { length: config.updatesPerRun },
      () => newBatch(config.batchSize, taught),
    );
    this.batch = this.batches[0]!;
  }

  get updates(): number {
    return this.#updates;
  }

  // deno-lint-ignore require-await
  async update(learningRate: number): Promise<UpdateResult> {
    return this.#update(this.batch, learningRate);
  }

  // deno-lint-ignore require-await
  async updateAll(learningRate: number): Promise<UpdateResult[]> {
    return this.batches.map((batch) => this.#update(batch, learningRate));
  }

  #update(batch: Batch, learningRate: number): UpdateResult {
    const t = this.#updates + 1;
    const result = this.#tf.tidy(() => ({
      ...update(
        this.#tf,
        { layers: this.#layers, sets: this.#sets },
        this.#config,
        batch,
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
    const { online, average = online } = this.#layers;
    const layers = weights === "evaluation" ? average : online;
    return answer(this.#tf, layers, this.#network, observations, count);
  }

  // deno-lint-ignore require-await
  async getState(): Promise<LearnerState> {
    const sets = eachSet(
      this.#config,
      (set) =>
        this.#network.weights.map(({ name, shape }, i): NamedTensor => ({
          name,
          shape: [...shape],
          data: this.#sets[set]![i]!.dataSync<"float32">(),
        })),
    );
    return { updates: this.#updates, sets };
  }

  // deno-lint-ignore require-await
  async setState(state: LearnerState): Promise<void> {
    const sets = fittingSets(this.#network, this.#config, state);
    this.#tf.tidy(() => {
      for (const set of SET_NAMES) {
        sets[set]?.forEach(({ data, shape }, i) =>
          this.#sets[set]![i]!.assign(this.#tf.tensor(data, shape))
        );
      }
    });
    this.#updates = state.updates;
  }

  /** Frees the native memory. */
  [Symbol.dispose](): void {
    const { firstMoments, secondMoments } = this.#sets;
    for (const layers of Object.values(this.#layers)) layers.dispose();
    this.#tf.dispose([firstMoments, secondMoments]);
  }
}

/** Q-values, as `Player.qValues` gives them. */
function answer(
  tf: TfjsNode,
  layers: LayersModel,
  { inputShape }: Network,
  observations: Uint8Array,
  count: number,
): Float32Array {
  const seen = checkObservations(observations, count, inputShape);
  return tf.tidy(() =>
    qValues(tf, layers, pixels(tf, seen, count)).mean(0).dataSync<"float32">()
  );
}

/**
 * Builds the layers from the same description that saved models have, with one
 * output per member in place of their mean.
 */
async function loadModel(
  tf: TfjsNode,
  network: Network,
  initial: readonly NamedTensor[],
): Promise<LayersModel> {
  const files = encodeModel(network, initial);
  const { modelTopology, weightsManifest } = JSON.parse(files.model);
  modelTopology.config.output_layers = network.members
    .map((member) => [outputLayer(member), 0, 0]);
  return await tf.loadLayersModel(tf.io.fromMemory({
    modelTopology,
    weightSpecs: weightsManifest[0].weights,
    weightData: files.weights.buffer,
  }));
}

/** A network's variables, in the order of `network.weights`. */
function variablesOf(layers: LayersModel, { weights }: Network): Variable[] {
  const byName = new Map(
    layers.weights.map((weight) => [weight.originalName, weight]),
  );
  // `read` gives the variable itself; its type says only that it is a tensor.
  return weights.map(({ name }) => byName.get(name)!.read() as Variable);
}
