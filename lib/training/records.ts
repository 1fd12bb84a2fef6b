import type { Evaluation } from "../evaluation/mod.ts";
import type { Counters } from "./counters.ts";
import type { TrainingHooks } from "./loop.ts";
import type { MetricSink } from "./metric_sink.ts";
import type { Progress } from "./progress.ts";

/** Passes on what happens to the metric files and to whoever watches. */
export class Records {
  readonly #sinks: MetricSink;
  readonly #progress: Progress;
  readonly #counters: Counters;
  #lastScores: readonly number[] = [];
  #bestScore: number | null = null;

  constructor(sinks: MetricSink, progress: Progress, counters: Counters) {
    this.#sinks = sinks;
    this.#progress = progress;
    this.#counters = counters;
  }

  readonly game: TrainingHooks["onGame"] = (environment, episode, epsilon) => {
    const { games: game, step, wallSeconds } = this.#counters;
    this.#sinks.game(
      { game, environment, episode, epsilon, step, wallSeconds },
    );
    // A new list: the progress bar holds on to the one that it was given.
    this.#lastScores = [...this.#lastScores, episode.score].slice(-10);
    this.#bestScore = Math.max(this.#bestScore ?? 0, episode.score);
  };

  readonly interval: TrainingHooks["onInterval"] = (metrics) => {
    const { step, games, wallSeconds } = this.#counters;
    const rssMegabytes = Deno.memoryUsage().rss / 1e6;
    this.#sinks.interval({ ...metrics, wallSeconds, rssMegabytes });
    this.#progress.update({
      ...{ step, games, wallSeconds },
      lastScores: this.#lastScores,
      bestScore: this.#bestScore,
      epsilon: metrics.epsilon,
      loss: metrics.loss,
      stepsPerSecond: metrics.stepsPerSecond,
    });
  };

  /** Takes note of an evaluation at this step. */
  evaluation(evaluation: Evaluation): void {
    const { step } = this.#counters;
    this.#sinks.evaluation({ step, scores: evaluation.scores });
    const { mean, min, max, episodes, cap, capped } = evaluation;
    this.#progress.log(
      `Evaluation at step ${step}: mean ${mean.toFixed(0)} of ${episodes} ` +
        `games (${min} to ${max}), ${Math.round(capped * episodes)} of them ` +
        `at the cap of ${cap}`,
    );
  }
}
