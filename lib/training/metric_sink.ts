/** What is measured during training, and what receives it. */
import type { EpisodeStatistics } from "../env/types.ts";
import type { IntervalMetrics } from "../runs/mod.ts";

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
