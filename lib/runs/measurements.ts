/** What is measured while a run trains. */

/** Means over the updates of one interval of training. */
export interface IntervalMetrics {
  step: number;
  /** NaN, as the next two, when the interval had no update. */
  loss: number;
  /** Mean Q(s, a) of the sampled transitions. */
  meanQ: number;
  /** Mean absolute TD error. */
  tdError: number;
  epsilon: number;
  learningRate: number;
  /** Agent steps, and updates, per second since the last interval. */
  stepsPerSecond: number;
  updatesPerSecond: number;
}

/** A game of the training, in the order in which they ended. */
export interface TrainingGame {
  score: number;
}

/** A line of a run's metrics.csv. */
export interface TrainingMetrics {
  /** Agent steps so far. */
  step: number;
  loss: number | null;
  qMean: number | null;
  epsilon: number;
  /** Seconds of training so far. */
  wallSeconds: number;
}

/** A greedy evaluation during training. */
export interface EvaluationPoint {
  step: number;
  wallSeconds: number;
  mean: number;
  low: number;
  high: number;
  /** Share of its games that reached the cap. */
  capped: number;
  cap: number;
  episodes: number;
}
