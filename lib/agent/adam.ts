/**
 * Adam (Kingma & Ba 2015, algorithm 1), the parts that both engines share:
 *
 *     m ← m + (1 - β₁)(g - m)
 *     v ← v + (1 - β₂)(g² - v)
 *     θ ← θ - α · m̂ / (√v̂ + ε),   m̂ = m / (1 - β₁ᵗ),   v̂ = v / (1 - β₂ᵗ)
 *
 * where t counts updates from 1. Both engines compute the last line in the
 * equal form that the end of section 2 of the paper gives:
 *
 *     θ ← θ - αₜ · m / (√v + ε̂)
 *
 * with {@linkcode adamStep} for αₜ and ε̂.
 */

/** Decay rate β₁ of the first moment. */
export const ADAM_BETA1 = 0.9;
/** Decay rate β₂ of the second moment. */
export const ADAM_BETA2 = 0.999;

/** The two numbers of update t that are the same for every weight. */
export interface AdamStep {
  /** αₜ = α √(1 - β₂ᵗ) / (1 - β₁ᵗ). */
  stepSize: number;
  /** ε̂ = ε √(1 - β₂ᵗ): with it, the two forms above are equal. */
  epsilonHat: number;
}

/**
 * Corrects for the moments' start at zero, in double precision.
 *
 * @param learningRate α
 * @param epsilon ε, as in `learner.adamEpsilon`
 * @param t number of this update, from 1
 */
export function adamStep(
  learningRate: number,
  epsilon: number,
  t: number,
): AdamStep {
  const correction2 = Math.sqrt(1 - ADAM_BETA2 ** t);
  return {
    stepSize: learningRate * correction2 / (1 - ADAM_BETA1 ** t),
    epsilonHat: epsilon * correction2,
  };
}
