/** The environment: reset and step, as in Gymnasium, on the real game. */
export { Environments } from "./environments.ts";
export { LiveEnv } from "./live_env.ts";
export { LockstepEnv } from "./lockstep_env.ts";
export {
  type Decision,
  type RewardFunction,
  withReward,
} from "./own_reward.ts";
export type * from "./types.ts";
