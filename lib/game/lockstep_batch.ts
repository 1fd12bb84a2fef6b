import { ChromeCrashedError } from "../errors.ts";
import { ByteList } from "./byte_list.ts";
import type { LockstepPage } from "./lockstep_page.ts";
import { type PageEpisode, RECORD } from "./lockstep_protocol.ts";
import { PixelReader } from "./pixel_reader.ts";
import type { GameState } from "./types.ts";

/** Decisions per call when an episode is played again: a call stays short. */
const REPLAY_CHUNK = 4000;

/** A decision of a game that stands still. */
export const STAND_STILL = -1;

/** A running episode: all that is needed to come to the same pixels again. */
export interface Episode {
  start: PageEpisode;
  /** The decisions so far, one byte each. */
  actions: ByteList;
}

/** What one game did in a step. */
export interface GameStep {
  outcome: "parked" | "playing" | "crash" | "truncated";
  /** Of the episode that was played, also where it ended in this step. */
  score: number;
  frames: number;
  speed: number;
  /** Type of the nearest obstacle. */
  obstacle: string | undefined;
  /** The ink after the step; absent where the game is parked. */
  pixels: Uint8Array | undefined;
  /** The next episode's first pixels and speed, where one began. */
  begun: { pixels: Uint8Array; speed: number } | undefined;
}

const OUTCOMES = ["parked", "playing", "crash", "truncated"] as const;

/**
 * Some games of a page, stepped together in one round trip. When Chrome dies,
 * it is started again and the running episodes are played again from their
 * starts and actions, which brings back the same pixels.
 */
export class LockstepBatch implements AsyncDisposable {
  #page: LockstepPage;
  #pixelBytes: number;
  readonly #firstGeneration: number;
  #generation: number;
  #id: number;
  #running: (Episode | null)[];
  #next: (PageEpisode | null)[];
  /** Games whose next episode the page has not been told. */
  #untold = new Set<number>();

  private constructor(
    page: LockstepPage,
    pixelBytes: number,
    count: number,
    id: number,
  ) {
    this.#page = page;
    this.#pixelBytes = pixelBytes;
    this.#generation = this.#firstGeneration = page.generation;
    this.#id = id;
    this.#running = new Array(count).fill(null);
    this.#next = new Array(count).fill(null);
  }

  /** @param pixelBytes bytes that a game's pixels take in an answer. */
  static async create(
    page: LockstepPage,
    count: number,
    pixelBytes: number,
  ): Promise<LockstepBatch> {
    const id = await page.evaluate<number>(`lockstep.createBatch(${count})`);
    return new LockstepBatch(page, pixelBytes, count, id);
  }

  get size(): number {
    return this.#running.length;
  }

  /** Times that Chrome was started again and the games brought back. */
  get recoveries(): number {
    return this.#generation - this.#firstGeneration;
  }

  /** The running episode of each game. */
  get episodes(): readonly (Readonly<Episode> | null)[] {
    return this.#running;
  }

  /** What a game plays after its running episode; `null`: nothing. */
  setNext(game: number, episode: PageEpisode | null): void {
    this.#next[game] = episode;
    this.#untold.add(game);
  }

  /** Begins an episode in each game; `null` parks it. */
  async reset(starts: (PageEpisode | null)[]): Promise<GameStep[]> {
    this.#running.fill(null);
    const answer = await this.#ask((id) =>
      `lockstep.reset(${id},${JSON.stringify(starts)})`
    );
    starts.forEach((start, game) => this.#begin(game, start));
    return this.#decode(answer);
  }

  /**
   * One decision in each game. The request is sent before this returns.
   *
   * @param actions of each game, or {@linkcode STAND_STILL}.
   * @param truncate games whose episode ends with this decision.
   * @throws ChromeCrashedError when Chrome could not be brought back.
   */
  async step(
    actions: ArrayLike<number>,
    truncate: (game: number) => boolean,
  ): Promise<GameStep[]> {
    let text = "";
    for (let game = 0; game < this.size; game++) {
      const action = actions[game]!;
      text += action === STAND_STILL || !this.#running[game]
        ? "."
        : action + (truncate(game) ? 4 : 0);
    }
    const answer = await this.#ask((id) => {
      const next = [...this.#untold].map((game) => [game, this.#next[game]]);
      return `lockstep.step(${id},"${text}",${JSON.stringify(next)})`;
    });
    this.#untold.clear();
    const steps = this.#decode(answer);
    steps.forEach(({ outcome }, game) => {
      if (outcome === "parked") return;
      this.#running[game]!.actions.push(Number(text[game]) & 3);
      if (outcome !== "playing") this.#begin(game, this.#next[game]!);
    });
    return steps;
  }

  /**
   * Comes to the pixels of stored episodes by playing their actions again.
   *
   * @returns for each game the pixels of its last `frames` decisions, of the
   * episode's first frame where it has fewer.
   */
  async replay(
    episodes: (Episode | null)[],
    frames: number,
  ): Promise<Uint8Array[][]> {
    this.#running = [...episodes];
    return await this.#recovered(() => this.#rebuild(frames));
  }

  /** The games' states, for players that do not look at pixels. */
  async states(): Promise<GameState[]> {
    return await this.#ask((id) => `lockstep.states(${id})`);
  }

  /** Whole pictures as a screenshot shows them: [games, 150, 552] grey. */
  async pictures(): Promise<Uint8Array> {
    return Uint8Array.fromBase64(
      await this.#ask<string>((id) => `lockstep.pictures(${id})`),
    );
  }

  /** Gives the games back to their page. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#generation !== this.#page.generation) return;
    await this.#page.evaluate(`lockstep.closeBatch(${this.#id})`).catch(
      () => {},
    );
  }

  #begin(game: number, start: PageEpisode | null): void {
    this.#running[game] = start && { start, actions: new ByteList() };
  }

  /** Asks the page, if need be several times with Chrome brought back. */
  async #ask<T = string>(expression: (id: number) => string): Promise<T> {
    const answer = await this.#recovered(() =>
      this.#page.evaluate<T>(expression(this.#id))
    );
    this.#page.progressed();
    return answer;
  }

  async #recovered<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      const generation = this.#page.generation;
      try {
        if (this.#generation !== generation) await this.#rebuild(0);
        return await call();
      } catch (error) {
        if (!(error instanceof ChromeCrashedError)) throw error;
        await this.#page.recover(generation, error);
      }
    }
  }

  /** Takes games of the page as it is now and plays the episodes again. */
  async #rebuild(frames: number): Promise<Uint8Array[][]> {
    const page = this.#page;
    const { generation } = page;
    if (this.#generation !== generation) {
      this.#id = await page.evaluate(`lockstep.createBatch(${this.size})`);
    }
    const pixels: Uint8Array[][] = [];
    for (const [game, episode] of this.#running.entries()) {
      pixels.push(episode ? await this.#replayGame(game, episode, frames) : []);
      this.#untold.add(game);
    }
    this.#generation = generation;
    return pixels;
  }

  async #replayGame(
    game: number,
    { start, actions }: Episode,
    frames: number,
  ): Promise<Uint8Array[]> {
    const text = actions.bytes.join("");
    const pixels: Uint8Array[] = [];
    let from = 0;
    do {
      // The frames that are wanted must not be split between two calls.
      const rest = text.length - from;
      const count = rest <= REPLAY_CHUNK + frames ? rest : REPLAY_CHUNK;
      const last = count === rest ? frames : 0;
      const begin = from === 0 ? `,${JSON.stringify(start)}` : "";
      const answer = await this.#page.evaluate<string>(
        `lockstep.replay(${this.#id},${game},` +
          `"${text.slice(from, from + count)}",${last}${begin})`,
      );
      const reader = new PixelReader(answer, this.#pixelBytes, 0);
      while (!reader.done) pixels.push(reader.next());
      from += count;
    } while (from < text.length);
    return pixels;
  }

  #decode(answer: string): GameStep[] {
    const count = this.size * RECORD.length;
    const pixels = new PixelReader(answer, this.#pixelBytes, count);
    const records = new Int32Array(pixels.words.buffer, 0, count);
    const speeds = new Float32Array(pixels.words.buffer, 0, count);
    return this.#running.map((_, game) => {
      const at = game * RECORD.length;
      const outcome = OUTCOMES[records[at + RECORD.outcome]!]!;
      const ended = outcome === "crash" || outcome === "truncated";
      const last = outcome === "parked" ? undefined : pixels.next();
      const begun = ended && this.#next[game]
        ? { pixels: pixels.next(), speed: speeds[at + RECORD.nextSpeed]! }
        : undefined;
      return {
        outcome,
        score: records[at + RECORD.score]!,
        frames: records[at + RECORD.frames]!,
        speed: speeds[at + RECORD.speed]!,
        obstacle: this.#page.obstacles[records[at + RECORD.obstacle]!],
        pixels: last,
        begun,
      };
    });
  }
}
