/** The agent: network, replay memory, exploration and the two learners. */
export type {
  EpisodeRingsOptions,
  EpisodeRingsState,
  Transition,
} from "./episode_rings.ts";
export { slotsOfRing } from "./episode_rings.ts";
export { createLearner } from "./learner.ts";
export { createPlayer } from "./player.ts";
export { initialWeights } from "./initialise.ts";
export {
  decodeState,
  encodeState,
  initialState,
  type StateSpecs,
} from "./learner_state.ts";
export {
  decodeModel,
  encodeModel,
  largestModel,
  type ModelFiles,
  portableModel,
} from "./model_format.ts";
export { type Member, type Network, resolveNetwork } from "./network.ts";
export { numericsHash } from "./numerics.ts";
export { epsilonGreedy, greedy, randomAction } from "./policy.ts";
export {
  createMemory,
  ReplayMemory,
  type ReplayMemoryOptions,
  type ReplayMemoryState,
} from "./replay_memory.ts";
export { linear } from "./schedules.ts";
export { summarise } from "./summary.ts";
export type {
  Learner,
  LearnerState,
  NamedTensor,
  Player,
  WeightSet,
} from "./types.ts";
export type { SetName, WeightSets } from "./weight_sets.ts";
