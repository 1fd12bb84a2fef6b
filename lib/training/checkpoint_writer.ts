import type { Learner, Network, ReplayMemory } from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import type { EnvState } from "../env/mod.ts";
import type { Random } from "../random.ts";
import { saveCheckpoint } from "./checkpoint.ts";
import type { Counters } from "./counters.ts";
import type { Sinks } from "./sinks.ts";
import type { Progress } from "./progress.ts";
import type { RunFolder } from "../runs/mod.ts";

/** Name in a checkpoint of the stream that the training loop draws from. */
export const TRAINING_RANDOM = "training";

/** What a checkpoint is made of, beside the games. */
export interface CheckpointParts {
  counters: Counters;
  learner: Learner;
  memory: ReplayMemory;
  random: Random;
  sinks: Sinks;
}

/**
 * Saves checkpoints while training goes on. One that cannot be written (the
 * disk is full) is said and left out: the earlier ones are untouched.
 */
export class CheckpointWriter {
  readonly #folder: string;
  readonly #keep: number;
  readonly #network: Network;
  readonly #progress: Progress;
  readonly #parts: CheckpointParts;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(
    run: RunFolder,
    config: Config,
    network: Network,
    progress: Progress,
    parts: CheckpointParts,
  ) {
    this.#folder = run.checkpoints;
    this.#keep = config.training.keepCheckpoints;
    this.#network = network;
    this.#progress = progress;
    this.#parts = parts;
  }

  /** Returns when everything is copied; writing goes on. */
  async save(env: EnvState): Promise<void> {
    await this.#writing;
    const { counters, learner, memory, random, sinks } = this.#parts;
    try {
      const state = {
        counters,
        learner: await learner.getState(),
        env,
        randoms: { [TRAINING_RANDOM]: random.state },
        sinks: sinks.flush(),
      };
      const options = { keep: this.#keep, network: this.#network };
      this.#writing = saveCheckpoint(this.#folder, state, memory, options)
        .catch((error) => this.#warn(error));
    } catch (error) {
      this.#warn(error);
    }
  }

  /** Waits until the last checkpoint is written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  #warn(error: unknown): void {
    if (!(error instanceof Error)) throw error;
    this.#progress.log(
      `warning: step ${this.#parts.counters.step} was not saved, training ` +
        `goes on. ${error.message}`,
    );
  }
}
