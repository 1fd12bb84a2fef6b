import { join } from "node:path";
import { mean } from "../evaluation/mod.ts";
import { SummaryWriter } from "../tensorflow/mod.ts";
import type {
  EvaluationRecord,
  GameRecord,
  IntervalRecord,
  MetricSink,
  SinkPositions,
} from "./metric_sink.ts";
import type { RunFolder } from "../runs/mod.ts";

/** Begins each position's name. */
const PREFIX = "tensorboard/";

/**
 * Event files for TensorBoard, with the names of curves that CleanRL made
 * common (`charts/episodic_return`, `losses/td_loss`, …).
 *
 * They are for looking only, so they never stop anything: when one cannot be
 * written (a full disk), points are lost, and a new file is begun after the
 * next {@linkcode flush}.
 */
export class TensorBoardSink implements MetricSink {
  readonly #folder: string;
  #writer: SummaryWriter | undefined;
  /** Nothing could be written since the last flush. */
  #broken = false;

  /**
   * Cuts the files to their positions and removes those that have none, so
   * that no point stands twice. This sink begins a file of its own.
   */
  constructor(run: RunFolder, positions: SinkPositions = {}) {
    this.#folder = run.tensorboard;
    Deno.mkdirSync(this.#folder, { recursive: true });
    for (const [name, size] of this.#sizes()) {
      const position = positions[PREFIX + name];
      const path = join(this.#folder, name);
      if (position === undefined) Deno.removeSync(path);
      else if (position < size) Deno.truncateSync(path, position);
    }
  }

  game({ episode, epsilon, step }: GameRecord): void {
    this.#write(step, {
      "charts/episodic_return": episode.return,
      "charts/score": episode.score,
      "charts/epsilon": epsilon,
    });
  }

  interval(record: IntervalRecord): void {
    this.#write(record.step, {
      "losses/td_loss": record.loss,
      "losses/q_values": record.meanQ,
      "losses/td_error": record.tdError,
      "charts/learning_rate": record.learningRate,
      "charts/SPS": record.stepsPerSecond,
      "charts/updates_per_second": record.updatesPerSecond,
      "charts/memory_mb": record.rssMegabytes,
    });
  }

  evaluation({ step, scores }: EvaluationRecord): void {
    this.#write(step, {
      "eval/mean_score": mean(scores),
      "eval/min_score": Math.min(...scores),
      "eval/max_score": Math.max(...scores),
    });
  }

  flush(): SinkPositions {
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

  #write(step: number, values: Record<string, number>): void {
    this.#try(() => {
      this.#writer ??= new SummaryWriter(this.#folder);
      for (const [tag, value] of Object.entries(values)) {
        if (Number.isFinite(value)) this.#writer.scalar(step, tag, value);
      }
    });
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

  /** Name and size in bytes of the folder's files. */
  #sizes(): [string, number][] {
    return [...Deno.readDirSync(this.#folder)]
      .filter(({ isFile }) => isFile)
      .map(({ name }) => [name, Deno.statSync(join(this.#folder, name)).size]);
  }
}
