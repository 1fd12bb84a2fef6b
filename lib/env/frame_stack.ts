import { FRAME_BYTES, OBSERVATION_BYTES, STACK } from "../constants.ts";
import { interleave } from "../interleave.ts";
import type { Observations } from "./types.ts";

/**
 * The last four frames of each environment. They are interleaved when somebody
 * looks: who takes frames alone does not wait for it.
 */
export class FrameStack implements Observations {
  readonly frames: Uint8Array;
  readonly #observations: Uint8Array;
  readonly #observationWords: Int32Array;
  /** [n, 4, 80, 80]: of each environment a ring. */
  readonly #recent: Uint8Array;
  readonly #recentWords: Int32Array;
  /** Where in its ring each one's oldest frame is. */
  readonly #oldest: Uint8Array;
  /** 1: an environment's observation is not made yet. */
  readonly #due: Uint8Array;

  constructor(count: number) {
    this.frames = new Uint8Array(count * FRAME_BYTES);
    this.#observations = new Uint8Array(count * OBSERVATION_BYTES);
    this.#observationWords = new Int32Array(this.#observations.buffer);
    this.#recent = new Uint8Array(count * OBSERVATION_BYTES);
    this.#recentWords = new Int32Array(this.#recent.buffer);
    this.#oldest = new Uint8Array(count);
    this.#due = new Uint8Array(count);
  }

  get observations(): Uint8Array {
    this.#due.forEach((due, environment) => {
      if (!due) return;
      const ring = environment * STACK;
      const oldest = this.#oldest[environment]!;
      interleave(
        this.#recentWords,
        ring + oldest,
        ring + (oldest + 1) % STACK,
        ring + (oldest + 2) % STACK,
        ring + (oldest + 3) % STACK,
        this.#observationWords,
        environment,
      );
    });
    this.#due.fill(0);
    return this.#observations;
  }

  /**
   * An episode's first frame: it stands for the three before it, too.
   *
   * @param frame may be the environment's own place in `frames`.
   */
  start(environment: number, frame: Uint8Array): void {
    for (let i = 0; i < STACK; i++) this.push(environment, frame);
  }

  /** The episode's next frame. */
  push(environment: number, frame: Uint8Array): void {
    if (frame.buffer !== this.frames.buffer) {
      this.frames.set(frame, environment * FRAME_BYTES);
    }
    const oldest = this.#oldest[environment]!;
    const place = (environment * STACK + oldest) * FRAME_BYTES;
    this.#recent.set(frame, place);
    this.#oldest[environment] = (oldest + 1) % STACK;
    this.#due[environment] = 1;
  }
}
