/** The agent: network, replay memory, exploration and the two learners. */
export { createLearner } from "./learner.ts";
export { createGraphLearner } from "./graph_learner.ts";
export type { Transition } from "./episode_rings.ts";
export { initialWeights } from "./initialise.ts";
export {
  decodeModel,
  decodeTensors,
  encodeModel,
  encodeTensors,
  type ModelFiles,
} from "./model_format.ts";
export { type Network, resolveNetwork, type WeightSpec } from "./network.ts";
export {
  epsilonGreedy,
  greedy,
  greedyAction,
  type RandomAction,
  randomAction,
} from "./policy.ts";
export {
  ReplayMemory,
  type ReplayMemoryOptions,
  type ReplayMemoryState,
} from "./replay_memory.ts";
export { linear, type LinearSchedule } from "./schedules.ts";
export { summarise } from "./summary.ts";
export type {
  Batch,
  Learner,
  LearnerState,
  NamedTensor,
  UpdateResult,
  WeightSet,
} from "./types.ts";
