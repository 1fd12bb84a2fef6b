/**
 * Checkpoints of a training: named parts, each of which saves and restores
 * itself. What they are stands in parts.ts.
 */
import { CheckpointError } from "../errors.ts";
import {
  type CheckpointFiles,
  checkpointPath,
  listCheckpoints,
  pruneCheckpoints,
  readCheckpointFiles,
  removeLeftovers,
  setAside,
  writeCheckpointFiles,
} from "../runs/mod.ts";
import type { BestEvaluation, Counters, StoredCounters } from "./counters.ts";

/** What a part stores. */
export interface PartState {
  /** JSON-safe: in `state.json`, under the part's name. */
  value: unknown;
  /** Files of its own, for what is large. */
  files?: CheckpointFiles;
}

/** A part of a training that a checkpoint keeps. */
export interface Part {
  /** Names of the files that `restore` reads. */
  needs?: readonly string[];
  state(): PartState | Promise<PartState>;
  /**
   * Goes on from what `state` gave.
   * @throws CheckpointError if it does not fit
   */
  restore(stored: Required<PartState>): void | Promise<void>;
}

/** Parts by name; they are saved and restored in this order. */
export type Parts = Record<string, Part>;

/** Every part's value, by its name. */
const STATE = "state.json";

/** How a run's checkpoints are kept. */
export interface CheckpointOptions {
  /** The run's folder of checkpoints. */
  folder: string;
  /** Newest checkpoints kept, beside the best one. */
  keep: number;
  /** Told in a sentence of a checkpoint that is damaged or was not saved. */
  warn: (message: string) => void;
}

/**
 * The checkpoints of a run, for the process that holds the run's lock. They are
 * written while training goes on. One that cannot be (the disk is full) is told
 * and left out, and is not the best: the earlier ones are untouched.
 */
export class Checkpoints implements AsyncDisposable {
  readonly #counters: Counters;
  readonly #parts: Parts;
  readonly #options: CheckpointOptions;
  #bestSaved: BestEvaluation | null = null;
  #writing: Promise<void> = Promise.resolve();

  /** @param counters of the training: one of the parts */
  constructor(counters: Counters, parts: Parts, options: CheckpointOptions) {
    this.#counters = counters;
    this.#parts = parts;
    this.#options = options;
  }

  /** Returns when everything is copied; writing goes on. */
  async save(): Promise<void> {
    await this.#writing;
    const { step, best } = this.#counters;
    const missed = (error: unknown) => {
      if (!(error instanceof Error)) throw error;
      const isLost = best?.step === step && this.#counters.best === best;
      if (isLost) this.#counters.best = this.#bestSaved;
      this.#options.warn(
        `step ${step} was not saved, training goes on. ${error.message}`,
      );
    };
    try {
      const files = await this.#copy();
      this.#writing = this.#write(step, best, files).catch(missed);
    } catch (error) {
      missed(error);
    }
  }

  async #copy(): Promise<CheckpointFiles> {
    const values: Record<string, unknown> = {};
    const files: CheckpointFiles = {};
    for (const [name, part] of Object.entries(this.#parts)) {
      const state = await part.state();
      values[name] = state.value;
      Object.assign(files, state.files);
    }
    const text = JSON.stringify(values);
    return { ...files, [STATE]: new TextEncoder().encode(text) };
  }

  async #write(
    step: number,
    best: BestEvaluation | null,
    files: CheckpointFiles,
  ): Promise<void> {
    const { folder, keep } = this.#options;
    const named = best && { step: best.step, mean: best.mean };
    await writeCheckpointFiles(folder, step, files, named);
    this.#bestSaved = best;
    await pruneCheckpoints(folder, keep, named);
  }

  /**
   * Goes on from the newest checkpoint that is complete. Damaged ones that are
   * newer are set aside then, as `step-N.damaged`.
   *
   * @returns whether there was one
   * @throws CheckpointError if there are some and none is complete, or it does
   * not fit; nothing is moved then
   */
  async restoreNewest(): Promise<boolean> {
    const { folder, warn } = this.#options;
    const needs = Object.values(this.#parts).flatMap((part) =>
      part.needs ?? []
    );
    await removeLeftovers(folder);
    const steps = await listCheckpoints(folder);
    const damaged: string[] = [];
    for (const [i, step] of steps.entries()) {
      const path = checkpointPath(folder, step);
      let files: CheckpointFiles;
      try {
        ({ files } = await readCheckpointFiles(path, [STATE, ...needs]));
      } catch (error) {
        if (!(error instanceof CheckpointError)) throw error;
        const older = steps[i + 1];
        const next = older === undefined
          ? "there is none before it"
          : `trying the one before it, step-${older}`;
        warn(`${error.message}; ${next}`);
        damaged.push(path);
        continue;
      }
      await this.#restore(path, files);
      for (const each of damaged) await setAside(each);
      return true;
    }
    if (steps.length === 0) return false;
    throw new CheckpointError(
      `None of the ${steps.length} checkpoints in ${folder} is complete; ` +
        "start the run anew",
    );
  }

  async #restore(path: string, files: CheckpointFiles): Promise<void> {
    const values = storedValues(files);
    for (const [name, part] of Object.entries(this.#parts)) {
      const value = values?.[name];
      if (value === undefined) {
        throw new CheckpointError(`The checkpoint ${path} lacks its ${name}`);
      }
      // What is whole, by its hashes, may have been written by somebody else.
      const foreign = (cause?: unknown) =>
        new CheckpointError(
          `The ${name} of ${path} is not as this program writes it`,
          { cause },
        );
      if (typeof value !== "object") throw foreign();
      try {
        await part.restore({ value, files });
      } catch (error) {
        const isForeign = error instanceof TypeError ||
          error instanceof RangeError;
        throw isForeign ? foreign(error) : error;
      }
    }
    this.#bestSaved = this.#counters.best;
  }

  /** Waits until the last checkpoint is written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
  }
}

function storedValues(files: CheckpointFiles): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(files[STATE]));
}

/**
 * The newest checkpoint of which every file is as it was written; moves
 * nothing, so anybody may ask.
 *
 * @param warn told of each damaged checkpoint, in a sentence
 * @returns its counters; null: there is none
 */
export async function newestSoundCounters(
  folder: string,
  warn: (message: string) => void,
): Promise<StoredCounters | null> {
  for (const step of await listCheckpoints(folder)) {
    try {
      const { files } = await readCheckpointFiles(checkpointPath(folder, step));
      return storedValues(files)["counters"] as StoredCounters;
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      warn(error.message);
    }
  }
  return null;
}
