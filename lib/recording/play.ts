/** One game to look at: in a window, or as an animated picture. */
import { greedy, type Learner } from "../agent/mod.ts";
import { type Config, HELD_OUT_SEEDS_START } from "../config/mod.ts";
import { ACTIONS, CANVAS, FRAMES_PER_SECOND } from "../constants.ts";
import { Environments } from "../env/mod.ts";
import { ChromeNotFoundError, UsageError } from "../errors.ts";
import {
  evaluate,
  greedyPolicy,
  type PlayedGame,
  type Policy,
} from "../evaluation/mod.ts";
import { animatedWebp, type GameFrame } from "../drawing/mod.ts";
import { replayGame, type StoredGame, storedGame } from "./stored_game.ts";

/** A game, and the picture of its end. */
export interface ShownGame {
  score: number;
  end: "crash" | "cap";
  seconds: number;
  webp: Uint8Array;
  /** Enough to play it again; `null` with the live clock. */
  stored: StoredGame | null;
}

/** How a game is shown. */
export interface ShowOptions {
  /** The last so many seconds of play are in the picture. */
  seconds: number;
  /** Draws the Q-values of this network below the game. */
  learner?: Learner | undefined;
}

/**
 * Plays a stored game again and takes its end down.
 *
 * @param config the agent's, or any with the same pictures
 * @throws DinoPageError when the game goes otherwise than it did
 */
export async function showStoredGame(
  config: Config,
  game: StoredGame,
  options: ShowOptions,
): Promise<ShownGame> {
  await using environments = await Environments.open(lockstepConfig({
    ...config,
    game: game.game,
  }));
  return await showReplay(environments, game, options);
}

const lockstepConfig = (config: Config): Config => ({
  ...config,
  env: { ...config.env, clock: "lockstep" },
});

async function showReplay(
  environments: Environments,
  game: StoredGame,
  { seconds, learner }: ShowOptions,
): Promise<ShownGame> {
  await using env = await environments.createLockstep({
    training: false,
    numEnvs: 1,
  });
  const { frameSkip } = game.game;
  const count = Math.ceil(seconds * FRAMES_PER_SECOND / frameSkip);
  const frames = await replayGame(env, game, {
    from: Math.max(0, game.actions.length - count),
    ...(learner && { learner }),
  });
  return {
    score: game.score,
    end: game.end,
    seconds: game.frames / FRAMES_PER_SECOND,
    webp: await toWebp(frames, game.game, learner !== undefined),
    stored: game,
  };
}

function toWebp(
  frames: readonly GameFrame[],
  { frameSkip, actions }: Config["game"],
  drawQ: boolean,
): Promise<Uint8Array> {
  return animatedWebp(frames, {
    ...CANVAS,
    frameMs: 1000 * frameSkip / FRAMES_PER_SECOND,
    ...(drawQ && { actions: ACTIONS.slice(0, actions) }),
  });
}

/** Which game {@linkcode showLockstepGame} plays. */
export interface PlayOptions extends Omit<ShowOptions, "learner"> {
  seed: number;
  /** Score at which the game ends. */
  maxScore: number;
  /** Whether the Q-values are drawn. */
  drawQ: boolean;
}

/** Plays a game with the lock-step clock and takes its end down. */
export async function showLockstepGame(
  config: Config,
  learner: Learner,
  { seed, maxScore, seconds, drawQ }: PlayOptions,
): Promise<ShownGame> {
  await using environments = await Environments.open(lockstepConfig(config));
  const game = await (async () => {
    await using env = await environments.create({
      training: false,
      numEnvs: 1,
    });
    const { games } = await evaluate(env, greedyPolicy(learner), {
      episodes: 1,
      firstSeed: seed,
      maxScore,
    });
    return games[0]!;
  })();
  return await showReplay(environments, storedGame(game, config, maxScore), {
    seconds,
    learner: drawQ ? learner : undefined,
  });
}

/** Takes the Q-values of each decision of the only game. */
type WatchQ = (q: readonly number[], action: number) => void | Promise<void>;

function watchedPolicy(learner: Learner, watch: WatchQ): Policy {
  return async (observations, count) => {
    const q = await learner.qValues(observations, count, "evaluation");
    const actions = new Uint8Array(count);
    greedy(q, actions);
    await watch([...q], actions[0]!);
    return actions;
  };
}

/** How {@linkcode playLive} plays. */
export interface LiveOptions {
  maxScore: number;
  /** Whether Chrome has a window. */
  window: boolean;
  watch: WatchQ;
  /** Receives the environment before the first decision. */
  onStart?: (env: { render(): Promise<Uint8Array> }) => void;
}

/**
 * Plays one game of the untouched page in real time.
 *
 * @throws UsageError when the window cannot be opened
 */
export async function playLive(
  config: Config,
  learner: Learner,
  { maxScore, window, watch, onStart }: LiveOptions,
): Promise<PlayedGame> {
  const live: Config = {
    ...config,
    env: { ...config.env, clock: "live" },
    browser: { ...config.browser, headless: !window },
  };
  await using environments = await Environments.open(live).catch((error) => {
    if (!window || !(error instanceof ChromeNotFoundError)) throw error;
    throw new UsageError(
      `Cannot open a window on the display ${
        Deno.env.get("DISPLAY") ?? "(none)"
      }; use --no-window for an animated picture. ${
        error.message.split("\n", 1)[0]
      }`,
      { cause: error },
    );
  });
  await using env = await environments.create({ training: false });
  onStart?.(env);
  const { games } = await evaluate(env, watchedPolicy(learner, watch), {
    episodes: 1,
    firstSeed: HELD_OUT_SEEDS_START,
    maxScore,
  });
  return games[0]!;
}

/** Plays a game of the untouched page without a window, and takes it down. */
export async function showLiveGame(
  config: Config,
  learner: Learner,
  { maxScore, seconds, drawQ }: Omit<PlayOptions, "seed">,
): Promise<ShownGame> {
  const { frameSkip } = config.game;
  const count = Math.ceil(seconds * FRAMES_PER_SECOND / frameSkip);
  const frames: GameFrame[] = [];
  let env: { render(): Promise<Uint8Array> };
  const game = await playLive(config, learner, {
    maxScore,
    window: false,
    onStart: (started) => env = started,
    watch: async (q, action) => {
      const picture = await env.render();
      frames.push({
        picture,
        seconds: 0,
        action,
        ...(drawQ && { q: [...q] }),
      });
      if (frames.length > count) frames.shift();
    },
  });
  return {
    score: game.score,
    end: game.end,
    seconds: game.frames / FRAMES_PER_SECOND,
    webp: await toWebp(frames, config.game, drawQ),
    stored: null,
  };
}
