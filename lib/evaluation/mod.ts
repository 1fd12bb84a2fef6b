/** Games on held-out seeds, and figures of them that can be believed. */
export { type Baseline, evaluateBaselines } from "./baselines.ts";
export { evaluate, type EvaluateOptions, type Policy } from "./evaluate.ts";
export { type GameGroups, openGameGroups } from "./game_groups.ts";
export {
  type Evaluation,
  medianAndBest,
  type PlayedGame,
  playedGame,
  summarizeGames,
} from "./games.ts";
export {
  alwaysJumpPolicy,
  greedyPolicy,
  noOpPolicy,
  randomPolicy,
} from "./policies.ts";
export { firstSeedFor, type SeedPurpose } from "./seeds.ts";
export type { Interval } from "./intervals.ts";
export {
  mean,
  median,
  type ScoreSummary,
  summarizeRuns,
  summarizeScores,
} from "./statistics.ts";
export { pairedDifference, probabilityOfImprovement } from "./comparison.ts";
export {
  type EvaluationContext,
  type EvaluationReport,
  evaluationReport,
  gameName,
  PAGE_SCRIPT,
  type PlayerFigures,
  type PublishedResult,
  scoresCsv,
} from "./document.ts";
export { storedReport } from "./stored_report.ts";
