/**
 * The games: many of the page's own, stepped together as Gymnasium's
 * `VectorEnv`. An action is 0 (nothing), 1 (jump) or 2 (duck).
 *
 * @module
 */
import { TRAINING_SEEDS_END } from "../config/mod.ts";
import { Environments } from "../env/mod.ts";
import type { EpisodeSchedule, VectorEnv } from "../env/types.ts";
import type { GameState } from "../game/types.ts";
import { hash32 } from "../random.ts";
import { type Settings, wholeConfig } from "./settings.ts";

export { ACTIONS, PARKED } from "../constants.ts";
export type * from "../env/types.ts";
export type * from "../game/types.ts";
export type { Settings } from "./settings.ts";

/** What {@linkcode openGames} opens. */
export interface GamesOptions {
  /** Games side by side. @default {8} */
  games?: number;
  /** Pixels per frame; "accelerating": the real game, 6 to 13. @default {6} */
  speed?: number | "accelerating";
  /** 2: nothing, jump. 3: nothing, jump, duck. @default {2} */
  actions?: 2 | 3;
  /** Rendered frames per step; 60 are a second of play. @default {4} */
  frameSkip?: number;
  /** Whether games are cut as in training (`env.maxEpisodeSteps`). @default {false} */
  training?: boolean;
  /** All else: a config's file, or keys of a config. An agent's is its `config`. */
  config?: string | Settings;
}

/** Games of the real page under the lock-step clock, in a Chrome of their own. */
export interface Games extends VectorEnv {
  /** The games' states, for players that do not look at pixels. */
  states(): Promise<GameState[]>;
  /** The whole pages: [n, 150, 552] uint8 grey, as a screenshot shows them. */
  render(): Promise<Uint8Array>;
}

/**
 * Starts Chrome and opens games in it. Both end with `await using`, or
 * `games[Symbol.asyncDispose]()`.
 *
 * @throws ConfigError when an option is not one that a config may hold,
 * ChromeNotFoundError when Chrome cannot be started, DinoPageError when its
 * page is not one that this program knows
 */
export async function openGames(options: GamesOptions = {}): Promise<Games> {
  const { games, speed, actions, frameSkip, training = false } = options;
  const config = await wholeConfig(options.config, {
    "env.instances": games,
    ...{ "game.speed": speed, "game.frameSkip": frameSkip },
    "game.actions": actions,
    // Random actions are the caller's affair: as many as there are actions.
    "exploration.actionProbabilities": actions && null,
  });
  await using opened = new AsyncDisposableStack();
  const environments = opened.use(await Environments.open(config));
  const env = environments.createLockstep({ training });
  const chrome = opened.move();
  const close = () => chrome.disposeAsync();
  return Object.assign(env, { [Symbol.asyncDispose]: close });
}

/**
 * Episodes for `reset`, without end: their seeds are drawn from those of
 * training games, 0 to 499,999, so that evaluations play none of them.
 *
 * @param seed equal ones give equal games
 * @param maxScore points at which a game is truncated. @default never
 */
export function episodesFrom(seed: number, maxScore?: number): EpisodeSchedule {
  return (environment, episode) => ({
    seed: hash32(seed, environment, episode) % TRAINING_SEEDS_END,
    ...(maxScore !== undefined && { maxScore }),
  });
}
