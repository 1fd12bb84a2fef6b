/** Work to be measured: steps to learn from, random games. */
import { createMemory, randomAction, type ReplayMemory } from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import { FRAME_BYTES } from "../constants.ts";
import type { VectorEnv } from "../env/mod.ts";
import { Random } from "../random.ts";

/** Share of a frame's rows that are not empty: about that of real frames. */
const INK = 0.15;

/** Random steps, too many for the processor's cache. */
export function filledMemory(config: Config, actions: number): ReplayMemory {
  const random = new Random(config.seed);
  const environments = config.env.instances;
  const steps = 1250 * environments;
  const memory = createMemory({
    ...config,
    replay: { ...config.replay, capacity: steps },
  });
  const frame = new Uint8Array(FRAME_BYTES);
  for (let i = Math.floor((1 - INK) * FRAME_BYTES); i < FRAME_BYTES; i++) {
    frame[i] = 172;
  }
  for (let step = 0; step < steps; step++) {
    memory.add(step % environments, {
      frame,
      action: random.integer(actions),
      reward: config.reward.alive,
      terminated: random.uniform() < 0.01,
      truncated: false,
    });
  }
  return memory;
}

/**
 * Plays random actions, as a training explores, until it is enough.
 *
 * @param isEnough asked ahead of each step with the agent steps so far
 * @returns agent steps that were played
 */
export async function playRandomly(
  { exploration }: Config,
  env: VectorEnv,
  random: Random,
  isEnough: (steps: number) => boolean,
): Promise<number> {
  const draw = randomAction(env.numActions, exploration.actionProbabilities);
  const actions = new Uint8Array(env.numEnvs);
  let steps = 0;
  for (; !isEnough(steps); steps += env.numEnvs) {
    for (let i = 0; i < actions.length; i++) actions[i] = draw(random);
    const step = await env.step(actions);
    // Made when somebody looks, as whoever decides does.
    void step.observations;
  }
  return steps;
}
