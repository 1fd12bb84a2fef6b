/**
 * Games that were kept: a game of the lock-step clock is its seed and its
 * actions, and plays to the same score again.
 */
import { z } from "zod";
import type { Learner } from "../agent/mod.ts";
import { type Config, type GameConfig, gameSchema } from "../config/mod.ts";
import { FRAMES_PER_SECOND } from "../constants.ts";
import type { VectorEnv } from "../env/types.ts";
import { DinoPageError, UsageError } from "../errors.ts";
import type { GameFrame } from "../drawing/mod.ts";
import type { PlayedGame } from "../evaluation/mod.ts";

const storedGameSchema = z.object({
  seed: z.int().min(0),
  score: z.int().min(0),
  frames: z.int().min(1),
  end: z.enum(["crash", "cap"]),
  cap: z.int().min(1),
  game: gameSchema,
  actions: z.string().regex(/^[012]+$/),
});

/** A game as it is stored, in JSON. */
export interface StoredGame {
  seed: number;
  score: number;
  /** Rendered frames. */
  frames: number;
  end: "crash" | "cap";
  /** Score at which it would have ended, or did. */
  cap: number;
  /** The game's settings; without them the actions mean something else. */
  game: GameConfig;
  /** Every action in order, one digit each. */
  actions: string;
}

/** An environment that can show its pictures, [n, 150, 552] uint8 grey. */
export interface RenderingEnv extends VectorEnv {
  render(): Promise<Uint8Array>;
}

/** A game as it is to be stored. */
export function storedGame(
  { seed, score, frames, end, played }: PlayedGame,
  { game }: Pick<Config, "game">,
  cap: number,
): StoredGame {
  return { seed, score, frames, end, cap, game, actions: played };
}

/**
 * Reads a stored game.
 *
 * @throws UsageError if there is none, or it is not one
 */
export async function readStoredGame(path: string): Promise<StoredGame> {
  let content: unknown;
  try {
    content = JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    throw new UsageError(
      `Cannot read the stored game ${path}: ${(cause as Error).message}.`,
      { cause },
    );
  }
  const result = storedGameSchema.safeParse(content);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new UsageError(
    `${path} is not a stored game: ${issue.path.join(".") || "it"}: ` +
      `${issue.message}. Evaluations keep best.json and median.json.`,
  );
}

/** What {@linkcode replayGame} takes down. */
export interface ReplayOptions {
  /** Takes down the frames from this decision on. @default {0} */
  from?: number;
  /** Takes down the frames up to this decision. @default {Infinity} */
  to?: number;
  /** Takes down its Q-values and what it saw, too. */
  learner?: Pick<Learner, "qValues">;
}

/**
 * Plays a stored game again.
 *
 * @param env one lock-step game with the stored game's settings
 * @returns the frames between `from` and `to`, the last one after the end of
 * the game where `to` lies beyond it
 * @throws DinoPageError when the game goes otherwise than it did: the page, or
 * Chrome, is another one
 */
export async function replayGame(
  env: RenderingEnv,
  stored: StoredGame,
  options: ReplayOptions = {},
): Promise<GameFrame[]> {
  const { from = 0, to = Infinity, learner } = options;
  const { seed, cap, actions } = stored;
  const frames: GameFrame[] = [];
  const start = { seed, maxScore: cap };
  // Not decision by decision to where it gets interesting, but all at once; the
  // one before it tells the time.
  const first = Math.max(0, Math.min(from, actions.length) - 1);
  const played = Uint8Array.from(actions.slice(0, first), Number).toBase64();
  let { observations } = await env.restore(
    { environments: [{ episode: 0, start, actions: played }] },
    (_, episode) => episode === 0 ? start : null,
  );
  let seconds = 0;
  for (let i = first; i < actions.length; i++) {
    const action = Number(actions[i]);
    if (i >= from && i < to) {
      frames.push({
        picture: await env.render(),
        seconds,
        action,
        ...(learner && {
          q: [...await learner.qValues(observations, 1, "evaluation")],
          observation: observations.slice(),
        }),
      });
    }
    const step = await env.step(Uint8Array.of(action));
    observations = step.observations;
    const info = step.infos[0]!;
    seconds = (info.episode?.frames ?? info.frames) / FRAMES_PER_SECOND;
    if (info.episode || i === actions.length - 1) {
      const score = Math.min(info.episode?.score ?? info.score, cap);
      if (i < actions.length - 1 || !info.episode || score !== stored.score) {
        throw new DinoPageError(
          `The stored game of seed ${seed} came to ${stored.score} points ` +
            `after ${actions.length} actions, but now to ${score} points ` +
            `after ${i + 1}${info.episode ? "" : " and had not ended"}: it ` +
            "was played with another page or Chrome, or the file was changed.",
        );
      }
    }
  }
  if (to > actions.length) {
    frames.push({ picture: await env.render(), seconds });
  }
  return frames;
}
