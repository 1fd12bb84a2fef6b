/**
 * The update of a Deep Q-Network, operation by operation on tfjs-node-gpu, to
 * be read beside algorithm 1 of V. Mnih et al., "Human-level control through
 * deep reinforcement learning", Nature 518, 2015. The graph engine computes the
 * same, faster; tests hold the two together.
 */
import type { LayersModel, Scalar, Tensor } from "@tensorflow/tfjs-node-gpu";
import type { LearnerConfig } from "../config/mod.ts";
import type { TfjsNode } from "../tensorflow/mod.ts";
import { ADAM_BETA1, ADAM_BETA2, adamStep } from "./adam.ts";
import { checkLoss } from "./checks.ts";
import { membersParts } from "./network.ts";
import type { Batch, UpdateResult } from "./types.ts";
import type { WeightSets } from "./weight_sets.ts";

/** A tensor that changes in place. */
export type Variable = ReturnType<TfjsNode["variable"]>;

/** All that an update reads and changes. */
export interface LearnerModels {
  /** Networks with one output per member: Q and Q̂. */
  layers: { online: LayersModel; target: LayersModel };
  /** θ, θ⁻ and the rest; the first two are the weights of `layers`. */
  sets: WeightSets<Variable[]>;
}

/**
 * Algorithm 1 from "Set y_j = …" to "Every C steps reset Q̂ = Q". Leaves
 * intermediate tensors behind: to be called inside `tf.tidy`.
 *
 * @param batch the random minibatch of transitions (φ_j, a_j, r_j, φ_{j+1})
 * @param t number of this update, from 1
 * @throws DivergedError if the loss is not finite
 */
export function update(
  tf: TfjsNode,
  models: LearnerModels,
  config: LearnerConfig,
  batch: Batch,
  learningRate: number,
  t: number,
): UpdateResult {
  const { layers, sets: { online, target, average } } = models;
  const observations = pixels(tf, batch.observations, batch.size);
  const actions = tf.tensor1d(batch.actions, "int32");
  // All of this is [members, batch]: each member learns by itself, from the same
  // transitions, with a target network of its own.
  const { teacherQ } = batch;
  const targets = teacherQ ? null : tdTargets(tf, layers, config, batch);

  // Perform a gradient descent step on (y_j - Q(φ_j, a_j; θ))² with respect to
  // the network parameters θ.
  let estimates!: Tensor;
  let errors!: Tensor;
  const { value, grads } = tf.variableGrads(() => {
    const q = qValues(tf, layers.online, observations);
    estimates = tf.keep(select(tf, q, actions));
    const { losses, ...learned } = targets
      ? temporalDifference(targets, estimates, config)
      : distillation(tf, teacherQ!, q, config);
    errors = tf.keep(learned.errors);
    return losses.mul(tf.tensor1d(batch.weights)).mean(1).sum();
  }, online);
  const members = estimates.shape[0]!;
  const result = {
    loss: value.dataSync<"float32">()[0]! / members,
    meanQ: estimates.mean().dataSync<"float32">()[0]!,
    tdErrors: (members > 1 ? errors.abs() : errors)
      .mean(0).dataSync<"float32">(),
  };
  tf.dispose([estimates, errors]);
  checkLoss(result.loss, t);
  let gradients = online.map(({ name }) => grads[name]!);
  const { gradientClipNorm } = config;
  if (gradientClipNorm !== null) {
    gradients = membersParts(members, gradients).flatMap((part) =>
      clipByNorm(tf, part, gradientClipNorm)
    );
  }
  adam(models.sets, gradients, adamStep(learningRate, config.adamEpsilon, t));

  // Every C steps reset Q̂ = Q; or move it a little at each.
  if ("tau" in config.targetUpdate) {
    moveTowards(online, target, config.targetUpdate.tau);
  } else if (t % config.targetUpdate.every === 0) {
    moveTowards(online, target, 1);
  }
  if (average) moveTowards(online, average, config.averageRate);
  return result;
}

/**
 * y_j = r_j + γ max_a' Q̂(φ_{j+1}, a'; θ⁻), and r_j at an episode's end, where the
 * discount is 0: [members, batch]. Double DQN lets θ choose a' (H. van Hasselt, A.
 * Guez, D. Silver, "Deep Reinforcement Learning with Double Q-learning", AAAI
 * 2016, equation 4).
 */
function tdTargets(
  tf: TfjsNode,
  { online, target }: LearnerModels["layers"],
  { doubleQ }: LearnerConfig,
  batch: Batch,
): Tensor {
  const nextObservations = pixels(tf, batch.nextObservations, batch.size);
  const nextQ = qValues(tf, target, nextObservations);
  const choosing = doubleQ ? qValues(tf, online, nextObservations) : nextQ;
  const nextValues = select(tf, nextQ, choosing.argMax(2));
  return tf.tensor1d(batch.returns)
    .add(tf.tensor1d(batch.discounts).mul(nextValues));
}

/** [n, 80, 80, 4] of n observations' bytes. */
export function pixels(tf: TfjsNode, bytes: Uint8Array, n: number): Tensor {
  return tf.tensor4d(bytes, [n, 80, 80, 4], "int32");
}

/** Q(s, ·) of n observations: [members, n, actions]. */
export function qValues(
  tf: TfjsNode,
  layers: LayersModel,
  observations: Tensor,
): Tensor {
  return tf.stack([layers.apply(observations)].flat() as Tensor[]);
}

/** The value of one action in each row: [m, n, actions], [n] or [m, n] → [m, n]. */
function select(tf: TfjsNode, qValues: Tensor, actions: Tensor): Tensor {
  return qValues.mul(tf.oneHot(actions, qValues.shape[2]!)).sum(2);
}

/** What is learned from: both are [members, batch]. */
interface Errors {
  errors: Tensor;
  losses: Tensor;
}

/** y_j - Q(φ_j, a_j; θ). */
function temporalDifference(
  targets: Tensor,
  estimates: Tensor,
  { loss }: LearnerConfig,
): Errors {
  const errors = targets.sub(estimates);
  return { errors, losses: lossOf(errors, loss) };
}

/**
 * What a teacher's Q-values are more than the own, the mean of all actions, and
 * τ KL(softmax(q'/τ) ‖ softmax(q/τ)) (A. Rusu et al., "Policy distillation", ICLR
 * 2016, section 3.2, in units of Q-values): by how much the choice among the
 * actions is another, where it matters.
 *
 * @param teacherQ [batch, actions]
 * @param q [members, batch, actions]
 */
function distillation(
  tf: TfjsNode,
  teacherQ: Float32Array,
  q: Tensor,
  { loss, temperature }: LearnerConfig,
): Errors {
  const [, batch, actions] = q.shape as [number, number, number];
  const taught = tf.tensor2d(teacherQ, [batch, actions]);
  const logits = taught.div(temperature);
  const choices = tf.softmax(logits)
    .mul(tf.logSoftmax(logits).sub(tf.logSoftmax(q.div(temperature))))
    .sum(2).mul(temperature);
  const errors = taught.sub(q);
  return {
    errors: errors.abs().mean(2).add(choices),
    losses: lossOf(errors, loss).mean(2).add(choices),
  };
}

/** The square of each error, or Huber's loss with threshold 1. */
function lossOf(errors: Tensor, loss: LearnerConfig["loss"]): Tensor {
  if (loss === "mse") return errors.square();
  const size = errors.abs();
  const quadratic = size.minimum(1);
  return quadratic.square().mul(0.5).add(size.sub(quadratic));
}

/**
 * Scales a member's gradients by min(1, limit / ‖all of them‖) (R. Pascanu, T.
 * Mikolov, Y. Bengio, "On the difficulty of training recurrent neural
 * networks", 2013).
 */
function clipByNorm(
  tf: TfjsNode,
  gradients: Tensor[],
  limit: number,
): Tensor[] {
  const squares = gradients.map((gradient): Scalar => gradient.square().sum());
  const norm = tf.addN(squares).sqrt();
  const scale = tf.scalar(limit).div(norm).minimum(1);
  return gradients.map((gradient) => gradient.mul(scale));
}

/** 1 - β as TensorFlow's own Adam has it: of β in single precision. */
const GAIN1 = 1 - Math.fround(ADAM_BETA1);
const GAIN2 = 1 - Math.fround(ADAM_BETA2);

/** Adam's step, as adam.ts explains it. */
function adam(
  { online, firstMoments, secondMoments }: LearnerModels["sets"],
  gradients: Tensor[],
  { stepSize, epsilonHat }: ReturnType<typeof adamStep>,
): void {
  gradients.forEach((g, i) => {
    const m = firstMoments[i]!;
    const v = secondMoments[i]!;
    const weight = online[i]!;
    m.assign(m.add(g.sub(m).mul(GAIN1)));
    v.assign(v.add(g.square().sub(v).mul(GAIN2)));
    weight.assign(weight.sub(m.mul(stepSize).div(v.sqrt().add(epsilonHat))));
  });
}

/** θ' ← θ' - rate (θ' - θ); a rate of 1 copies, bit for bit. */
function moveTowards(
  online: Variable[],
  moving: Variable[],
  rate: number,
): void {
  moving.forEach((weight, i) => {
    const theta = online[i]!;
    weight.assign(
      rate === 1 ? theta.clone() : weight.sub(weight.sub(theta).mul(rate)),
    );
  });
}
