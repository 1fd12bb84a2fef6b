/**
 * The answer to a step: what it did to each game, and the games' pixels. It is
 * base64 of 32-bit words: six for each game's record, of which the last two
 * are float32; then the pixels of one game after the other, without their
 * empty parts: runs of words, each behind a word that holds how many empty
 * ones come first (its lower half) and how many are in the run (its upper
 * half).
 */

/** What a step did to a game. */
export interface GameRecord {
  /** How the episode ended, an index of {@linkcode ENDS}. */
  end: number;
  /** Of the episode that was played, also where it ended in this step. */
  score: number;
  /** Rendered frames of it. */
  frames: number;
  /** Index of the nearest obstacle's type; -1: none. */
  obstacle: number;
  /** Pixels per frame. */
  speed: number;
  /** Speed of the episode that began in this step, or `speed`. */
  nextSpeed: number;
}

/** How an episode ended; the first: it goes on. */
export const ENDS = [undefined, "crash", "truncated"] as const;

const RECORD_WORDS = 6;

/** Reads an answer from its beginning to its end. */
export class AnswerReader {
  readonly #words: Uint32Array;
  readonly #integers: Int32Array;
  readonly #floats: Float32Array;
  #at: number;

  /** @param games whose records come ahead of the pixels. */
  constructor(answer: string, games: number) {
    const { buffer } = Uint8Array.fromBase64(answer);
    this.#words = new Uint32Array(buffer);
    this.#integers = new Int32Array(buffer);
    this.#floats = new Float32Array(buffer);
    this.#at = games * RECORD_WORDS;
  }

  record(game: number): GameRecord {
    const at = RECORD_WORDS * game;
    return {
      end: this.#integers[at]!,
      score: this.#integers[at + 1]!,
      frames: this.#integers[at + 2]!,
      obstacle: this.#integers[at + 3]!,
      speed: this.#floats[at + 4]!,
      nextSpeed: this.#floats[at + 5]!,
    };
  }

  /** Whether all pixels have been read. */
  get done(): boolean {
    return this.#at >= this.#words.length;
  }

  /** Reads the next game's pixels into a place of their size. */
  pixels(out: Uint32Array): void {
    const words = this.#words;
    out.fill(0);
    for (let to = 0; to < out.length;) {
      const head = words[this.#at++]!;
      to += head & 0xffff;
      const end = to + (head >>> 16);
      while (to < end) out[to++] = words[this.#at++]!;
    }
  }
}

/** What {@linkcode createAnswerWriter} makes. */
export interface AnswerWriter {
  /** Begins an answer: the records of `games` and at most so many `pictures`. */
  begin(games: number, pictures: number): void;
  record(game: number, record: GameRecord): void;
  /** Adds a game's pixels. */
  pixels(pixels: Uint32Array): void;
  /** The answer. */
  end(): string;
}

/**
 * Writes answers. Runs in the page: it is injected as text, so it must use
 * nothing from outside itself.
 *
 * @param pixelWords words that the pixels of a game take.
 */
export function createAnswerWriter(
  pixelWords: number,
  base64: (bytes: Uint8Array) => string,
): AnswerWriter {
  let answer = new Uint32Array(0);
  let length = 0;
  return {
    begin(games, pictures) {
      length = games * 6;
      // At worst each word of the pixels has a word ahead of it.
      const longest = length + pictures * 2 * pixelWords;
      if (answer.length < longest) answer = new Uint32Array(longest);
    },
    record(game, { end, score, frames, obstacle, speed, nextSpeed }) {
      const at = 24 * game;
      new Int32Array(answer.buffer, at).set([end, score, frames, obstacle]);
      new Float32Array(answer.buffer, at + 16).set([speed, nextSpeed]);
    },
    pixels(pixels) {
      for (let word = 0; word < pixelWords;) {
        const start = word;
        while (word < pixelWords && pixels[word] === 0) word++;
        const run = word;
        const head = length++;
        while (word < pixelWords && pixels[word] !== 0) {
          answer[length++] = pixels[word++]!;
        }
        answer[head] = (run - start) | (word - run) << 16;
      }
    },
    end: () => base64(new Uint8Array(answer.buffer, 0, length * 4)),
  };
}
