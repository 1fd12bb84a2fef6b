import type { Evaluation } from "../evaluation/mod.ts";
import { EVALUATIONS, GAMES, INTERVALS } from "../runs/mod.ts";
import type { Counters } from "./counters.ts";
import type { TrainingHooks } from "./loop.ts";
import type { Sinks } from "./sinks.ts";
import { scoresText } from "../text.ts";
import type { Progress } from "./progress.ts";

/** Passes on what happens to the metric files and to whoever watches. */
export class Records {
  readonly #sinks: Sinks;
  readonly #progress: Progress;
  readonly #counters: Counters;
  #lastScores: readonly number[] = [];
  #bestScore: number | null = null;

  constructor(sinks: Sinks, progress: Progress, counters: Counters) {
    this.#sinks = sinks;
    this.#progress = progress;
    this.#counters = counters;
  }

  readonly game: TrainingHooks["onGame"] = (environment, episode, epsilon) => {
    const { games: game, step, wallSeconds } = this.#counters;
    this.#sinks.add(
      GAMES,
      { ...episode, game, environment, epsilon, step, wallSeconds },
    );
    // A new list: the progress bar holds on to the one that it was given.
    this.#lastScores = [...this.#lastScores, episode.score].slice(-10);
    this.#bestScore = Math.max(this.#bestScore ?? 0, episode.score);
  };

  readonly interval: TrainingHooks["onInterval"] = (record) => {
    this.#sinks.add(INTERVALS, record);
    const { step, wallSeconds, epsilon, loss, updates, steps, seconds } =
      record;
    this.#progress.update({
      ...{ step, wallSeconds, epsilon },
      games: this.#counters.games,
      lastScores: this.#lastScores,
      bestScore: this.#bestScore,
      loss: loss / updates,
      stepsPerSecond: steps / seconds,
    });
  };

  /** Takes note of an evaluation at this step. */
  evaluation(evaluation: Evaluation): void {
    const { step } = this.#counters;
    this.#sinks.add(EVALUATIONS, { step, scores: evaluation.scores });
    this.#progress.log(
      `Evaluation at step ${step}: ${scoresText(evaluation)}`,
    );
  }
}
