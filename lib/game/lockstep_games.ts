import { PARKED } from "../constants.ts";
import { ChromeCrashedError } from "../errors.ts";
import { AnswerReader, ENDS } from "./lockstep_answer.ts";
import type { LockstepPage } from "./lockstep_page.ts";
import type {
  EpisodeSchedule,
  EpisodeStart,
  FinishedEpisode,
  GameState,
  StoredEpisode,
} from "./types.ts";

/** Decisions per call when an episode is played again: a call stays short. */
const REPLAY_CHUNK = 4000;

/** What one game did in a step. */
export interface GameStep {
  /** Of the episode that runs now: the next one, where one has begun. */
  score: number;
  /** Rendered frames since its start. */
  frames: number;
  /** Pixels per frame. */
  speed: number;
  /** The ink of it, a part of the games' pixels: the next step overwrites it. */
  pixels: Uint8Array;
  /** The episode that ended in this step, and its last ink. */
  ended?: { episode: FinishedEpisode; pixels: Uint8Array };
}

/** What {@linkcode LockstepGames} are made of. */
export interface LockstepGamesOptions {
  /** Decisions after which an episode is truncated; `null`: never. */
  maxSteps: number | null;
  /** Bytes of one game's pixels. */
  pixelBytes: number;
  /** Where they are put: for each game as many words as they take. */
  pixels: Uint32Array;
}

/** The running episode of a game; all that brings back the same pixels. */
interface Episode {
  number: number;
  /** `null`: the game stands still, there is nothing left to play. */
  start: EpisodeStart | null;
  actions: number[];
}

/**
 * Some games of a page, stepped together in one round trip. When Chrome dies,
 * it is started again and the running episodes are played again from their
 * starts and actions, which brings back the same pixels.
 */
export class LockstepGames implements AsyncDisposable {
  readonly count: number;
  readonly #page: LockstepPage;
  readonly #options: LockstepGamesOptions;
  readonly #pixelWords: number;
  #schedule: EpisodeSchedule = () => null;
  #episodes: Episode[] = [];
  /** Games whose next episode the page has not been told. */
  #untold = new Set<number>();
  /** The page's batch, and which start of Chrome it belongs to; 0: none. */
  #batch = 0;
  #generation = 0;

  constructor(page: LockstepPage, options: LockstepGamesOptions) {
    this.#page = page;
    this.#options = options;
    this.#pixelWords = Math.ceil(options.pixelBytes / 4);
    this.count = options.pixels.length / this.#pixelWords;
  }

  /**
   * Comes to the pixels of stored episodes by playing their actions again, and
   * goes on with the schedule after them.
   *
   * @returns for each game the pixels of its last `decisions`, of the
   * episode's first frame where it has fewer; the newest last.
   */
  async restore(
    stored: readonly StoredEpisode[],
    schedule: EpisodeSchedule,
    decisions: number,
  ): Promise<Uint8Array[][]> {
    this.#schedule = schedule;
    this.#episodes = stored.map(({ episode, start, actions }) => ({
      number: episode,
      start: start && checked(start),
      actions: [...Uint8Array.fromBase64(actions)],
    }));
    return await this.#recovered(() => this.#rebuild(decisions));
  }

  /** The running episodes, for {@linkcode restore}. */
  state(): StoredEpisode[] {
    return this.#episodes.map(({ number, start, actions }) => ({
      episode: number,
      start,
      actions: Uint8Array.from(actions).toBase64(),
    }));
  }

  /**
   * One decision in each game. The request is sent before this returns.
   *
   * @param actions of each game, or `PARKED`.
   * @returns what each game did; undefined: it stood still.
   * @throws ChromeCrashedError when Chrome could not be brought back.
   */
  async step(actions: Uint8Array): Promise<(GameStep | undefined)[]> {
    const sent = Array.from(
      actions,
      (action, game) => this.#episodes[game]!.start ? action : PARKED,
    );
    const answer = await this.#ask(() =>
      this.#page.call(
        "step",
        this.#batch,
        sent,
        [...this.#untold].map((game) => [game, this.#next(game)]),
      )
    );
    this.#untold.clear();
    const reader = new AnswerReader(answer, this.count);
    return sent.map((action, game) => {
      if (action === PARKED) return undefined;
      this.#episodes[game]!.actions.push(action);
      return this.#read(reader, game);
    });
  }

  /** The games' states, for players that do not look at pixels. */
  states(): Promise<GameState[]> {
    return this.#ask(() => this.#page.call("states", this.#batch));
  }

  /** Whole pictures as a screenshot shows them: [games, 150, 552] grey. */
  async pictures(): Promise<Uint8Array<ArrayBuffer>> {
    return Uint8Array.fromBase64(
      await this.#ask(() => this.#page.call("pictures", this.#batch)),
    );
  }

  /** Gives the games back to their page. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#generation !== this.#page.generation) return;
    await this.#page.call("closeBatch", this.#batch).catch(() => {});
  }

  /** What a game plays after its running episode. */
  #next(game: number): EpisodeStart | null {
    const { number, start } = this.#episodes[game]!;
    const next = start && this.#schedule(game, number + 1);
    return next && checked(next);
  }

  /** Reads what a game did; moves on to the next episode where one ended. */
  #read(reader: AnswerReader, game: number): GameStep {
    const { end, score, frames, obstacle, speed, nextSpeed } = reader.record(
      game,
    );
    const place = this.#options.pixels.subarray(
      game * this.#pixelWords,
      (game + 1) * this.#pixelWords,
    );
    reader.pixels(place);
    const pixels = this.#bytes(place);
    const ending = ENDS[end];
    if (!ending) return { score, frames, speed, pixels };
    const { number, start, actions } = this.#episodes[game]!;
    const name = this.#page.obstacles[obstacle];
    const episode: FinishedEpisode = {
      episode: number,
      seed: start!.seed,
      score,
      frames,
      actions: Uint8Array.from(actions),
      speed,
      end: ending,
      ...(ending === "crash" && name !== undefined && { obstacle: name }),
    };
    const ended = { episode, pixels: pixels.slice() };
    const next = this.#next(game);
    this.#episodes[game] = { number: number + 1, start: next, actions: [] };
    this.#untold.add(game);
    if (!next) return { score, frames, speed, pixels, ended };
    reader.pixels(place);
    return { score: 0, frames: 0, speed: nextSpeed, pixels, ended };
  }

  #bytes(words: Uint32Array): Uint8Array {
    const { buffer, byteOffset } = words;
    return new Uint8Array(buffer, byteOffset, this.#options.pixelBytes);
  }

  /** Asks the page, if need be several times with Chrome brought back. */
  #ask<T>(call: () => Promise<T>): Promise<T> {
    return this.#recovered(async () => {
      if (this.#generation !== this.#page.generation) await this.#rebuild(0);
      const answer = await call();
      this.#page.progressed();
      return answer;
    });
  }

  async #recovered<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      const { generation } = this.#page;
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof ChromeCrashedError)) throw error;
        await this.#page.recover(generation, error);
      }
    }
  }

  /** Takes games of the page as it is now and plays the episodes again. */
  async #rebuild(decisions: number): Promise<Uint8Array[][]> {
    const { generation } = this.#page;
    if (this.#generation !== generation) {
      const { maxSteps } = this.#options;
      this.#batch = await this.#page.call("createBatch", this.count, maxSteps);
    }
    const pixels: Uint8Array[][] = [];
    for (const [game, { start, actions }] of this.#episodes.entries()) {
      pixels.push(
        start ? await this.#replay(game, start, actions, decisions) : [],
      );
      this.#untold.add(game);
    }
    this.#generation = generation;
    return pixels;
  }

  async #replay(
    game: number,
    start: EpisodeStart,
    actions: readonly number[],
    decisions: number,
  ): Promise<Uint8Array[]> {
    const pixels: Uint8Array[] = [];
    let from = 0;
    do {
      // The frames that are wanted must not be split between two calls.
      const rest = actions.length - from;
      const count = rest <= REPLAY_CHUNK + decisions ? rest : REPLAY_CHUNK;
      const answer = await this.#page.call(
        "replay",
        this.#batch,
        game,
        actions.slice(from, from + count),
        count === rest ? decisions : 0,
        from === 0 ? start : null,
      );
      const reader = new AnswerReader(answer, 0);
      while (!reader.done) {
        const words = new Uint32Array(this.#pixelWords);
        reader.pixels(words);
        pixels.push(this.#bytes(words));
      }
      from += count;
    } while (from < actions.length);
    return pixels;
  }
}

/** @throws RangeError when the page could not begin with this seed. */
function checked(start: EpisodeStart): EpisodeStart {
  if (Number.isInteger(start.seed) && start.seed >= 0) return start;
  throw new RangeError(
    `An episode's seed must be a whole number >= 0, not ${start.seed}.`,
  );
}
