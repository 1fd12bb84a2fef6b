import type { Random } from "../random.ts";

/**
 * The action of the largest Q-value; of several equal ones the first.
 *
 * @param qValues [n, actions] float32
 * @param actions number of actions
 * @param row which of the n states
 */
function greedyAction(
  qValues: Float32Array,
  actions: number,
  row: number,
): number {
  const start = row * actions;
  let best = 0;
  for (let action = 1; action < actions; action++) {
    if (qValues[start + action]! > qValues[start + best]!) best = action;
  }
  return best;
}

/**
 * Chooses the greedy action in each of n states.
 *
 * @param qValues [n, actions] float32
 * @param out [n] uint8: filled with the actions
 */
export function greedy(qValues: Float32Array, out: Uint8Array): void {
  const actions = qValues.length / out.length;
  for (let row = 0; row < out.length; row++) {
    out[row] = greedyAction(qValues, actions, row);
  }
}

/** Draws a random action, in proportion to the config's probabilities. */
export type RandomAction = (random: Random) => number;

/**
 * @param actions number of actions
 * @param probabilities of each action, in any unit; `null`: all equal
 */
export function randomAction(
  actions: number,
  probabilities: readonly number[] | null,
): RandomAction {
  if (probabilities === null) return (random) => random.integer(actions);
  const total = probabilities.reduce((sum, p) => sum + p, 0);
  const lastPossible = probabilities.findLastIndex((p) => p > 0);
  return (random) => {
    let rest = random.uniform() * total;
    for (let action = 0; action < lastPossible; action++) {
      rest -= probabilities[action]!;
      if (rest < 0) return action;
    }
    return lastPossible;
  };
}

/**
 * ε-greedy (Mnih et al. 2013, algorithm 1) in each of n states: with
 * probability ε a random action, else the greedy one.
 *
 * @param qValues [n, actions] float32
 * @param epsilon ε: a share, 0 to 1
 * @param drawAction from {@linkcode randomAction}
 * @param out [n] uint8: filled with the actions
 */
export function epsilonGreedy(
  qValues: Float32Array,
  epsilon: number,
  drawAction: RandomAction,
  random: Random,
  out: Uint8Array,
): void {
  const actions = qValues.length / out.length;
  for (let row = 0; row < out.length; row++) {
    out[row] = random.uniform() < epsilon
      ? drawAction(random)
      : greedyAction(qValues, actions, row);
  }
}
