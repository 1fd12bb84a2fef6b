import type { EpisodeStatistics } from "../env/types.ts";
import type { Evaluation } from "../evaluation/mod.ts";
import {
  EVALUATIONS,
  GAMES,
  type IntervalRecord,
  INTERVALS,
} from "../runs/mod.ts";
import type { Counters } from "./counters.ts";
import { scoresText } from "../text.ts";
import type { Progress } from "./progress.ts";
import type { Sinks } from "./sinks.ts";

/** Passes on what happens to the metric files and to whoever watches. */
export class Records {
  readonly #sinks: Sinks;
  readonly #progress: Progress;
  readonly #counters: Counters;
  #lastScores: readonly number[] = [];
  #bestScore: number | null = null;
  #evaluationSeconds: number | null = null;

  constructor(sinks: Sinks, progress: Progress, counters: Counters) {
    this.#sinks = sinks;
    this.#progress = progress;
    this.#counters = counters;
  }

  /** Takes note of a game that ended. */
  game(environment: number, episode: EpisodeStatistics, epsilon: number): void {
    const { games: game, step, wallSeconds } = this.#counters;
    const record = {
      ...episode,
      game,
      environment,
      epsilon,
      step,
      wallSeconds,
    };
    this.#sinks.add(GAMES, record);
    // A new list: the progress bar holds on to the one that it was given.
    this.#lastScores = [...this.#lastScores, episode.score].slice(-10);
    this.#bestScore = Math.max(this.#bestScore ?? 0, episode.score);
  }

  /** Takes note of an interval. */
  interval(record: IntervalRecord): void {
    this.#sinks.add(INTERVALS, record);
    this.#progress.update({
      ...record,
      games: this.#counters.games,
      lastScores: this.#lastScores,
      bestScore: this.#bestScore,
      evaluationSeconds: this.#evaluationSeconds,
    });
  }

  /** Takes note of an evaluation at this step, and how long it took. */
  evaluation(evaluation: Evaluation, seconds: number): void {
    const { step } = this.#counters;
    this.#sinks.add(EVALUATIONS, { step, scores: evaluation.scores });
    this.#evaluationSeconds = seconds;
    this.#progress.log(
      `Evaluation at step ${step}: ${scoresText(evaluation)}`,
    );
  }
}
