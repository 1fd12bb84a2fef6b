import type { Config } from "../config/mod.ts";
import { CheckpointError } from "../errors.ts";
import type { Random } from "../random.ts";
import {
  EpisodeRings,
  type EpisodeRingsOptions,
  type EpisodeRingsState,
  type Transition,
} from "./episode_rings.ts";
import { SumTree } from "./sum_tree.ts";
import type { Batch } from "./types.ts";

/** What a {@linkcode ReplayMemory} is made with. */
export interface ReplayMemoryOptions extends EpisodeRingsOptions {
  /**
   * Proportional prioritised replay; absent: uniform.
   * `alpha`: how much priorities count, 0 (not at all) to 1.
   */
  prioritized?: { alpha: number };
}

/** What must be stored beside {@linkcode ReplayMemory.chunks}. JSON-safe. */
export interface ReplayMemoryState extends EpisodeRingsState {
  /** Whether it draws by priority. */
  prioritized: boolean;
  /** What a new transition gets. */
  maxPriority: number;
}

/** Added to each |TD error|, so that no transition is ever out of the draw. */
const PRIORITY_OFFSET = 0.01;

/** Makes the replay memory that the config asks for. */
export function createMemory(
  { env, game, learner, replay }: Pick<
    Config,
    "env" | "game" | "learner" | "replay"
  >,
): ReplayMemory {
  return new ReplayMemory({
    capacity: replay.capacity,
    environments: env.instances,
    discount: learner.discount,
    nStep: learner.nStep,
    teacherQ: learner.teacher === null ? 0 : game.actions,
    ...(replay.prioritized && { prioritized: { alpha: replay.alpha } }),
  });
}

/**
 * The replay memory D of Mnih et al. 2013 (algorithm 1): keeps the last agent
 * steps of every environment and draws batches of transitions from them, each
 * equally likely, or by priority (Schaul et al. 2016).
 */
export class ReplayMemory {
  readonly #rings: EpisodeRings;
  readonly #alpha: number;
  /** Of slots that can be drawn the priority^α, of others 0; absent: uniform. */
  readonly #tree: SumTree | undefined;
  #maxPriority = 1;
  #indices = new Int32Array(0);

  /**
   * Makes an empty memory.
   *
   * @throws ConfigError if the capacity is too small for n-step returns in
   * each environment, or too large for the machine's memory
   */
  constructor(options: ReplayMemoryOptions) {
    const { prioritized } = options;
    // A new transition gets the largest priority so far: it is drawn soon.
    this.#rings = new EpisodeRings(
      options,
      (slot, ready) => this.#tree?.set(slot, ready ? this.#maxPriority : 0),
    );
    this.#alpha = prioritized?.alpha ?? 0;
    this.#tree = prioritized &&
      new SumTree(this.#rings.environments * this.#rings.slots);
  }

  /** Transitions that can be sampled now. */
  get size(): number {
    return this.#rings.ready;
  }

  /** Whether there are as many different transitions as a batch has places. */
  canSample(batchSize: number): boolean {
    return this.size >= batchSize;
  }

  /**
   * Keeps one step of one environment; its oldest one goes when there is no
   * room left.
   *
   * @throws RangeError if the environment, a frame's size or the number of a
   * teacher's Q-values is wrong
   */
  add(environment: number, transition: Transition): void {
    this.#rings.add(environment, transition);
  }

  /**
   * The environment's next step begins an episode, though the one before it did
   * not end: it was broken off, and its last steps cannot be learned from.
   */
  beginEpisode(environment: number): void {
    this.#rings.beginEpisode(environment);
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
        `Expected at least ${batch.size} transitions to sample from, but got ${this.size}`,
      );
    }
    if (this.#indices.length !== batch.size) {
      this.#indices = new Int32Array(batch.size);
    }
    if (this.#tree) {
      this.#drawPrioritized(this.#tree, batch, random, beta);
    } else {
      this.#drawUniform(batch, random);
    }
    for (let i = 0; i < batch.size; i++) {
      this.#rings.read(this.#indices[i]!, batch, i);
    }
    return this.#indices;
  }

  #drawUniform(batch: Batch, random: Random): void {
    const rings = this.#rings;
    let filled = 0;
    for (let e = 0; e < rings.environments; e++) filled += rings.filled(e);
    for (let i = 0; i < batch.size; i++) {
      let slot: number;
      do {
        let rest = random.integer(filled);
        let environment = 0;
        while (rest >= rings.filled(environment)) {
          rest -= rings.filled(environment++);
        }
        slot = environment * rings.slots + rest;
      } while (!rings.isReady(slot));
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
      const weight = (this.size * tree.get(slot) / tree.total) ** -beta;
      this.#indices[i] = slot;
      batch.weights[i] = weight;
      largest = Math.max(largest, weight);
    }
    for (let i = 0; i < batch.size; i++) batch.weights[i]! /= largest;
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
      if (this.#rings.isReady(slot)) this.#tree.set(slot, priority);
    }
  }

  /** The counters; with {@linkcode chunks} all that a checkpoint needs. */
  state(): ReplayMemoryState {
    const { slots, ...rings } = this.#rings.state();
    return {
      slots,
      prioritized: this.#tree !== undefined,
      ...rings,
      maxPriority: this.#maxPriority,
    };
  }

  /**
   * The memory's bytes, as far as they are filled: views, always in the same
   * order, valid until the next `add`.
   */
  chunks(): Uint8Array[] {
    const { environments } = this.#rings;
    return Array.from({ length: environments }, (_, e) => this.#chunksOf(e))
      .flat();
  }

  #chunksOf(environment: number): Uint8Array[] {
    const rings = this.#rings;
    const chunks = rings.chunks(environment);
    if (this.#tree) {
      const start = environment * rings.slots;
      const end = start + rings.filled(environment);
      const { buffer, byteOffset, byteLength } = this.#tree.leaves(start, end);
      chunks.push(new Uint8Array(buffer, byteOffset, byteLength));
    }
    return chunks;
  }

  /**
   * Goes on from a stored state, perhaps with another `nStep`.
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
    this.#maxPriority = state.maxPriority;
    await this.#rings.restore(state, async (environment) => {
      for (const chunk of this.#chunksOf(environment)) await fill(chunk);
    });
    this.#tree?.rebuild();
  }
}
