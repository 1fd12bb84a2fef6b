import { FRAME_BYTES, OBSERVATION_BYTES } from "../constants.ts";
import type { Observations } from "./types.ts";

/**
 * The last four frames of each environment, interleaved: [n, 80, 80, 4] uint8,
 * the newest last. One 32-bit word holds a pixel's four values, the oldest in
 * its lowest byte.
 */
export class FrameStack implements Observations {
  readonly observations: Uint8Array;
  readonly frames: Uint8Array;
  #words: Uint32Array;

  constructor(count: number) {
    this.observations = new Uint8Array(count * OBSERVATION_BYTES);
    this.frames = new Uint8Array(count * FRAME_BYTES);
    this.#words = new Uint32Array(this.observations.buffer);
  }

  /**
   * An episode's first frame: it stands for the three before it, too.
   *
   * @param frame may be the environment's own place in `frames`.
   */
  start(environment: number, frame: Uint8Array): void {
    const offset = this.#put(environment, frame);
    for (let i = 0; i < FRAME_BYTES; i++) {
      this.#words[offset + i] = frame[i]! * 0x01010101;
    }
  }

  /** The episode's next frame. */
  push(environment: number, frame: Uint8Array): void {
    const offset = this.#put(environment, frame);
    for (let i = 0; i < FRAME_BYTES; i++) {
      this.#words[offset + i] = (this.#words[offset + i]! >>> 8) |
        (frame[i]! << 24);
    }
  }

  #put(environment: number, frame: Uint8Array): number {
    const offset = environment * FRAME_BYTES;
    if (frame.buffer !== this.frames.buffer) this.frames.set(frame, offset);
    return offset;
  }
}
