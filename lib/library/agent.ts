/**
 * Agents: one from disk that plays, and what one of your own is made of, a
 * replay memory and a learner.
 *
 * @module
 */
import {
  createLearner,
  type Learner,
  type Player,
  resolveNetwork,
} from "../agent/mod.ts";
import { findAgent, loadPlayer } from "../agents/mod.ts";
import { Random } from "../random.ts";
import { type Settings, wholeConfig } from "./settings.ts";

export {
  type EpisodeRingsOptions,
  type EpisodeRingsState,
  greedy,
  ReplayMemory,
  type ReplayMemoryOptions,
  type ReplayMemoryState,
  type SetName,
  type Transition,
  type WeightSets,
} from "../agent/mod.ts";
export type * from "../agent/types.ts";
export type { Precision, Threads } from "../tensorflow/mod.ts";
export { Random };
export type { RandomState } from "../random.ts";
export type { Settings };

/** An agent from disk, ready to answer. */
export interface LoadedAgent extends Player {
  /** Name of its run, or of the folder that holds it. */
  readonly name: string;
  /** Name of its checkpoint. */
  readonly checkpoint: string;
  /** Its whole config: the game that it plays and what it sees of it. */
  readonly config: Settings;
}

/**
 * Loads a trained agent. `greedy` makes actions of its Q-values.
 *
 * @param target a run's name (its best checkpoint), `NAME@last`,
 * `NAME@step-5000`, `pretrained/constant`, `pretrained/distilled`, a folder;
 * absent: the newest run, else the agent that comes with the program
 * @throws UsageError when there is no such agent or it is damaged,
 * TensorFlowNotFoundError when there is no TensorFlow
 */
export async function loadAgent(target?: string): Promise<LoadedAgent> {
  const agent = await findAgent(target);
  const { name, checkpoint, config } = agent;
  return Object.assign(await loadPlayer(agent), { name, checkpoint, config });
}

/** What {@linkcode openLearner} makes. */
export interface LearnerOptions {
  /** Q-values per observation: what the games' `numActions` says. */
  actions: number;
  /** Seed of the initial weights. @default {1} */
  seed?: number;
  /** A config's file, or keys of it: `network` and `learner` count. */
  config?: string | Settings;
}

/**
 * A double-DQN learner: fill its `batch` from a {@linkcode ReplayMemory}, then
 * `update`. Its memory is freed by `using`, or `learner[Symbol.dispose]()`.
 *
 * @throws ConfigError when a key is wrong or layers do not fit each other,
 * TensorFlowNotFoundError when there is no TensorFlow
 */
export async function openLearner(
  { actions, seed = 1, config }: LearnerOptions,
): Promise<Learner> {
  const whole = await wholeConfig(config);
  const network = resolveNetwork(whole.network, actions);
  return await createLearner(whole, network, new Random(seed));
}
