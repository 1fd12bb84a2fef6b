import { FRAME_BYTES, STACK } from "../env/types.ts";
import { CheckpointError, ConfigError } from "../errors.ts";
import type { Random } from "../random.ts";
import type { Batch } from "./types.ts";
import { interleave } from "./interleave.ts";
import { SumTree } from "./sum_tree.ts";

/** What a {@linkcode ReplayMemory} is made with. */
export interface ReplayMemoryOptions {
  /** Agent steps kept, of all environments together; 6.4 kB each. */
  capacity: number;
  /** Environments whose steps are added, each to a ring of its own. */
  environments: number;
  /** Discount factor γ per agent step. */
  discount: number;
  /** Rewards summed before bootstrapping. */
  nStep: number;
  /**
   * Proportional prioritised replay; absent: uniform.
   * `alpha`: how much priorities count, 0 (not at all) to 1.
   */
  prioritized?: { alpha: number };
}

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
}

/** What must be stored beside {@linkcode ReplayMemory.chunks}. JSON-safe. */
export interface ReplayMemoryState {
  /** Slots of one environment's ring. */
  slots: number;
  prioritized: boolean;
  /** Slots ever written, per environment. */
  written: number[];
  /** 1 where the next slot begins an episode, per environment. */
  starts: number[];
  maxPriority: number;
}

/** Added to each |TD error|, so that no transition is ever out of the draw. */
export const PRIORITY_OFFSET = 0.01;

/** The slot holds the first frame of an episode. */
const START = 1;
/** The slot's step ended in a terminal state. */
const TERMINATED = 2;
/** Only a frame to bootstrap from: no action was taken there. */
const FINAL = 4;
/** All that a sample needs is there: stack, rewards, state n steps later. */
const READY = 8;

/**
 * The replay memory D of Mnih et al. 2013 (algorithm 1), which keeps each frame
 * once: stacks of 4 frames and n-step returns are made when sampled.
 *
 * Every environment has a ring of slots, so that the slots of an episode follow
 * each other. A slot holds the newest frame of S_t, A_t and R_{t+1}; a
 * truncated episode has one more slot, for the frame of its last state.
 */
export class ReplayMemory {
  readonly #environments: number;
  /** Slots of one environment's ring. */
  readonly #slots: number;
  readonly #nStep: number;
  /** γ^k for k = 0 … n. */
  readonly #discounts: Float64Array;
  readonly #alpha: number;

  readonly #frames: Uint8Array;
  readonly #frameWords: Int32Array;
  readonly #actions: Uint8Array;
  readonly #rewards: Float32Array;
  readonly #flags: Uint8Array;
  /** Of READY slots the priority^α, of others 0; absent: uniform. */
  readonly #tree: SumTree | undefined;

  readonly #written: Float64Array;
  readonly #starts: Uint8Array;
  #ready = 0;
  #maxPriority = 1;

  /** 32-bit views of the batch that was filled last. */
  #batch: Batch | undefined;
  #observationWords: Int32Array = new Int32Array(0);
  #nextObservationWords: Int32Array = new Int32Array(0);
  #indices = new Int32Array(0);

  /**
   * @throws ConfigError if the capacity is too small for n-step returns in
   * each environment, or too large for the machine's memory
   */
  constructor(options: ReplayMemoryOptions) {
    const { capacity, environments, discount, nStep, prioritized } = options;
    this.#environments = environments;
    this.#slots = Math.floor(capacity / environments);
    if (this.#slots < nStep + STACK + 1) {
      throw new ConfigError(
        `replay.capacity: ${capacity} steps over ${environments} environments are ${this.#slots} each, ` +
          `which is too few for ${nStep}-step returns; ` +
          `use at least ${environments * (nStep + STACK + 1)}`,
      );
    }
    const slots = environments * this.#slots;
    try {
      this.#frames = allocate(slots * FRAME_BYTES);
      this.#actions = new Uint8Array(slots);
      this.#rewards = new Float32Array(slots);
      this.#flags = new Uint8Array(slots);
      this.#tree = prioritized && new SumTree(slots);
    } catch (cause) {
      const gigabytes = (slots * FRAME_BYTES / 1e9).toFixed(1);
      throw new ConfigError(
        `replay.capacity: ${capacity} steps need ${gigabytes} GB of memory, ` +
          `which this machine cannot give (${
            (cause as Error).message
          }); use a smaller capacity`,
        { cause },
      );
    }
    this.#frameWords = new Int32Array(this.#frames.buffer);
    this.#nStep = nStep;
    this.#discounts = Float64Array.from(
      { length: nStep + 1 },
      (_, k) => discount ** k,
    );
    this.#alpha = prioritized?.alpha ?? 0;
    this.#written = new Float64Array(environments);
    this.#starts = new Uint8Array(environments).fill(1);
  }

  /** Transitions that can be sampled now. */
  get size(): number {
    return this.#ready;
  }

  /** Whether there are as many different transitions as a batch has places. */
  canSample(batchSize: number): boolean {
    return this.#ready >= batchSize;
  }

  /**
   * Keeps one step of one environment; its oldest one goes when its ring is
   * full.
   *
   * @throws RangeError if the environment or a frame's size is wrong
   */
  add(environment: number, transition: Transition): void {
    const { frame, action, reward, terminated, truncated, finalFrame } =
      transition;
    const ended = terminated || truncated;
    const lost = truncated && !terminated && !finalFrame;
    const kind = terminated ? TERMINATED : lost ? FINAL : 0;
    this.#write(environment, frame, action, reward, kind);
    if (truncated && !terminated && finalFrame) {
      this.#write(environment, finalFrame, 0, 0, FINAL);
    }
    this.#starts[environment] = ended ? 1 : 0;
  }

  #write(
    environment: number,
    frame: Uint8Array,
    action: number,
    reward: number,
    kind: number,
  ): void {
    if (!(environment >= 0 && environment < this.#environments)) {
      throw new RangeError(
        `Expected an environment of ${this.#environments}, but got ${environment}`,
      );
    }
    if (frame.length !== FRAME_BYTES) {
      throw new RangeError(
        `Expected a frame of ${FRAME_BYTES} bytes, but got ${frame.length}`,
      );
    }
    const base = environment * this.#slots;
    const time = this.#written[environment]!;
    const slot = base + time % this.#slots;
    if (time >= this.#slots) {
      // With a frame that is overwritten go the stacks that reach back to it.
      for (let k = 0; k < STACK; k++) {
        this.#setReady(base + (time + k) % this.#slots, false);
      }
    }
    this.#frames.set(frame, slot * FRAME_BYTES);
    this.#actions[slot] = action;
    this.#rewards[slot] = reward;
    this.#flags[slot] = kind | (this.#starts[environment] ? START : 0);
    this.#written[environment] = time + 1;
    this.#starts[environment] = 0;
    this.#completeSamples(base, slot, kind);
  }

  /** Marks the steps whose n-step return the newest slot has completed. */
  #completeSamples(base: number, newest: number, kind: number): void {
    if (kind & TERMINATED) this.#setReady(newest, true);
    let slot = newest;
    for (let k = 1; k <= this.#nStep; k++) {
      if (this.#flags[slot]! & START) return;
      slot = this.#before(base, slot);
      if (kind !== 0 || k === this.#nStep) this.#setReady(slot, true);
    }
  }

  #setReady(slot: number, ready: boolean): void {
    const was = (this.#flags[slot]! & READY) !== 0;
    if (was === ready) return;
    this.#flags[slot]! ^= READY;
    this.#ready += ready ? 1 : -1;
    this.#tree?.set(slot, ready ? this.#maxPriority : 0);
  }

  #before(base: number, slot: number): number {
    return slot === base ? base + this.#slots - 1 : slot - 1;
  }

  #after(base: number, slot: number): number {
    return slot + 1 === base + this.#slots ? base : slot + 1;
  }

  /**
   * Draws a batch and writes it into the learner's arrays.
   *
   * Prioritised replay draws one transition from each of `batch.size` equal
   * shares of the sum of all priorities and weighs it by
   * (N P(i))^-β / max_j (N P(j))^-β, the maximum being the batch's
   * (Schaul et al. 2016, section 3.4 and algorithm 1).
   *
   * @param beta β, the strength of the importance-sampling correction;
   * without effect under uniform replay, where all weights are 1
   * @returns [batch.size] int32: where the transitions are kept, for
   * {@linkcode updatePriorities}; overwritten by the next call
   * @throws RangeError if there are fewer transitions than places
   */
  sample(batch: Batch, random: Random, beta = 1): Int32Array {
    if (!this.canSample(batch.size)) {
      throw new RangeError(
        `Expected at least ${batch.size} transitions to sample from, but got ${this.#ready}`,
      );
    }
    this.#bind(batch);
    if (this.#tree) {
      this.#drawPrioritized(this.#tree, batch, random, beta);
    } else {
      this.#drawUniform(batch, random);
    }
    for (let i = 0; i < batch.size; i++) {
      this.#fill(batch, i, this.#indices[i]!);
    }
    return this.#indices;
  }

  #drawUniform(batch: Batch, random: Random): void {
    let written = 0;
    for (let e = 0; e < this.#environments; e++) written += this.#filled(e);
    for (let i = 0; i < batch.size; i++) {
      let slot: number;
      do {
        let rest = random.integer(written);
        let environment = 0;
        while (rest >= this.#filled(environment)) {
          rest -= this.#filled(environment++);
        }
        slot = environment * this.#slots + rest;
      } while (!(this.#flags[slot]! & READY));
      this.#indices[i] = slot;
    }
    batch.weights.fill(1);
  }

  #drawPrioritized(
    tree: SumTree,
    batch: Batch,
    random: Random,
    beta: number,
  ): void {
    let largest = 0;
    const share = tree.total / batch.size;
    for (let i = 0; i < batch.size; i++) {
      const slot = tree.find((i + random.uniform()) * share);
      const weight = (this.#ready * tree.get(slot) / tree.total) ** -beta;
      this.#indices[i] = slot;
      batch.weights[i] = weight;
      largest = Math.max(largest, weight);
    }
    for (let i = 0; i < batch.size; i++) batch.weights[i]! /= largest;
  }

  /** Writes the transition that starts in `slot` to place `i` of the batch. */
  #fill(batch: Batch, i: number, slot: number): void {
    const base = slot - slot % this.#slots;
    this.#writeStack(this.#observationWords, i, base, slot);
    batch.actions[i] = this.#actions[slot]!;
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

  #bind(batch: Batch): void {
    if (this.#batch === batch) return;
    this.#batch = batch;
    const words = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
      new Int32Array(buffer, byteOffset, byteLength / 4);
    this.#observationWords = words(batch.observations);
    this.#nextObservationWords = words(batch.nextObservations);
    this.#indices = new Int32Array(batch.size);
  }

  /**
   * Sets the sampled transitions' priorities to (|TD error| + offset)^α;
   * without effect under uniform replay.
   *
   * @param indices what {@linkcode sample} returned
   * @param tdErrors [indices.length] float32
   */
  updatePriorities(indices: Int32Array, tdErrors: Float32Array): void {
    if (!this.#tree) return;
    for (let i = 0; i < indices.length; i++) {
      const slot = indices[i]!;
      const priority = (Math.abs(tdErrors[i]!) + PRIORITY_OFFSET) **
        this.#alpha;
      this.#maxPriority = Math.max(this.#maxPriority, priority);
      // A step taken since the batch was drawn may have overwritten it.
      if (this.#flags[slot]! & READY) this.#tree.set(slot, priority);
    }
  }

  #filled(environment: number): number {
    return Math.min(this.#written[environment]!, this.#slots);
  }

  /** The counters; with {@linkcode chunks} all that a checkpoint needs. */
  state(): ReplayMemoryState {
    return {
      slots: this.#slots,
      prioritized: this.#tree !== undefined,
      written: [...this.#written],
      starts: [...this.#starts],
      maxPriority: this.#maxPriority,
    };
  }

  /**
   * The memory's bytes, as far as they are filled: views, always in the same
   * order, valid until the next `add`.
   */
  chunks(): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    for (let e = 0; e < this.#environments; e++) {
      const start = e * this.#slots;
      const end = start + this.#filled(e);
      chunks.push(
        this.#frames.subarray(start * FRAME_BYTES, end * FRAME_BYTES),
        this.#actions.subarray(start, end),
        bytes(this.#rewards.subarray(start, end)),
        this.#flags.subarray(start, end),
      );
      if (this.#tree) chunks.push(bytes(this.#tree.leaves(start, end)));
    }
    return chunks;
  }

  /**
   * Goes on from a stored state.
   *
   * @param state what {@linkcode state} returned
   * @param fill writes the stored bytes into a chunk; called for each of
   * {@linkcode chunks}, in order
   * @throws CheckpointError if the state is of a memory of another shape
   */
  async restore(
    state: ReplayMemoryState,
    fill: (chunk: Uint8Array) => void | Promise<void>,
  ): Promise<void> {
    const shape = (state: ReplayMemoryState) =>
      `${state.prioritized ? "a prioritised" : "a uniform"} replay memory of ` +
      `${state.written.length} environments with ${state.slots} steps each`;
    const expected = shape(this.state());
    if (shape(state) !== expected) {
      throw new CheckpointError(
        `The checkpoint holds ${
          shape(state)
        }, but the config asks for ${expected}; ` +
          "resume with the config it was made with",
      );
    }
    this.#written.set(state.written);
    this.#starts.set(state.starts);
    this.#maxPriority = state.maxPriority;
    for (const chunk of this.chunks()) await fill(chunk);
    this.#tree?.rebuild();
    this.#ready = 0;
    for (const flags of this.#flags) if (flags & READY) this.#ready++;
  }
}

/** A zeroed array; pages that are not touched take no memory. */
function allocate(size: number): Uint8Array<ArrayBuffer> {
  // The system may promise more than it has, and end the process later.
  const { total } = Deno.systemMemoryInfo();
  if (size > total) {
    throw new RangeError(`it has ${(total / 1e9).toFixed(1)} GB`);
  }
  return new Uint8Array(size);
}

function bytes(array: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
