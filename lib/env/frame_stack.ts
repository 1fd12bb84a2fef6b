import { FRAME_BYTES, OBSERVATION_BYTES } from "../constants.ts";

/**
 * The last four frames of each environment, interleaved: [n, 80, 80, 4] uint8,
 * the newest last. One 32-bit word holds a pixel's four values, the oldest in
 * its lowest byte.
 */
export class FrameStack {
  readonly observations: Uint8Array;
  #words: Uint32Array;

  constructor(count: number) {
    this.observations = new Uint8Array(count * OBSERVATION_BYTES);
    this.#words = new Uint32Array(this.observations.buffer);
  }

  /** An episode's first frame: it stands for the three before it, too. */
  start(environment: number, frame: Uint8Array): void {
    const offset = environment * FRAME_BYTES;
    for (let i = 0; i < FRAME_BYTES; i++) {
      this.#words[offset + i] = frame[i]! * 0x01010101;
    }
  }

  push(environment: number, frame: Uint8Array): void {
    const offset = environment * FRAME_BYTES;
    for (let i = 0; i < FRAME_BYTES; i++) {
      this.#words[offset + i] = (this.#words[offset + i]! >>> 8) |
        (frame[i]! << 24);
    }
  }
}
