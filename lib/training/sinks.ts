/** Where what is measured during training goes. */
import { type EpisodeStatistics, FRAMES_PER_SECOND } from "../env/types.ts";
import { CsvFile } from "./csv_file.ts";
import type { IntervalMetrics } from "./loop.ts";
import type { RunFolder } from "./run_folder.ts";
import { TensorBoardSink } from "./tensorboard_sink.ts";

/** A game that ended. */
export interface GameRecord {
  /** Number of the game in the run, from 1. */
  game: number;
  /** The environment it was played in, from 0. */
  environment: number;
  episode: EpisodeStatistics;
  epsilon: number;
  /** Agent steps of the run at its end. */
  step: number;
  /** Seconds of training at its end, over all resumptions. */
  wallSeconds: number;
}

/** One interval of training. */
export interface IntervalRecord extends IntervalMetrics {
  /** Seconds of training, over all resumptions. */
  wallSeconds: number;
  /** Memory of this process, in 10^6 bytes. */
  rssMegabytes: number;
}

/** A greedy evaluation. */
export interface EvaluationRecord {
  step: number;
  scores: readonly number[];
}

/** Receives everything that is measured, and writes what it is for. */
export interface MetricSink extends Disposable {
  game(record: GameRecord): void;
  interval(record: IntervalRecord): void;
  evaluation(record: EvaluationRecord): void;
  /**
   * Waits until everything is on the disk.
   *
   * @returns what to give when the sink is opened again, so that it goes on
   * from here
   * @throws CheckpointError if something cannot be written (a full disk); it is
   * kept, and tried again later
   */
  flush(): SinkPositions;
}

/** Sizes in bytes of a run's metric files, by the file's name. */
export type SinkPositions = Record<string, number>;

/** Columns of `scores.csv`: one line per game. */
export const SCORES_COLUMNS = [
  "game", // number of the game, from 1
  "env", // environment it was played in, from 0
  "seed", // of the game
  "score", // what the counter at the top right shows
  "frames", // rendered frames; 60 are one second of play
  "steps", // agent steps
  "return", // sum of the rewards
  "points_per_second", // score per second of play: 9 at constant speed 6
  "epsilon", // share of random actions at its end
  "step", // agent steps of the run at its end
  "wall_s", // seconds of training at its end
  "end", // crash, truncated, or interrupted (Chrome died)
] as const;

/** Columns of `metrics.csv`: one line per interval of training. */
export const METRICS_COLUMNS = [
  "step", // agent steps of the run
  "loss", // mean over the interval's updates; empty without updates
  "q_mean", // mean Q(s, a) of the sampled transitions; empty without updates
  "td_error", // mean absolute TD error; empty without updates
  "epsilon", // share of random actions
  "env_steps_per_s", // agent steps per second
  "learner_steps_per_s", // updates per second
  "wall_s", // seconds of training
  "rss_mb", // memory of this process, in 10^6 bytes
] as const;

/** `scores.csv` and `metrics.csv`. */
export class CsvSink implements MetricSink {
  readonly #scores: CsvFile;
  readonly #metrics: CsvFile;

  constructor(run: RunFolder, positions?: SinkPositions) {
    this.#scores = new CsvFile(
      run.scores,
      SCORES_COLUMNS,
      positions?.["scores.csv"],
    );
    try {
      this.#metrics = new CsvFile(
        run.metrics,
        METRICS_COLUMNS,
        positions?.["metrics.csv"],
      );
    } catch (error) {
      this.#scores[Symbol.dispose]();
      throw error;
    }
  }

  game({ game, environment, episode, epsilon, step, wallSeconds }: GameRecord) {
    const { seed, score, frames, steps, end } = episode;
    this.#scores.append([
      game,
      environment,
      seed,
      score,
      frames,
      steps,
      episode.return,
      rounded(score / (frames / FRAMES_PER_SECOND), 3),
      epsilon,
      step,
      rounded(wallSeconds, 3),
      end,
    ]);
  }

  interval(record: IntervalRecord) {
    this.#metrics.append([
      record.step,
      record.loss,
      record.meanQ,
      record.tdError,
      record.epsilon,
      rounded(record.stepsPerSecond, 2),
      rounded(record.updatesPerSecond, 2),
      rounded(record.wallSeconds, 3),
      rounded(record.rssMegabytes, 1),
    ]);
  }

  /** An evaluation has a folder of its own. */
  evaluation() {}

  flush(): SinkPositions {
    return {
      "scores.csv": this.#scores.flush(),
      "metrics.csv": this.#metrics.flush(),
    };
  }

  [Symbol.dispose]() {
    this.#scores[Symbol.dispose]();
    this.#metrics[Symbol.dispose]();
  }
}

/**
 * Opens all sinks of a run as one.
 *
 * @param positions what `flush` returned when the checkpoint was made; absent:
 * the files begin anew
 * @throws CheckpointError if a file is shorter than it was then
 */
export function openSinks(
  run: RunFolder,
  positions?: SinkPositions,
): MetricSink {
  using opened = new DisposableStack();
  const sinks: MetricSink[] = [
    opened.use(new CsvSink(run, positions)),
    opened.use(new TensorBoardSink(run, positions)),
  ];
  const owned = opened.move();
  return {
    game: (record) => sinks.forEach((sink) => sink.game(record)),
    interval: (record) => sinks.forEach((sink) => sink.interval(record)),
    evaluation: (record) => sinks.forEach((sink) => sink.evaluation(record)),
    flush: () => Object.assign({}, ...sinks.map((sink) => sink.flush())),
    [Symbol.dispose]: () => owned.dispose(),
  };
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
