import type { RewardConfig } from "../config/mod.ts";
import { ACTIONS } from "../constants.ts";
import type { EpisodeStatistics } from "./types.ts";

/**
 * The reward of one decision: R_{t+1} of the action A_t.
 *
 * @param end how the episode ended with it, if it did. Where Chrome died,
 * nobody knows what the action led to: no reward.
 */
export function rewardOf(
  action: number,
  end: EpisodeStatistics["end"] | undefined,
  reward: RewardConfig,
): number {
  if (end === "interrupted") return 0;
  return (end === "crash" ? reward.crash : reward.alive) +
    (ACTIONS[action] === "jump" ? reward.jump : 0);
}

/** The sum of an episode's rewards. */
export function returnOf(
  { actions, end }: Pick<EpisodeStatistics, "actions" | "end">,
  reward: RewardConfig,
): number {
  const last = actions.length - 1;
  return actions.reduce(
    (sum, action, i) =>
      sum + rewardOf(action, i === last ? end : undefined, reward),
    0,
  );
}
