/** Games of an agent, shown to one viewer as they are played. */
import { isDeepStrictEqual } from "node:util";
import { type Agent, findAgent, loadPlayer } from "../agents/mod.ts";
import { type Config, HELD_OUT_SEEDS_START } from "../config/mod.ts";
import { ACTIONS, COUNTER_END, FRAMES_PER_SECOND } from "../constants.ts";
import { ChromeCrashedError } from "../errors.ts";
import { evaluate, greedyPolicy } from "../evaluation/mod.ts";
import {
  type GameStart,
  type Moment,
  moments,
  openGame,
  type Player,
  type RenderingEnv,
  type StoredGame,
  storedGame,
} from "../recording/mod.ts";
import type { Controls } from "./controls.ts";
import { occlusion } from "./occlusion.ts";

/** How long the end of a game is shown before the next one, in milliseconds. */
const END_MS = 4000;
/** Decisions before the end at which "to the end" begins: four seconds. */
const END_DECISIONS = 60;

/** What is shown. */
export interface Screen {
  /** A game begins, or is known to its end. */
  game(about: GameAbout): void;
  moment(moment: Moment, about: MomentAbout): void;
}

/** A game, before it is seen. */
export interface GameAbout {
  agent: string;
  checkpoint: string;
  /** Said when another checkpoint decides than in the game before. */
  news: string | null;
  /** Null: of a game in real time, which has none. */
  seed: number | null;
  /** Names of the actions, in the order of the Q-values. */
  actions: readonly string[];
  /** Decisions to its end; null: nobody knows yet. */
  decisions: number | null;
  score: number | null;
  end: "crash" | "cap" | null;
}

/** A moment, beside its picture. */
export interface MomentAbout {
  /** Decisions before it. */
  decision: number;
  /** [10, 10], as `occlusion` gives it; null: nobody asked for it. */
  occlusion: number[] | null;
}

/** What is to be shown first. */
export interface ShowOptions {
  /** As `findAgent` takes it. */
  target?: string | undefined;
  /** Changes to its config, `key=value`. */
  sets?: readonly string[];
  /** A stored game; absent: games from `seed` on. */
  stored?: StoredGame | undefined;
  /** @default {HELD_OUT_SEEDS_START} */
  seed?: number | undefined;
  /** The untouched page in real time: seeds and stored games are not for it. */
  live?: boolean;
  /** Score at which a game ends. @default {COUNTER_END} */
  maxScore?: number;
  /** Told of each game that was seen to its end. */
  onEnd?: (game: StoredGame) => void;
}

/**
 * Shows games until the viewer has gone: each as fast as the viewer wants, then
 * the next seed's, by the agent's checkpoint of that time.
 *
 * @throws what `findAgent`, `loadPlayer` and `moments` throw
 */
export async function showGames(
  screen: Screen,
  controls: Controls,
  options: ShowOptions,
): Promise<void> {
  const { stored: asked, live = false, maxScore = COUNTER_END } = options;
  await using chrome = new OneGame(live);
  using loaded = new LoadedAgent(options);
  let stored = asked ?? null;
  let seed = stored?.seed ?? options.seed ?? HELD_OUT_SEEDS_START;
  let from = 0;
  // A game that was asked for, and a real one, stay until somebody goes on.
  let stays = live || stored !== null;
  while (!controls.closed) {
    const { agent, player, news } = await loaded.newest();
    const { config } = agent;
    const game = stored?.game ?? config.game;
    const env = await chrome.of({ ...config, game });
    let known = stored;
    const about = (news: string | null) => ({
      ...{ agent: agent.name, checkpoint: agent.checkpoint, news },
      seed: live ? null : seed,
      actions: ACTIONS.slice(0, game.actions),
      decisions: live ? null : known?.actions.length ?? null,
      score: known?.score ?? null,
      end: known?.end ?? null,
    });
    screen.game(about(news));
    const start: GameStart = stored ? { stored, from } : { seed, maxScore };
    const decisionMs = 1000 * game.frameSkip / FRAMES_PER_SECOND;
    let decision = Math.min(from, stored?.actions.length ?? 0);
    let due = performance.now();
    try {
      for await (const moment of moments(env, player, start)) {
        if (moment.game) {
          // How it ended is known before its end is seen.
          known ??= storedGame(moment.game, config, maxScore);
          screen.game(about(null));
          options.onEnd?.(known);
        }
        const occluded = controls.occlusion
          ? await occlusion(player, moment.observation)
          : null;
        screen.moment(moment, { decision: decision++, occlusion: occluded });
        // A real game has its own pace.
        due = moment.game
          ? stays ? Infinity : performance.now() + END_MS
          : live
          ? 0
          : Math.max(due + decisionMs / controls.pace, performance.now());
        if (!await controls.turn(due)) break;
      }
    } catch (error) {
      if (!live || !(error instanceof ChromeCrashedError)) throw error;
      // It was broken off, by a busy machine perhaps: another one begins.
    }
    const jump = controls.jump() ?? "next";
    if (live) continue;
    stored = known;
    if (jump === "next" || typeof jump === "object") {
      seed = jump === "next" ? seed + 1 : jump.seed;
      [stored, from, stays] = [null, 0, false];
      continue;
    }
    if (jump === "end") {
      stored ??= await playOut(env, player, config, {
        ...{ firstSeed: seed, maxScore, signal: controls.leave },
      });
    }
    const end = stored?.actions.length ?? 0;
    from = jump === "end" ? Math.max(0, end - END_DECISIONS) : jump;
  }
}

/** A game to its end, unseen; null: the viewer did not wait for it. */
async function playOut(
  env: RenderingEnv,
  player: Player,
  config: Config,
  options: { firstSeed: number; maxScore: number; signal: AbortSignal },
): Promise<StoredGame | null> {
  try {
    const { games } = await evaluate(env, greedyPolicy(player), {
      ...{ ...options, episodes: 1 },
    });
    return storedGame(games[0]!, config, options.maxScore);
  } catch (error) {
    if (options.signal.aborted) return null;
    throw error;
  }
}

/** One game of the page, opened anew where its settings are others. */
class OneGame implements AsyncDisposable {
  #config: Config | null = null;
  #open: Awaited<ReturnType<typeof openGame>> | null = null;
  #clock: Config["env"]["clock"];

  constructor(live: boolean) {
    this.#clock = live ? "live" : "lockstep";
  }

  async of(config: Config): Promise<RenderingEnv> {
    if (!this.#open || !isDeepStrictEqual(config, this.#config)) {
      await this[Symbol.asyncDispose]();
      this.#open = await openGame(config, this.#clock);
      this.#config = config;
    }
    return this.#open.env;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open?.[Symbol.asyncDispose]();
    this.#open = null;
  }
}

/** An agent, looked for before each game: a training has newer checkpoints. */
class LoadedAgent implements Disposable {
  #options: ShowOptions;
  #agent: Agent | null = null;
  #player: Awaited<ReturnType<typeof loadPlayer>> | null = null;

  constructor(options: ShowOptions) {
    this.#options = options;
  }

  /** It, and what is said when another checkpoint decides than before. */
  async newest() {
    const before = this.#agent;
    const { target, sets = [] } = this.#options;
    const agent = await findAgent(target, { sets });
    const same = before?.name === agent.name &&
      before.checkpoint === agent.checkpoint;
    if (same && this.#player) {
      return { agent: before, player: this.#player, news: null };
    }
    const player = await loadPlayer(agent);
    this.#player?.[Symbol.dispose]();
    [this.#agent, this.#player] = [agent, player];
    const news = before &&
      `${agent.checkpoint} plays now, ${before.checkpoint} before`;
    return { agent, player, news };
  }

  [Symbol.dispose](): void {
    this.#player?.[Symbol.dispose]();
  }
}
