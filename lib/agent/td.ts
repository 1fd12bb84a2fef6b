/**
 * The equations of Q-learning as pure functions of numbers. Both engines
 * compute the same on whole batches inside TensorFlow; tests hold them to
 * these.
 */

/**
 * The n-step return G = Σ_{k=0}^{n-1} γ^k R_{t+k+1} (Sutton and Barto 2018,
 * equation 7.1, without its last term; Hessel et al. 2018, "Rainbow",
 * section "Multi-step learning").
 *
 * @param rewards R_{t+1} … R_{t+n}; fewer where the episode ended before
 * @param discount γ
 */
export function nStepReturn(
  rewards: ArrayLike<number>,
  discount: number,
): number {
  let sum = 0;
  for (let k = rewards.length - 1; k >= 0; k--) {
    sum = rewards[k]! + discount * sum;
  }
  return sum;
}

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
export function huber(tdError: number): number {
  const size = Math.abs(tdError);
  const quadratic = Math.min(size, 1);
  return quadratic * quadratic / 2 + (size - quadratic);
}
