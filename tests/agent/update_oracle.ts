/**
 * One update of a Deep Q-Network in plain numbers (float64), as slow and as
 * independent of TensorFlow as can be: the network layer by layer, gradients by
 * central differences, Adam by the formula of algorithm 1 of its paper.
 */
import type {
  Learner,
  LearnerState,
  Member,
  NamedTensor,
  Network,
} from "../../lib/agent/mod.ts";
import type { LearnerConfig } from "../../lib/config/mod.ts";

type ResolvedLayer = Member["hidden"][number];

/** What a TD target is made of. */
export interface TdTargetInput {
  /** The n-step return. */
  return: number;
  /** γ^n; 0 where the episode terminated. */
  discount: number;
  /** Q(S_{t+n}, ·; θ⁻): the target network's. */
  nextTarget: ArrayLike<number>;
  /**
   * Q(S_{t+n}, ·; θ): the online network's, which choose the action in double
   * DQN; absent: the target network's own choose.
   */
  nextOnline?: ArrayLike<number>;
}

/**
 * The TD target.
 *
 * Single: y = G + γ^n max_a Q(S', a; θ⁻) (Mnih et al. 2015, equation 2).
 * Double: y = G + γ^n Q(S', argmax_a Q(S', a; θ); θ⁻) (H. van Hasselt, A. Guez,
 * D. Silver, "Deep Reinforcement Learning with Double Q-learning", AAAI 2016,
 * equation 4).
 */
export function tdTarget(input: TdTargetInput): number {
  const { nextTarget, nextOnline = nextTarget } = input;
  let best = 0;
  for (let action = 1; action < nextOnline.length; action++) {
    if (nextOnline[action]! > nextOnline[best]!) best = action;
  }
  return input.return + input.discount * nextTarget[best]!;
}

/**
 * The Huber loss of a TD error δ with threshold 1: δ²/2 for |δ| ≤ 1, else
 * |δ| - 1/2, so that its derivative is δ clipped to [-1, 1] (Mnih et al. 2015,
 * methods, "Training algorithm").
 */
function huber(tdError: number): number {
  const size = Math.abs(tdError);
  const quadratic = Math.min(size, 1);
  return quadratic * quadratic / 2 + (size - quadratic);
}

/** τ KL(softmax(p/τ) ‖ softmax(q/τ)) (Rusu et al. 2016, section 3.2). */
function divergence(
  p: readonly number[],
  q: readonly number[],
  temperature: number,
): number {
  const softmax = (values: readonly number[]) => {
    const powers = values.map((value) => Math.exp(value / temperature));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  };
  const own = softmax(q);
  return temperature * softmax(p).reduce(
    (sum, share, i) => sum + share * Math.log(share / own[i]!),
    0,
  );
}

type Weights = Map<string, Float64Array>;

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

const asWeights = (tensors: readonly NamedTensor[]): Weights =>
  new Map(tensors.map(({ name, data }) => [name, Float64Array.from(data)]));

/** Zeros before the image in one dimension, as TensorFlow pads. */
function paddingBefore(
  size: number,
  out: number,
  { kernel, stride, padding }: Extract<ResolvedLayer, { type: "conv2d" }>,
): number {
  if (padding === "valid") return 0;
  const total = Math.max(0, (out - 1) * stride + kernel.shape[0]! - size);
  return Math.floor(total / 2);
}

function convolve(
  x: Float64Array,
  [height, width, channels]: [number, number, number],
  layer: Extract<ResolvedLayer, { type: "conv2d" }>,
  weights: Weights,
): Float64Array {
  const { stride, pool, outputShape } = layer;
  const [size, , , filters] = layer.kernel.shape as [
    number,
    number,
    number,
    number,
  ];
  const kernel = weights.get(layer.kernel.name)!;
  const bias = weights.get(layer.bias.name)!;
  const outSize = (input: number) =>
    layer.padding === "same"
      ? Math.ceil(input / stride)
      : Math.floor((input - size) / stride) + 1;
  const top = paddingBefore(height, outSize(height), layer);
  const left = paddingBefore(width, outSize(width), layer);
  const at = (row: number, column: number, filter: number) => {
    let sum = bias[filter]!;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const y = row * stride + i - top;
        const z = column * stride + j - left;
        if (y < 0 || y >= height || z < 0 || z >= width) continue;
        for (let c = 0; c < channels; c++) {
          sum += x[(y * width + z) * channels + c]! *
            kernel[((i * size + j) * channels + c) * filters + filter]!;
        }
      }
    }
    return sum;
  };
  const [rows, columns] = outputShape as [number, number, number];
  const out = new Float64Array(product(outputShape));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let filter = 0; filter < filters; filter++) {
        let best = -Infinity;
        for (let i = 0; i < pool; i++) {
          for (let j = 0; j < pool; j++) {
            best = Math.max(
              best,
              at(row * pool + i, column * pool + j, filter),
            );
          }
        }
        out[(row * columns + column) * filters + filter] = best;
      }
    }
  }
  return out;
}

function dense(
  x: Float64Array,
  layer: ResolvedLayer,
  weights: Weights,
): Float64Array {
  const kernel = weights.get(layer.kernel.name)!;
  const out = Float64Array.from(weights.get(layer.bias.name)!);
  const units = out.length;
  x.forEach((value, i) => {
    for (let unit = 0; unit < units; unit++) {
      out[unit]! += value * kernel[i * units + unit]!;
    }
  });
  return out;
}

const mean = (values: readonly number[]) =>
  values.reduce((a, b) => a + b) / values.length;

/** The mean over the rows: [rows, columns] → [columns]. */
const columnMeans = (rows: readonly (readonly number[])[]) =>
  rows[0]!.map((_, column) => mean(rows.map((row) => row[column]!)));

/** Q(s, ·) of one observation, by each member. */
function qValues(
  { members, inputShape }: Network,
  weights: Weights,
  observation: Uint8Array,
): number[][] {
  return members.map((member) =>
    memberQValues(member, inputShape, weights, observation)
  );
}

function memberQValues(
  { hidden, outputs }: Member,
  inputShape: number[],
  weights: Weights,
  observation: Uint8Array,
): number[] {
  let x: Float64Array = Float64Array.from(observation, (p) => p / 255);
  let shape = inputShape;
  for (const layer of hidden) {
    x = layer.type === "conv2d"
      ? convolve(x, shape as [number, number, number], layer, weights)
      : dense(x, layer, weights);
    x = x.map((value) => Math.max(0, value));
    shape = layer.outputShape;
  }
  const [first, advantage] = outputs.map((layer) => dense(x, layer, weights));
  if (!advantage) return [...first!];
  return [...advantage].map((a) => first![0]! + a - mean([...advantage]));
}

/** Q-values of the first `count` observations: [count, actions]. */
export function oracleQValues(
  network: Network,
  weights: readonly NamedTensor[],
  observations: Uint8Array,
  count: number,
): number[] {
  const values = asWeights(weights);
  const size = product(network.inputShape);
  return Array.from(
    { length: count },
    (_, i) =>
      columnMeans(
        qValues(
          network,
          values,
          observations.subarray(i * size, (i + 1) * size),
        ),
      ),
  )
    .flat();
}

/** What an update reports and leaves. */
export interface OracleResult {
  loss: number;
  meanQ: number;
  tdErrors: number[];
  state: LearnerState;
}

/** The update of `state` on `batch`. */
export function oracleUpdate(
  network: Network,
  config: LearnerConfig,
  state: LearnerState,
  batch: Learner["batch"],
  learningRate: number,
): OracleResult {
  const size = product(network.inputShape);
  const { actions } = network;
  const target = asWeights(state.sets.target);
  const online = asWeights(state.sets.online);
  const samples = Array.from({ length: batch.size }, (_, i) => {
    const next = batch.nextObservations.subarray(i * size, (i + 1) * size);
    const nextTarget = qValues(network, target, next);
    const nextOnline = config.doubleQ && qValues(network, online, next);
    return {
      observation: batch.observations.subarray(i * size, (i + 1) * size),
      action: batch.actions[i]!,
      weight: batch.weights[i]!,
      taught: batch.teacherQ &&
        [...batch.teacherQ.subarray(i * actions, (i + 1) * actions)],
      /** One per member. */
      y: network.members.map((_, member) =>
        tdTarget({
          return: batch.returns[i]!,
          discount: batch.discounts[i]!,
          nextTarget: nextTarget[member]!,
          ...(nextOnline && { nextOnline: nextOnline[member]! }),
        })
      ),
    };
  });
  const lossOf = (error: number) =>
    config.loss === "mse" ? error ** 2 : huber(error);
  const evaluate = (weights: Weights) => {
    const q = samples.map(({ observation }) =>
      qValues(network, weights, observation)
    );
    const members = network.members.map((_, member) => {
      const estimates = samples.map(({ action }, i) => q[i]![member]![action]!);
      const learned = samples.map(({ y, taught }, i) => {
        const own = q[i]![member]!;
        if (!taught) {
          const error = y[member]! - estimates[i]!;
          return { error, loss: lossOf(error) };
        }
        const errors = taught.map((value, action) => value - own[action]!);
        const choices = divergence(taught, own, config.temperature);
        return {
          error: mean(errors.map(Math.abs)) + choices,
          loss: mean(errors.map(lossOf)) + choices,
        };
      });
      const losses = learned.map(({ loss }, i) => samples[i]!.weight * loss);
      const tdErrors = learned.map(({ error }) => error);
      return { loss: mean(losses), meanQ: mean(estimates), tdErrors };
    });
    return {
      loss: mean(members.map(({ loss }) => loss)),
      meanQ: mean(members.map(({ meanQ }) => meanQ)),
      tdErrors: members.length > 1
        ? columnMeans(members.map(({ tdErrors }) => tdErrors.map(Math.abs)))
        : members[0]!.tdErrors,
    };
  };
  const before = evaluate(online);

  const gradients = new Map([...online].map(([name, values]) => [
    name,
    values.map((value, i) => {
      const h = 1e-5;
      values[i] = value + h;
      const above = evaluate(online).loss;
      values[i] = value - h;
      const below = evaluate(online).loss;
      values[i] = value;
      // Each member descends its own loss, not its share of the mean.
      return network.members.length * (above - below) / (2 * h);
    }),
  ]));
  if (config.gradientClipNorm !== null) {
    for (const { prefix } of network.members) {
      const own = [...gradients].flatMap(([name, gradient]) =>
        name.startsWith(prefix) ? [gradient] : []
      );
      let sum = 0;
      for (const gradient of own) {
        for (const value of gradient) sum += value ** 2;
      }
      const scale = Math.min(1, config.gradientClipNorm / Math.sqrt(sum));
      for (const gradient of own) {
        gradient.forEach((value, i) => gradient[i] = value * scale);
      }
    }
  }

  const t = state.updates + 1;
  const map = (
    tensors: readonly NamedTensor[],
    f: (value: number, tensor: number, index: number) => number,
  ): NamedTensor[] =>
    tensors.map(({ name, shape, data }, tensor) => ({
      name,
      shape,
      data: data.map((value, i) => f(value, tensor, i)),
    }));
  const gradientOf = (tensor: number, i: number) =>
    gradients.get(state.sets.online[tensor]!.name)![i]!;
  const firstMoments = map(
    state.sets.firstMoments,
    (m, tensor, i) => 0.9 * m + 0.1 * gradientOf(tensor, i),
  );
  const secondMoments = map(
    state.sets.secondMoments,
    (v, tensor, i) => 0.999 * v + 0.001 * gradientOf(tensor, i) ** 2,
  );
  const updated = map(state.sets.online, (weight, tensor, i) => {
    const m = firstMoments[tensor]!.data[i]! / (1 - 0.9 ** t);
    const v = secondMoments[tensor]!.data[i]! / (1 - 0.999 ** t);
    return weight -
      learningRate * m / (Math.sqrt(v) + config.adamEpsilon);
  });
  const towards = (tensors: readonly NamedTensor[], rate: number) =>
    map(
      tensors,
      (x, tensor, i) => (1 - rate) * x + rate * updated[tensor]!.data[i]!,
    );
  const { targetUpdate } = config;
  const copies = "every" in targetUpdate && t % targetUpdate.every === 0;
  return {
    ...before,
    state: {
      updates: t,
      sets: {
        online: updated,
        target: "tau" in targetUpdate
          ? towards(state.sets.target, targetUpdate.tau)
          : copies
          ? updated
          : state.sets.target,
        ...(config.averageRate > 0 && {
          average: towards(
            state.sets.average ?? state.sets.online,
            config.averageRate,
          ),
        }),
        firstMoments,
        secondMoments,
      },
    },
  };
}
