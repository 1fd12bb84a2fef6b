import { join } from "node:path";
import { CANVAS } from "../constants.ts";
import type { Recording } from "../recording/mod.ts";
import type { RunFolder } from "../runs/mod.ts";
import {
  pictureSummary,
  type Summary,
  SummaryWriter,
} from "../tensorflow/mod.ts";

/** Names of event files as TensorFlow writes them here. */
const OWN = /^events\.out\.tfevents\..*\.v2$/;
/** Begins each position's name. */
const PREFIX = "tensorboard/";

/**
 * Event files for TensorBoard. They are for looking only, so they never stop
 * anything: when one cannot be written (a full disk), points are lost, and a
 * new file is begun after the next {@linkcode flush}.
 */
export class EventFiles implements Disposable {
  readonly #folder: string;
  #writer: SummaryWriter | undefined;
  /** Nothing could be written since the last flush. */
  #broken = false;

  /**
   * Cuts the files to their positions and removes those that have none, so
   * that no point stands twice. What is added goes to a file of its own.
   */
  constructor(folder: string, positions: Record<string, number>) {
    this.#folder = folder;
    this.#try(() => Deno.mkdirSync(this.#folder, { recursive: true }));
    for (const [name, size] of this.#sizes()) {
      const position = positions[PREFIX + name];
      const path = join(this.#folder, name);
      this.#try(() => {
        if (position === undefined) Deno.removeSync(path);
        else if (position < size) Deno.truncateSync(path, position);
      });
    }
  }

  /** Adds a point to each curve, by its tag. */
  add(step: number, curves: Record<string, number>): void {
    this.#try(() => {
      this.#writer ??= new SummaryWriter(this.#folder);
      for (const [tag, value] of Object.entries(curves)) {
        this.#writer.scalar(step, tag, value);
      }
    });
  }

  /** Adds what is no point of a curve. */
  note(step: number, summaries: readonly Summary[]): void {
    this.#try(() => {
      this.#writer ??= new SummaryWriter(this.#folder);
      for (const summary of summaries) this.#writer.summary(step, summary);
    });
  }

  /** Writes what is waiting. @returns the files' sizes, to go on from */
  flush(): Record<string, number> {
    this.#broken = false;
    this.#try(() => this.#writer?.flush());
    return Object.fromEntries(
      this.#sizes().map(([name, size]) => [PREFIX + name, size]),
    );
  }

  [Symbol.dispose](): void {
    this.#try(() => this.#writer?.[Symbol.dispose]());
    this.#writer = undefined;
  }

  #try(write: () => void): void {
    if (this.#broken) return;
    try {
      write();
    } catch {
      this.#broken = true;
      const failed = this.#writer;
      this.#writer = undefined;
      try {
        failed?.[Symbol.dispose]();
      } catch {
        // It could not write before, and cannot now.
      }
    }
  }

  /** Name and size in bytes of the event files; none if they cannot be read. */
  #sizes(): [string, number][] {
    let sizes: [string, number][] = [];
    this.#try(() => {
      sizes = [...Deno.readDirSync(this.#folder)]
        .filter(({ name, isFile }) => isFile && OWN.test(name))
        .map(({ name }) => [
          name,
          Deno.statSync(join(this.#folder, name)).size,
        ]);
    });
    return sizes;
  }
}

/**
 * Adds the games that were recorded when a training ended, as moving pictures.
 *
 * @param step of the agent that played them
 */
export function notePlay(
  { tensorboard }: RunFolder,
  step: number,
  recordings: readonly Recording[],
): void {
  try {
    using writer = new SummaryWriter(tensorboard);
    for (const { role, gif } of recordings) {
      if (!gif) continue;
      const picture = { ...CANVAS, encoded: gif };
      writer.summary(step, pictureSummary(`play/${role}`, picture));
    }
  } catch {
    // For looking only.
  }
}
