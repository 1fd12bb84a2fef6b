import { PARKED } from "../constants.ts";
import type { EpisodeSchedule, StepResult, VectorEnv } from "./types.ts";

/** A decision and what came of it, in the episode that it was taken in. */
export interface Decision {
  /** An index of `ACTIONS`. */
  action: number;
  /** What the counter shows. */
  score: number;
  /** Pixels per frame. */
  speed: number;
  /** How the episode ended with it; undefined: it goes on. */
  end: "crash" | "truncated" | "interrupted" | undefined;
}

/** The reward of a decision: R_{t+1} of the action A_t. */
export type RewardFunction = (decision: Decision) => number;

/** Games whose rewards are of one's own. They are disposed of with this. */
export function withReward(env: VectorEnv, reward: RewardFunction): VectorEnv {
  const returns = new Float64Array(env.numEnvs);
  const rewarded = (taken: Uint8Array, step: StepResult): StepResult => {
    const rewards = new Float32Array(env.numEnvs);
    const infos = step.infos.map((info, i) => {
      if (taken[i] === PARKED) return info;
      const { episode } = info;
      const { score, speed } = episode ?? info;
      rewards[i] = reward({
        action: taken[i]!,
        score,
        speed,
        end: episode?.end,
      });
      returns[i]! += rewards[i]!;
      if (!episode) return info;
      const sum = returns[i]!;
      returns[i] = 0;
      return { ...info, episode: { ...episode, return: sum } };
    });
    return { ...step, rewards, infos };
  };
  return {
    numEnvs: env.numEnvs,
    numActions: env.numActions,
    reset(schedule: EpisodeSchedule) {
      returns.fill(0);
      return env.reset(schedule);
    },
    async step(actions) {
      const taken = actions.slice();
      return rewarded(taken, await env.step(taken));
    },
    state: () => env.state(),
    restore: (state, schedule) => env.restore(state, schedule),
    [Symbol.asyncDispose]: () => env[Symbol.asyncDispose](),
  };
}
