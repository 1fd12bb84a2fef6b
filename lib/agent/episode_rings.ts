import { FRAME_BYTES, STACK } from "../constants.ts";
import { ConfigError } from "../errors.ts";
import { interleave } from "../interleave.ts";
import type { Batch } from "./types.ts";

/** One agent step of one environment. */
export interface Transition {
  /** [80, 80] uint8: the newest frame of S_t. */
  frame: Uint8Array;
  /** A_t */
  action: number;
  /** R_{t+1} */
  reward: number;
  /** S_{t+1} is terminal: its value is 0. */
  terminated: boolean;
  /** The episode was cut after this step: S_{t+1} has a value of its own. */
  truncated: boolean;
  /**
   * [80, 80] uint8: the newest frame of S_{t+1}, of a truncated step. Absent
   * when it is unknown (the browser died): then this step itself cannot be
   * learned from, and earlier ones bootstrap from S_t.
   */
  finalFrame?: Uint8Array | undefined;
  /**
   * [actions] float32: the teacher's Q-values of S_t, where rings are made with
   * `teacherQ`. @default zeros
   */
  teacherQ?: Float32Array | undefined;
}

/** The slot holds the first frame of an episode. */
const START = 1;
/** The slot's step ended in a terminal state. */
const TERMINATED = 2;
/** Only a frame to bootstrap from: no action was taken there. */
const FINAL = 4;
/**
 * All that a sample needs is there: stack, rewards, state n steps later. It
 * follows from the other flags, and is made anew where they were stored.
 */
const READY = 8;

/** What {@linkcode EpisodeRings} are made with. */
export interface EpisodeRingsOptions {
  /** Agent steps kept, of all environments together; 6.4 kB each. */
  capacity: number;
  /** Environments whose steps are added, each to a ring of its own. */
  environments: number;
  /** Discount factor γ per agent step. */
  discount: number;
  /** Rewards summed before bootstrapping. */
  nStep: number;
  /** A teacher's Q-values that are kept with each step. @default {0} */
  teacherQ?: number;
}

/** What must be stored beside {@linkcode EpisodeRings.chunks}. JSON-safe. */
export interface EpisodeRingsState {
  /** Slots of one environment's ring. */
  slots: number;
  /** Slots ever written, per environment. */
  written: number[];
  /** 1 where the next slot begins an episode, per environment. */
  starts: number[];
}

/**
 * The steps of many environments, each in a ring of its own, so that the steps
 * of an episode follow each other. Every frame is kept once: stacks of 4 frames
 * and n-step returns are made when a transition is read.
 *
 * A slot holds the newest frame of S_t, A_t and R_{t+1}; a truncated episode
 * has one more slot, for the frame of its last state. Slots are numbered
 * through all rings.
 */
export class EpisodeRings {
  readonly environments: number;
  /** Slots of one ring. */
  readonly slots: number;
  readonly #nStep: number;
  /** γ^k for k = 0 … n. */
  readonly #discounts: Float64Array;
  readonly #onReady: (slot: number, ready: boolean) => void;

  readonly #frames: Uint8Array;
  readonly #frameWords: Int32Array;
  readonly #actions: Uint8Array;
  readonly #rewards: Float32Array;
  readonly #flags: Uint8Array;
  readonly #teacherQ: Float32Array;
  /** Numbers of a slot in it. */
  readonly #taught: number;

  /** As in {@linkcode EpisodeRingsState}. */
  readonly #written: Float64Array;
  readonly #starts: Uint8Array;
  #ready = 0;

  /** 32-bit views of the batch that was filled last. */
  #batch: Batch | undefined;
  #observationWords: Int32Array = new Int32Array(0);
  #nextObservationWords: Int32Array = new Int32Array(0);

  /**
   * @param onReady told of each slot from which a transition begins to, or
   * ceases to, be
   * @throws ConfigError if the capacity is too small for n-step returns in
   * each ring, or too large for the machine's memory
   */
  constructor(
    { capacity, environments, discount, nStep, teacherQ = 0 }:
      EpisodeRingsOptions,
    onReady: (slot: number, ready: boolean) => void,
  ) {
    this.environments = environments;
    this.slots = slotsOfRing({ capacity, environments, nStep });
    const slots = environments * this.slots;
    try {
      this.#frames = new Uint8Array(slots * FRAME_BYTES);
      this.#actions = new Uint8Array(slots);
      this.#rewards = new Float32Array(slots);
      this.#flags = new Uint8Array(slots);
      this.#teacherQ = new Float32Array(slots * teacherQ);
    } catch (cause) {
      throw tooLarge(capacity, (cause as Error).message);
    }
    this.#frameWords = new Int32Array(this.#frames.buffer);
    this.#taught = teacherQ;
    this.#nStep = nStep;
    this.#discounts = Float64Array.from(
      { length: nStep + 1 },
      (_, k) => discount ** k,
    );
    this.#onReady = onReady;
    this.#written = new Float64Array(environments);
    this.#starts = new Uint8Array(environments).fill(1);
  }

  /** Slots from which a transition can be read. */
  get ready(): number {
    return this.#ready;
  }

  /** Whether a transition can be read from a slot. */
  isReady(slot: number): boolean {
    return (this.#flags[slot]! & READY) !== 0;
  }

  /** Slots of one ring that hold something: its first ones. */
  filled(environment: number): number {
    return Math.min(this.#written[environment]!, this.slots);
  }

  /**
   * Keeps one step of one environment; its oldest one goes when its ring is
   * full.
   *
   * @throws RangeError if the environment, a frame's size or the number of a
   * teacher's Q-values is wrong
   */
  add(environment: number, transition: Transition): void {
    const { frame, action, reward, finalFrame, teacherQ } = transition;
    const { terminated, truncated } = transition;
    const ended = terminated || truncated;
    const lost = truncated && !terminated && !finalFrame;
    const kind = terminated ? TERMINATED : lost ? FINAL : 0;
    this.#write(environment, frame, action, reward, kind, teacherQ);
    if (truncated && !terminated && finalFrame) {
      this.#write(environment, finalFrame, 0, 0, FINAL);
    }
    this.#starts[environment] = ended ? 1 : 0;
  }

  /**
   * The environment's next step begins an episode, wherever the one before it
   * was: of that no more is known.
   */
  beginEpisode(environment: number): void {
    this.#starts[environment] = 1;
  }

  #write(
    environment: number,
    frame: Uint8Array,
    action: number,
    reward: number,
    kind: number,
    teacherQ?: Float32Array,
  ): void {
    if (!(environment >= 0 && environment < this.environments)) {
      throw new RangeError(
        `Expected an environment of ${this.environments}, but got ${environment}`,
      );
    }
    if (frame.length !== FRAME_BYTES) {
      throw new RangeError(
        `Expected a frame of ${FRAME_BYTES} bytes, but got ${frame.length}`,
      );
    }
    if (teacherQ && teacherQ.length !== this.#taught) {
      throw new RangeError(
        `Expected ${this.#taught} Q-values of a teacher, but got ${teacherQ.length}`,
      );
    }
    const base = environment * this.slots;
    const time = this.#written[environment]!;
    const slot = base + time % this.slots;
    if (time >= this.slots) {
      // With a frame that is overwritten go the stacks that reach back to it.
      for (let k = 0; k < STACK; k++) {
        this.#setReady(base + (time + k) % this.slots, false);
      }
    }
    this.#frames.set(frame, slot * FRAME_BYTES);
    this.#actions[slot] = action;
    this.#rewards[slot] = reward;
    if (teacherQ) this.#teacherQ.set(teacherQ, slot * this.#taught);
    this.#flags[slot] = kind | (this.#starts[environment] ? START : 0);
    this.#written[environment] = time + 1;
    this.#starts[environment] = 0;
    for (let k = 0; k <= this.#nStep && k <= time; k++) {
      this.#findOut(environment, time - k);
    }
  }

  /** Finds out whether the step of a time, counted from 0, can be sampled. */
  #findOut(environment: number, time: number): void {
    const base = environment * this.slots;
    const ready = this.#isComplete(base, time, this.#written[environment]!);
    this.#setReady(base + time % this.slots, ready);
  }

  /** @param written slots ever written to the ring that begins at `base` */
  #isComplete(base: number, time: number, written: number): boolean {
    const oldest = written - this.slots;
    // In a full ring the three oldest frames are parts of stacks only.
    if (oldest > 0 && time < oldest + STACK - 1) return false;
    for (let k = 0; k <= this.#nStep; k++) {
      if (time + k === written) return false;
      const flags = this.#flags[base + (time + k) % this.slots]!;
      if (k > 0 && flags & START) return false;
      if (flags & TERMINATED) return true;
      if (flags & FINAL) return k > 0;
    }
    return true;
  }

  #setReady(slot: number, ready: boolean): void {
    if (this.isReady(slot) === ready) return;
    this.#flags[slot]! ^= READY;
    this.#ready += ready ? 1 : -1;
    this.#onReady(slot, ready);
  }

  #before(base: number, slot: number): number {
    return slot === base ? base + this.slots - 1 : slot - 1;
  }

  #after(base: number, slot: number): number {
    return slot + 1 === base + this.slots ? base : slot + 1;
  }

  /**
   * Writes the transition that begins in a slot to place `i` of a batch, with
   * the n-step return Σ_{k=0}^{n-1} γ^k R_{t+k+1} (Sutton and Barto 2018,
   * equation 7.1, without its last term; M. Hessel et al., "Rainbow", AAAI
   * 2018, section "Multi-step learning"): of fewer rewards where the episode
   * ended before.
   */
  read(slot: number, batch: Batch, i: number): void {
    this.#bind(batch);
    const base = slot - slot % this.slots;
    this.#writeStack(this.#observationWords, i, base, slot);
    batch.actions[i] = this.#actions[slot]!;
    batch.teacherQ?.set(this.#taughtIn(slot, slot + 1), i * this.#taught);
    let sum = 0;
    for (let k = 0;; k++) {
      const flags = this.#flags[slot]!;
      if (k === this.#nStep || flags & FINAL) {
        batch.returns[i] = sum;
        batch.discounts[i] = this.#discounts[k]!;
        this.#writeStack(this.#nextObservationWords, i, base, slot);
        return;
      }
      sum += this.#discounts[k]! * this.#rewards[slot]!;
      if (flags & TERMINATED) {
        batch.returns[i] = sum;
        batch.discounts[i] = 0;
        return;
      }
      slot = this.#after(base, slot);
    }
  }

  /** The last 4 frames up to `newest`; an episode's first frame repeats. */
  #writeStack(
    words: Int32Array,
    i: number,
    base: number,
    newest: number,
  ): void {
    const third = this.#stackedBefore(base, newest);
    const second = this.#stackedBefore(base, third);
    const first = this.#stackedBefore(base, second);
    interleave(this.#frameWords, first, second, third, newest, words, i);
  }

  #stackedBefore(base: number, slot: number): number {
    return this.#flags[slot]! & START ? slot : this.#before(base, slot);
  }

  /** The teacher's Q-values in some slots: a view. */
  #taughtIn(start: number, end: number): Float32Array {
    return this.#teacherQ.subarray(start * this.#taught, end * this.#taught);
  }

  #bind(batch: Batch): void {
    if (this.#batch === batch) return;
    this.#batch = batch;
    const words = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
      new Int32Array(buffer, byteOffset, byteLength / 4);
    this.#observationWords = words(batch.observations);
    this.#nextObservationWords = words(batch.nextObservations);
  }

  /**
   * The bytes of one ring, as far as it is filled: views, always in the same
   * order, valid until the next `add`.
   */
  chunks(environment: number): Uint8Array[] {
    const start = environment * this.slots;
    const end = start + this.filled(environment);
    const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) =>
      new Uint8Array(buffer, byteOffset, byteLength);
    return [
      this.#frames.subarray(start * FRAME_BYTES, end * FRAME_BYTES),
      this.#actions.subarray(start, end),
      bytes(this.#rewards.subarray(start, end)),
      this.#flags.subarray(start, end),
      ...(this.#taught > 0 ? [bytes(this.#taughtIn(start, end))] : []),
    ];
  }

  /** The counters; with {@linkcode chunks} all that the rings hold. */
  state(): EpisodeRingsState {
    return {
      slots: this.slots,
      written: [...this.#written],
      starts: [...this.#starts],
    };
  }

  /**
   * Goes on from a stored state, perhaps with another `nStep`.
   *
   * @param state of rings with as many slots
   * @param fill writes an environment's stored bytes into its {@linkcode chunks}
   */
  async restore(
    { written, starts }: EpisodeRingsState,
    fill: (environment: number) => Promise<void>,
  ): Promise<void> {
    this.#written.set(written);
    this.#starts.set(starts);
    this.#ready = 0;
    for (let e = 0; e < this.environments; e++) {
      await fill(e);
      const filled = this.filled(e);
      for (let slot = e * this.slots, end = slot + filled; slot < end; slot++) {
        if (this.isReady(slot)) this.#ready++;
      }
      for (let k = 1; k <= filled; k++) this.#findOut(e, written[e]! - k);
    }
  }
}

/**
 * Slots of each environment's ring, before memory is taken for them.
 *
 * @throws ConfigError if the capacity is too small for n-step returns in each
 * ring, or too large for the machine's memory
 */
export function slotsOfRing(
  { capacity, environments, nStep }: Omit<EpisodeRingsOptions, "discount">,
): number {
  const slots = Math.floor(capacity / environments);
  if (slots < nStep + STACK + 1) {
    throw new ConfigError(
      `replay.capacity: ${capacity} steps over ${environments} environments are ${slots} each, ` +
        `which is too few for ${nStep}-step returns; ` +
        `use at least ${environments * (nStep + STACK + 1)}`,
    );
  }
  // The system may promise more than it has, and end the process later.
  const { total } = Deno.systemMemoryInfo();
  if (environments * slots * FRAME_BYTES > total) {
    throw tooLarge(capacity, `it has ${(total / 1e9).toFixed(1)} GB`);
  }
  return slots;
}

function tooLarge(capacity: number, why: string): ConfigError {
  const gigabytes = (capacity * FRAME_BYTES / 1e9).toFixed(1);
  return new ConfigError(
    `replay.capacity: ${capacity} steps need ${gigabytes} GB of memory, ` +
      `which this machine cannot give (${why}); use a smaller capacity`,
  );
}
