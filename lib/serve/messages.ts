/**
 * What goes over the pipes; all numbers are little-endian.
 *
 * A request is `[length u32][kind u8][body]`, where `length` counts what follows
 * it; one is under way at a time:
 *
 *     R  JSON {@linkcode Reset}               begins the games    answer: a state
 *     S  [n] uint8, 255: stands still         a step of each      answer: a state
 *     P                                       their whole pictures
 *                                             answer: [length][n, 150, 552] grey
 *
 * A state is `[length u32][ended u32]`, n records of 12 words, the newest frames
 * [n, 80, 80], and the last frame of each game that ended in this step, in their
 * order. A record has
 *
 *     reward f32, terminated, truncated, score, frames, speed f32,
 *     1 if an episode ended, its seed, its score, its steps, its return f32,
 *     seed of the game that is being played now
 *
 * Words are int32 where nothing else is said. What is not a state or a picture
 * is `[length][E or H]` and JSON: an error, after which the next request is
 * answered as if this one had not been, or the {@linkcode Hello} at the start.
 */
import { FRAME_BYTES } from "../constants.ts";
import type { Observations, StepResult } from "../env/types.ts";

/** Of this form of the messages; another one is refused by the other side. */
export const PROTOCOL = 1;

/** The first message. */
export interface Hello {
  protocol: number;
  games: number;
  /** What an action may be: 0 to one less. */
  actions: number;
  /** Rendered frames per step; 60 are a second. */
  frameSkip: number;
  /** Chrome's name and version. */
  chrome: string;
  /** SHA-256 of the page's own script, which is the game. */
  pageScript: string;
}

const WORDS = 12;

/** States, written into one buffer again and again. */
export class StateWriter {
  readonly #games: number;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #floats: Float32Array;

  constructor(games: number) {
    this.#games = games;
    // Every game may end in one step.
    this.#bytes = new Uint8Array(this.#framesAt + 2 * games * FRAME_BYTES);
    this.#words = new Int32Array(this.#bytes.buffer);
    this.#floats = new Float32Array(this.#bytes.buffer);
  }

  get #framesAt(): number {
    return 4 * (2 + this.#games * WORDS);
  }

  /**
   * @param seeds of the games that are being played after this step
   * @returns the message; overwritten by the next one
   */
  write(
    { frames }: Observations,
    seeds: readonly number[],
    step?: StepResult,
  ): Uint8Array {
    this.#bytes.set(frames, this.#framesAt);
    let end = this.#framesAt + this.#games * FRAME_BYTES;
    const words = this.#words;
    for (let game = 0, at = 2; game < this.#games; game++, at += WORDS) {
      const info = step?.infos[game];
      const episode = info?.episode;
      this.#floats[at] = step?.rewards[game] ?? 0;
      words[at + 1] = step?.terminated[game] ?? 0;
      words[at + 2] = step?.truncated[game] ?? 0;
      words[at + 3] = info?.score ?? 0;
      words[at + 4] = info?.frames ?? 0;
      this.#floats[at + 5] = info?.speed ?? 0;
      words[at + 6] = episode ? 1 : 0;
      words[at + 7] = episode?.seed ?? 0;
      words[at + 8] = episode?.score ?? 0;
      words[at + 9] = episode?.actions.length ?? 0;
      this.#floats[at + 10] = episode?.return ?? 0;
      words[at + 11] = seeds[game]!;
      const last = step?.finalFrames[game];
      if (!last) continue;
      this.#bytes.set(last, end);
      end += FRAME_BYTES;
    }
    words[0] = end - 4;
    words[1] = (end - this.#framesAt) / FRAME_BYTES - this.#games;
    return this.#bytes.subarray(0, end);
  }
}

/** A message of bytes. */
export function bytesMessage(bytes: Uint8Array): Uint8Array[] {
  return [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes];
}

/** A message of words: `H` the greeting, `E` an error. */
export function jsonMessage(kind: "H" | "E", value: object): Uint8Array[] {
  return bytesMessage(new TextEncoder().encode(kind + JSON.stringify(value)));
}
