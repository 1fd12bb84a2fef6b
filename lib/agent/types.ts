/** The contract between replay memory, learners and whoever trains them. */
import type { Precision, Threads } from "../tensorflow/mod.ts";
import type { WeightSets } from "./weight_sets.ts";

/**
 * A batch of transitions. The learner owns the memory (it may be TensorFlow's
 * own), the replay memory fills it in place.
 */
export interface Batch {
  /** Its number of transitions. */
  readonly size: number;
  /** [size, 80, 80, 4] uint8: S_t. */
  readonly observations: Uint8Array;
  /** [size, 80, 80, 4] uint8: S_{t+n}; anything where the discount is 0. */
  readonly nextObservations: Uint8Array;
  /** [size] int32: A_t. */
  readonly actions: Int32Array;
  /** [size] float32: the n-step return R_{t+1} + γ R_{t+2} + … */
  readonly returns: Float32Array;
  /** [size] float32: γ^n of the bootstrap; 0 where the episode terminated. */
  readonly discounts: Float32Array;
  /** [size] float32: importance-sampling weights; 1 under uniform replay. */
  readonly weights: Float32Array;
  /**
   * [size, actions] float32: the teacher's Q-values of S_t; absent where the
   * learner has no teacher.
   */
  readonly teacherQ?: Float32Array;
}

/** What one update reports. */
export interface UpdateResult {
  /** The mean over the batch. */
  loss: number;
  /** Mean Q(s, a) of the batch before the update. */
  meanQ: number;
  /**
   * [size] float32: TD errors, target minus estimate; of several members the
   * mean of their sizes, since errors that disagree must not cancel, and so of
   * the actions where a teacher says what each is worth.
   */
  tdErrors: Float32Array;
}

/** A tensor on its way to or from a file. */
export interface NamedTensor {
  /** As in `conv1/kernel`. */
  name: string;
  /** Its sizes, the first dimension first. */
  shape: number[];
  /** Its numbers, row by row. */
  data: Float32Array;
}

/** Everything a learner must remember to go on as if it had never stopped. */
export interface LearnerState {
  /** Updates done. */
  updates: number;
  /** Weights and Adam's moments. */
  sets: WeightSets<NamedTensor[]>;
}

/** Which set of weights answers: `evaluation` is the average where one is kept. */
export type WeightSet = "online" | "evaluation";

/** A network with its weights, ready to answer. */
export interface Player extends Disposable {
  /** As in `learner.engine`. */
  readonly engine: "graph" | "eager";
  /** Where it runs, in words: "CPU", or the GPU's name. */
  readonly device: string;
  /**
   * Q-values of `count` observations: [count, actions] float32, the mean of the
   * network's members. Several may be asked for at once.
   * @param observations [count, 80, 80, 4] uint8
   * @throws RangeError if there are not as many
   */
  qValues(observations: Uint8Array, count: number): Promise<Float32Array>;
}

/** The DQN's network and its update rule, on one of the two engines. */
export interface Learner extends Player {
  /** TensorFlow's. */
  readonly threads: Threads;
  /** What it computes in, where `learner.precision` cannot be had, too. */
  readonly precision: Precision;
  /** Filled by the caller before each `update`; not to be touched during one. */
  readonly batch: Batch;
  /**
   * Filled before each `updateAll`: `learner.updatesPerRun` of them, of which
   * `batch` is the first.
   */
  readonly batches: readonly Batch[];
  /** Updates done so far. */
  readonly updates: number;
  /**
   * One gradient step on `batch` by Adam as in adam.ts (both engines take its
   * `adamStep`), then the target and average updates, which see the new
   * weights. The loss is the mean over the batch of weight · loss(TD error),
   * where loss is Huber with threshold 1 (δ²/2 inside) or δ² for "mse". Each
   * member of an ensemble descends its own; their mean is reported. With a
   * teacher it is the mean over all actions of the loss of what the teacher's
   * Q-value is more than the own (policy distillation).
   * @throws DivergedError if the loss is not finite; the weights are then lost.
   */
  update(learningRate: number): Promise<UpdateResult>;
  /** As many updates as there are batches, one after the other, each on its own. */
  updateAll(learningRate: number): Promise<UpdateResult[]>;
  /** As a player answers. Not while an update is under way. */
  qValues(
    observations: Uint8Array,
    count: number,
    weights?: WeightSet,
  ): Promise<Float32Array>;
  /** Copies its state. */
  getState(): Promise<LearnerState>;
  /**
   * Goes on from a state.
   * @throws CheckpointError if a tensor's name or shape does not fit.
   */
  setState(state: LearnerState): Promise<void>;
}
