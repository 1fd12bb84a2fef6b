import type { RewardConfig } from "../config/mod.ts";
import { ACTIONS } from "../constants.ts";

/** The reward of one decision: R_{t+1} of the action A_t. */
export function rewardOf(
  action: number,
  crashed: boolean,
  reward: RewardConfig,
): number {
  return (crashed ? reward.crash : reward.alive) +
    (ACTIONS[action] === "jump" ? reward.jump : 0);
}
