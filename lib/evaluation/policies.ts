/** Policies: the agent's own, and the simple ones it is compared with. */
import { greedy, type Learner, type WeightSet } from "../agent/mod.ts";
import { ACTIONS } from "../constants.ts";
import { hash32 } from "../random.ts";
import type { Policy } from "./evaluate.ts";

const JUMP = ACTIONS.indexOf("jump");

/**
 * Always the action of the highest Q-value: no exploration. Groups of games may
 * ask at the same time; the learner is asked for one after the other.
 */
export function greedyPolicy(
  learner: Pick<Learner, "qValues">,
  weights: WeightSet = "evaluation",
): Policy {
  let asked: Promise<unknown> = Promise.resolve();
  return (observations, count) => {
    const ask = async () => {
      const actions = new Uint8Array(count);
      greedy(await learner.qValues(observations, count, weights), actions);
      return actions;
    };
    const answer = asked.then(ask, ask);
    asked = answer;
    return answer;
  };
}

/** The same action at every decision. */
function constantPolicy(action: number): Policy {
  return (_, count) => Promise.resolve(new Uint8Array(count).fill(action));
}

/** Never presses a key. */
export const noOpPolicy: Policy = constantPolicy(0);

/** Presses jump at every decision. */
export const alwaysJumpPolicy: Policy = constantPolicy(JUMP);

/**
 * Each action with equal probability; a game's actions depend on its seed
 * alone, so that they do not change with the games beside it.
 */
export function randomPolicy(numActions: number): Policy {
  return (_, count, games) =>
    Promise.resolve(Uint8Array.from({ length: count }, (_, i) => {
      const game = games[i];
      return game ? hash32(game.seed, game.step) % numActions : 0;
    }));
}
