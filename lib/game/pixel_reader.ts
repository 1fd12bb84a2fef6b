/**
 * Reads games' pixels from an answer: runs of 32-bit words, each behind a word
 * that holds how many empty ones come first (its lower half) and how many are
 * in the run (its upper half).
 */
export class PixelReader {
  readonly words: Uint32Array;
  #pixelBytes: number;
  #at: number;

  /** @param start words ahead of the pixels. */
  constructor(answer: string, pixelBytes: number, start: number) {
    this.words = new Uint32Array(Uint8Array.fromBase64(answer).buffer);
    this.#pixelBytes = pixelBytes;
    this.#at = start;
  }

  get done(): boolean {
    return this.#at >= this.words.length;
  }

  next(): Uint8Array {
    const pixels = new Uint32Array(Math.ceil(this.#pixelBytes / 4));
    for (let to = 0; to < pixels.length;) {
      const head = this.words[this.#at++]!;
      to += head & 0xffff;
      const end = to + (head >>> 16);
      while (to < end) pixels[to++] = this.words[this.#at++]!;
    }
    return new Uint8Array(pixels.buffer, 0, this.#pixelBytes);
  }
}
