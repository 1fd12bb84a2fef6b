/**
 * Evaluation: whole games on seeds from which nothing was learned, and figures
 * of them with 95 % intervals.
 *
 * @module
 */
export {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  greedyPolicy,
  type Interval,
  type PlayedGame,
  type Policy,
  randomPolicy,
  type RunningGame,
  type Sample,
  type ScoreFigures,
  type ScoreSummary,
  summarizeScores,
  type SummaryOptions,
} from "../evaluation/mod.ts";
