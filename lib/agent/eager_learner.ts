/**
 * The Deep Q-Network's update, operation by operation on tfjs-node-gpu, to be
 * read beside algorithm 1 of V. Mnih et al., "Human-level control through deep
 * reinforcement learning", Nature 518, 2015. The graph engine computes the
 * same, faster; tests hold the two together.
 */
import type { LayersModel, Scalar, Tensor } from "@tensorflow/tfjs-node-gpu";
import type { LearnerConfig } from "../config/mod.ts";
import { DivergedError } from "../errors.ts";
import { loadTfjsNode, type TfjsNode } from "../tensorflow/mod.ts";
import { ADAM_BETA1, ADAM_BETA2, adamStep } from "./adam.ts";
import { newBatch } from "./batch.ts";
import { encodeModel } from "./model_format.ts";
import { checkWeights, type Network } from "./network.ts";
import type {
  Batch,
  Learner,
  LearnerState,
  NamedTensor,
  UpdateResult,
  WeightSet,
} from "./types.ts";

/** A network: its layers, and its weights in the order of `network.weights`. */
interface Model {
  layers: LayersModel;
  weights: Variable[];
}
type Variable = ReturnType<TfjsNode["variable"]>;

/**
 * A learner on TensorFlow.js's layers.
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
  const copy = () => loadModel(tf, network, initial);
  return new EagerLearner(tf, device, network, config, {
    online: await copy(),
    target: await copy(),
    ...(config.averageRate > 0 && { average: await copy() }),
  });
}

class EagerLearner implements Learner {
  readonly engine = "eager";
  readonly device: string;
  readonly batch: Batch;
  #updates = 0;

  readonly #tf: TfjsNode;
  readonly #network: Network;
  readonly #config: LearnerConfig;
  /** Q, with weights θ. */
  readonly #online: Model;
  /** Q̂, with weights θ⁻. */
  readonly #target: Model;
  /** With a moving average of θ. */
  readonly #average: Model | undefined;
  /** Adam's m and v. */
  readonly #firstMoments: Variable[];
  readonly #secondMoments: Variable[];

  constructor(
    tf: TfjsNode,
    device: string,
    network: Network,
    config: LearnerConfig,
    models: { online: Model; target: Model; average?: Model },
  ) {
    this.#tf = tf;
    this.device = device;
    this.#network = network;
    this.#config = config;
    this.batch = newBatch(config.batchSize);
    this.#online = models.online;
    this.#target = models.target;
    this.#average = models.average;
    const zeros = () =>
      this.#online.weights.map((w) => tf.variable(tf.zeros(w.shape)));
    this.#firstMoments = zeros();
    this.#secondMoments = zeros();
  }

  get updates(): number {
    return this.#updates;
  }

  // deno-lint-ignore require-await
  async update(learningRate: number): Promise<UpdateResult> {
    return this.#tf.tidy(() => ({ ...this.#update(learningRate) }));
  }

  /** Algorithm 1, from "Set y_j = …" to "Every C steps reset Q̂ = Q". */
  #update(learningRate: number): UpdateResult {
    const tf = this.#tf;
    const { doubleQ, targetUpdate, averageRate } = this.#config;
    const observations = this.#pixels(this.batch.observations);
    const nextObservations = this.#pixels(this.batch.nextObservations);
    const actions = tf.tensor1d(this.batch.actions, "int32");
    const returns = tf.tensor1d(this.batch.returns);
    const discounts = tf.tensor1d(this.batch.discounts);

    // Set y_j = r_j + γ max_a' Q̂(φ_{j+1}, a'; θ⁻), and r_j at an episode's end,
    // where the discount is 0. Double DQN lets θ choose a' (H. van Hasselt, A.
    // Guez, D. Silver, "Deep Reinforcement Learning with Double Q-learning",
    // AAAI 2016, equation 4).
    const nextQ = apply(this.#target, nextObservations);
    const choosing = doubleQ ? apply(this.#online, nextObservations) : nextQ;
    const nextValues = this.#select(nextQ, choosing.argMax(1));
    const targets = returns.add(discounts.mul(nextValues));

    // Perform a gradient descent step on (y_j - Q(φ_j, a_j; θ))² with respect
    // to the network parameters θ.
    let estimates!: Tensor;
    const { value, grads } = tf.variableGrads(() => {
      const q = apply(this.#online, observations);
      estimates = tf.keep(this.#select(q, actions));
      return this.#loss(targets.sub(estimates));
    }, this.#online.weights);
    const result = {
      loss: value.dataSync<"float32">()[0]!,
      meanQ: estimates.mean().dataSync<"float32">()[0]!,
      tdErrors: targets.sub(estimates).dataSync<"float32">(),
    };
    estimates.dispose();
    const number = this.#updates + 1;
    if (!Number.isFinite(result.loss)) {
      throw new DivergedError(
        `The loss of update ${number} is ${result.loss}: training diverged. ` +
          "Continue from a checkpoint with a smaller learner.learningRate, " +
          "or set learner.gradientClipNorm",
      );
    }
    const gradients = this.#online.weights.map(({ name }) => grads[name]!);
    this.#adam(this.#clip(gradients), learningRate, number);
    this.#updates = number;

    // Every C steps reset Q̂ = Q; or move it a little at each.
    if ("tau" in targetUpdate) this.#move(this.#target, targetUpdate.tau);
    else if (number % targetUpdate.every === 0) this.#move(this.#target, 1);
    if (this.#average) this.#move(this.#average, averageRate);
    return result;
  }

  /** [n, 80, 80, 4] of bytes. */
  #pixels(bytes: Uint8Array): Tensor {
    const [height, width, channels] = this.#network.inputShape;
    const shape = [-1, height, width, channels];
    return this.#tf.tensor1d(bytes, "int32").reshape(shape);
  }

  /** [batch, actions], [batch] → [batch]: the value of one action in each row. */
  #select(qValues: Tensor, actions: Tensor): Tensor {
    const chosen = this.#tf.oneHot(actions, this.#network.actions);
    return qValues.mul(chosen).sum(1);
  }

  /** The mean over the batch of weight times Huber's loss, or the square. */
  #loss(tdErrors: Tensor): Scalar {
    const tf = this.#tf;
    const weights = tf.tensor1d(this.batch.weights);
    const size = tdErrors.abs();
    const quadratic = size.minimum(1);
    const losses = this.#config.loss === "mse"
      ? tdErrors.square()
      : quadratic.square().mul(0.5).add(size.sub(quadratic));
    return weights.mul(losses).mean();
  }

  /** Scales the gradients down to the largest global norm allowed. */
  #clip(gradients: Tensor[]): Tensor[] {
    const limit = this.#config.gradientClipNorm;
    if (limit === null) return gradients;
    const squares = gradients.map((gradient) => gradient.square().sum());
    const norm = this.#tf.addN(squares).sqrt();
    const scale = this.#tf.scalar(limit).div(norm).minimum(1);
    return gradients.map((gradient) => gradient.mul(scale));
  }

  /** Adam's step (see adam.ts); `t` counts updates from 1. */
  #adam(gradients: Tensor[], learningRate: number, t: number): void {
    const { adamEpsilon } = this.#config;
    const { stepSize, epsilonHat } = adamStep(learningRate, adamEpsilon, t);
    gradients.forEach((g, i) => {
      const m = this.#firstMoments[i]!;
      const v = this.#secondMoments[i]!;
      const weight = this.#online.weights[i]!;
      m.assign(m.add(g.sub(m).mul(1 - ADAM_BETA1)));
      v.assign(v.add(g.square().sub(v).mul(1 - ADAM_BETA2)));
      const step = m.mul(stepSize).div(v.sqrt().add(epsilonHat));
      weight.assign(weight.sub(step));
    });
  }

  /** θ' ← θ' - rate (θ' - θ); a rate of 1 copies, bit for bit. */
  #move(model: Model, rate: number): void {
    model.weights.forEach((weight, i) => {
      const online = this.#online.weights[i]!;
      weight.assign(
        rate === 1 ? online.clone() : weight.sub(weight.sub(online).mul(rate)),
      );
    });
  }

  // deno-lint-ignore require-await
  async qValues(
    observations: Uint8Array,
    count: number,
    weights: WeightSet = "online",
  ): Promise<Float32Array> {
    const bytes = count * this.#network.inputShape.reduce((a, b) => a * b, 1);
    if (!Number.isInteger(count) || count < 1 || observations.length < bytes) {
      throw new RangeError(
        `Expected ${count} observations of together ${bytes} bytes, ` +
          `but got ${observations.length} bytes`,
      );
    }
    const model = weights === "evaluation" && this.#average || this.#online;
    return this.#tf.tidy(() =>
      apply(model, this.#pixels(observations.subarray(0, bytes)))
        .dataSync<"float32">()
    );
  }

  async getState(): Promise<LearnerState> {
    const read = (variables: Variable[]) =>
      Promise.all(this.#network.weights.map(async ({ name, shape }, i) => ({
        name,
        shape: [...shape],
        data: await variables[i]!.data<"float32">(),
      })));
    return {
      updates: this.#updates,
      online: await read(this.#online.weights),
      target: await read(this.#target.weights),
      ...(this.#average && { average: await read(this.#average.weights) }),
      firstMoments: await read(this.#firstMoments),
      secondMoments: await read(this.#secondMoments),
    };
  }

  // deno-lint-ignore require-await
  async setState(state: LearnerState): Promise<void> {
    const sets: [string, readonly NamedTensor[], Variable[]][] = [
      ["online", state.online, this.#online.weights],
      ["target", state.target, this.#target.weights],
      ["firstMoments", state.firstMoments, this.#firstMoments],
      ["secondMoments", state.secondMoments, this.#secondMoments],
    ];
    if (this.#average) {
      const average = state.average ?? state.online;
      sets.push(["average", average, this.#average.weights]);
    }
    for (const [name, tensors] of sets) {
      checkWeights(this.#network, tensors, `checkpoint's ${name} weights`);
    }
    for (const [, tensors, variables] of sets) {
      this.#tf.tidy(() =>
        tensors.forEach(({ data, shape }, i) =>
          variables[i]!.assign(this.#tf.tensor(data, shape))
        )
      );
    }
    this.#updates = state.updates;
  }

  /** Frees the native memory. */
  [Symbol.dispose](): void {
    this.#online.layers.dispose();
    this.#target.layers.dispose();
    this.#average?.layers.dispose();
    this.#tf.dispose([this.#firstMoments, this.#secondMoments]);
  }
}

/** Q-values [n, actions] of pixels [n, 80, 80, 4]. */
function apply(model: Model, pixels: Tensor): Tensor {
  return model.layers.apply(pixels) as Tensor;
}

/** Builds the layers from the same description that saved models have. */
async function loadModel(
  tf: TfjsNode,
  network: Network,
  initial: readonly NamedTensor[],
): Promise<Model> {
  const files = encodeModel(network, initial);
  const { modelTopology, weightsManifest } = JSON.parse(files.model);
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
