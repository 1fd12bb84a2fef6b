/** A game, moment by moment. */
import { greedy, type Learner } from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import { FRAMES_PER_SECOND } from "../constants.ts";
import type { GameFrame } from "../drawing/mod.ts";
import { Environments } from "../env/mod.ts";
import type { EpisodeStart, StepInfo, VectorEnv } from "../env/types.ts";
import { ChromeCrashedError, DinoPageError } from "../errors.ts";
import { type PlayedGame, playedGame } from "../evaluation/mod.ts";
import type { StoredGame } from "./stored_game.ts";

/** An environment that can show its pictures, [n, 150, 552] uint8 grey. */
export interface RenderingEnv extends VectorEnv {
  render(): Promise<Uint8Array>;
}

/** Who decides: always for the action of the highest Q-value. */
export type Player = Pick<Learner, "qValues">;

/** A decision with what led to it; the last moment is the game's end. */
export interface Moment extends GameFrame {
  /** [80, 80, 4] uint8: what the player sees. */
  observation: Uint8Array;
  /** Points so far, and speed in pixels per frame; null: before a game and
   * after it. */
  points: number;
  speed: number | null;
  /** The game as it was played; in its last moment only. */
  game?: PlayedGame;
}

/** A game that is played, or one that was and is played again. */
export type GameStart = Required<Pick<EpisodeStart, "seed" | "maxScore">> | {
  stored: StoredGame;
  /** Decisions that are skipped, all in one go. @default {0} */
  from?: number;
};

/**
 * Plays one game to its end. Whoever does not ask for the next moment has
 * paused it; whoever leaves has ended it.
 *
 * @param env one game: of the page in real time, where a seed is but a name, or
 * under the lock-step clock, for a stored game with that game's settings
 * @param player decides, or says what it thinks of a stored game's decisions;
 * null: nobody is asked about a stored game
 * @throws DinoPageError when a stored game goes otherwise than it did,
 * ChromeCrashedError when Chrome broke a live game off
 */
export async function* moments(
  env: RenderingEnv,
  player: Player | null,
  start: GameStart,
): AsyncGenerator<Moment, void, void> {
  const { stored, from = 0 } = "stored" in start ? start : { stored: null };
  const { seed, maxScore } = "stored" in start
    ? { seed: start.stored.seed, maxScore: start.stored.cap }
    : start;
  const given = stored && Uint8Array.from(stored.actions, Number);
  const first = Math.min(from, given?.length ?? 0);
  // The step before the first moment that is shown tells the time.
  const played = Array.from(given?.subarray(0, Math.max(0, first - 1)) ?? []);
  let { observations } = await begin(env, { seed, maxScore }, played);
  let now: Pick<Moment, "seconds" | "points" | "speed"> = {
    ...{ seconds: 0, points: 0, speed: null },
  };
  for (;;) {
    const observation = observations.slice();
    const shown = played.length >= first;
    const [picture, q] = await Promise.all([
      shown ? env.render() : null,
      player && (shown || !given)
        ? player.qValues(observation, 1, "evaluation")
        : null,
    ]);
    const action = given ? given[played.length]! : greedyAction(q);
    if (picture) {
      yield { picture, observation, ...now, action, ...(q && { q: [...q] }) };
    }
    played.push(action);
    const step = await env.step(Uint8Array.of(action));
    const { episode, ...running } = step.infos[0]!;
    observations = step.observations;
    const { frames, score } = episode ?? running;
    now = {
      ...{ seconds: frames / FRAMES_PER_SECOND, points: score },
      // After the end it is the next game's.
      speed: episode ? null : running.speed,
    };
    if (episode?.end === "interrupted") {
      throw new ChromeCrashedError(
        "The game was broken off: Chrome stopped, or this program stood still.",
      );
    }
    if (stored) checkSame(stored, played.length, step.infos[0]!);
    if (!episode) continue;
    yield {
      picture: await env.render(),
      observation: observations.slice(),
      ...now,
      game: playedGame(episode, maxScore, env.numActions),
    };
    return;
  }
}

/**
 * Plays a stored game again.
 *
 * @returns its last so many decisions, or all of them, and its end
 * @throws as {@linkcode moments}
 */
export function lastMoments(
  env: RenderingEnv,
  player: Player | null,
  stored: StoredGame,
  decisions: number,
): Promise<Moment[]> {
  const from = Math.max(0, stored.actions.length - decisions);
  return Array.fromAsync(moments(env, player, { stored, from }));
}

/** One game in a Chrome of its own. */
export interface OpenGame extends AsyncDisposable {
  env: RenderingEnv;
}

/**
 * @param clock live: the untouched page in real time, after its first game,
 * which is no fair one
 * @throws what `Environments.open` throws
 */
export async function openGame(
  config: Config,
  clock: Config["env"]["clock"] = "lockstep",
): Promise<OpenGame> {
  await using opened = new AsyncDisposableStack();
  const environments = opened.use(
    await Environments.open({ ...config, env: { ...config.env, clock } }),
  );
  const options = { training: false, numEnvs: 1 };
  const env = opened.use(await environments.create(options));
  const kept = opened.move();
  return { env, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Begins a game in which these actions have been taken already. */
function begin(env: VectorEnv, start: EpisodeStart, played: number[]) {
  const actions = Uint8Array.from(played).toBase64();
  return env.restore(
    { environments: [{ episode: 0, start, actions }] },
    (_, episode) => episode === 0 ? start : null,
  );
}

function greedyAction(q: Float32Array | null): number {
  if (!q) throw new TypeError("a game that is not stored needs a player");
  const action = new Uint8Array(1);
  greedy(q, action);
  return action[0]!;
}

/** @throws DinoPageError unless it ends with its last action, at its score */
function checkSame(
  { seed, cap, actions, score: wanted }: StoredGame,
  decisions: number,
  { episode, score: soFar }: StepInfo,
): void {
  const last = decisions === actions.length;
  if (!episode && !last) return;
  const score = Math.min(episode?.score ?? soFar, cap);
  if (episode && last && score === wanted) return;
  throw new DinoPageError(
    `The stored game of seed ${seed} came to ${wanted} points after ` +
      `${actions.length} actions, but now to ${score} points after ` +
      `${decisions}${
        episode ? "" : " and had not ended"
      }: it was played with ` +
      "another page or Chrome, or the file was changed.",
  );
}
