/** Policies: the agent's own, and the simple ones it is compared with. */
import { greedy, type Learner, type WeightSet } from "../agent/mod.ts";
import { ACTIONS, OBSERVATION_BYTES } from "../constants.ts";
import { hash32 } from "../random.ts";
import type { Policy } from "./evaluate.ts";

const JUMP = ACTIONS.indexOf("jump");

/**
 * Always the action of the highest Q-value: no exploration.
 *
 * Games that are over are left out where the number of rows changes no bit: of
 * float32 graphs on a CPU (`tests/agent/player_test.ts`).
 *
 * @param rows with how many the learner is asked at least, where their number
 * does change bits: a part of an evaluation has the whole's. @default {0}
 */
export function greedyPolicy(
  learner:
    & Pick<Learner, "qValues">
    & Partial<Pick<Learner, "engine" | "device" | "precision">>,
  weights: WeightSet = "evaluation",
  rows = 0,
): Policy {
  const { engine, device, precision = "float32" } = learner;
  const leavesOut = engine === "graph" && device === "CPU" &&
    precision === "float32";
  return async (observations, count, games) => {
    const running = leavesOut
      ? games.flatMap((game, i) => game ? i : [])
      : games.map((_, i) => i);
    const asks = leavesOut ? running.length : Math.max(count, rows);
    const seen = asks === count
      ? observations
      : rowsOf(observations, running, asks);
    const chosen = new Uint8Array(asks);
    greedy(await learner.qValues(seen, asks, weights), chosen);
    const actions = new Uint8Array(count);
    running.forEach((row, i) => actions[row] = chosen[i]!);
    return actions;
  };
}

/** Some of the rows of [count, 80, 80, 4] observations, and zeros after them. */
function rowsOf(
  observations: Uint8Array,
  rows: readonly number[],
  count: number,
): Uint8Array {
  const some = new Uint8Array(count * OBSERVATION_BYTES);
  rows.forEach((row, i) => {
    const start = row * OBSERVATION_BYTES;
    const one = observations.subarray(start, start + OBSERVATION_BYTES);
    some.set(one, i * OBSERVATION_BYTES);
  });
  return some;
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
