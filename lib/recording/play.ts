/** One game to look at, as an animated picture. */
import { type Config, HELD_OUT_SEEDS_START } from "../config/mod.ts";
import { ACTIONS, CANVAS, FRAMES_PER_SECOND } from "../constants.ts";
import { animate, type GameFrame, type PictureFormat } from "../drawing/mod.ts";
import { ChromeCrashedError } from "../errors.ts";
import { evaluate, greedyPolicy } from "../evaluation/mod.ts";
import {
  lastMoments,
  type Moment,
  moments,
  openGame,
  type Player,
  type RenderingEnv,
} from "./moments.ts";
import { type StoredGame, storedGame } from "./stored_game.ts";

/** A game that Chrome broke off is played again, at most so often. */
const ATTEMPTS = 3;

/** A game, and what it looks like. */
export interface ShownGame {
  score: number;
  end: "crash" | "cap";
  seconds: number;
  /** Of its end. */
  picture: Uint8Array;
  /** Enough to play it again; `null` with the live clock. */
  stored: StoredGame | null;
}

/** How a game is shown. */
export interface ShowOptions {
  /** The last so many seconds of play are in the picture. */
  seconds: number;
  /** Whether the Q-values are drawn below the game. */
  drawQ: boolean;
  format: PictureFormat;
}

/** Which game is played. */
export interface PlayOptions {
  seed: number;
  /** Score at which the game ends. */
  maxScore: number;
}

/**
 * Plays a stored game again and takes its end down.
 *
 * @param config the agent's, or any with the same pictures
 * @param player whose Q-values are drawn, if they are
 * @throws DinoPageError when the game goes otherwise than it did
 */
export async function showStoredGame(
  config: Config,
  player: Player | null,
  game: StoredGame,
  options: ShowOptions,
): Promise<ShownGame> {
  await using opened = await openGame({ ...config, game: game.game });
  return await showAgain(opened.env, player, game, options);
}

/** Plays a game with the lock-step clock and takes its end down. */
export async function showLockstepGame(
  config: Config,
  player: Player,
  { seed: firstSeed, maxScore, ...options }: PlayOptions & ShowOptions,
): Promise<ShownGame> {
  await using opened = await openGame(config);
  // Played twice: nobody knows how it ends, and pictures of all of it take long.
  const { games } = await evaluate(opened.env, greedyPolicy(player), {
    ...{ episodes: 1, firstSeed, maxScore },
  });
  const stored = storedGame(games[0]!, config, maxScore);
  return await showAgain(opened.env, player, stored, options);
}

async function showAgain(
  env: RenderingEnv,
  player: Player | null,
  stored: StoredGame,
  options: ShowOptions,
): Promise<ShownGame> {
  const asked = options.drawQ ? player : null;
  const count = decisions(options, stored.game);
  const shown = await lastMoments(env, asked, stored, count);
  return {
    ...{ score: stored.score, end: stored.end, stored },
    seconds: stored.frames / FRAMES_PER_SECOND,
    picture: await draw(shown, stored.game, options),
  };
}

/** Decisions in the last seconds of a game. */
const decisions = ({ seconds }: ShowOptions, { frameSkip }: Config["game"]) =>
  Math.ceil(seconds * FRAMES_PER_SECOND / frameSkip);

function draw(
  frames: readonly GameFrame[],
  { frameSkip, actions }: Config["game"],
  { drawQ, format }: ShowOptions,
): Promise<Uint8Array> {
  return animate(frames, {
    ...CANVAS,
    frameMs: 1000 * frameSkip / FRAMES_PER_SECOND,
    ...(drawQ && { actions: ACTIONS.slice(0, actions) }),
    format,
  });
}

/**
 * Plays a game of the untouched page in real time, and takes it down. Where
 * Chrome breaks it off another one begins.
 */
export async function showLiveGame(
  config: Config,
  player: Player,
  { maxScore, ...options }: Omit<PlayOptions, "seed"> & ShowOptions,
): Promise<ShownGame> {
  await using opened = await openGame(config, "live");
  const count = decisions(options, config.game);
  const start = { seed: HELD_OUT_SEEDS_START, maxScore };
  for (let attempt = 1;; attempt++) {
    const shown: Moment[] = [];
    try {
      for await (const moment of moments(opened.env, player, start)) {
        shown.push(moment);
        if (shown.length > count) shown.shift();
      }
    } catch (error) {
      const broken = error instanceof ChromeCrashedError;
      if (!broken || attempt === ATTEMPTS) throw error;
      continue;
    }
    const { score, end, frames } = shown.at(-1)!.game!;
    return {
      ...{ score, end, seconds: frames / FRAMES_PER_SECOND },
      picture: await draw(shown, config.game, options),
      stored: null,
    };
  }
}
