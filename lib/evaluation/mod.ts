/** Games on held-out seeds, and figures of them that can be believed. */
export { type Baseline, evaluateBaselines } from "./baselines.ts";
export {
  checkGames,
  evaluate,
  type EvaluateOptions,
  type Policy,
  type RunningGame,
} from "./evaluate.ts";
export {
  type GameGroups,
  openGameGroups,
  seatsPerGroup,
} from "./game_groups.ts";
export {
  type Evaluation,
  medianAndBest,
  type PlayedGame,
  playedGame,
  summarizeGames,
} from "./games.ts";
export { mergeBaselines, mergeEvaluations } from "./merge.ts";
export {
  alwaysJumpPolicy,
  greedyPolicy,
  noOpPolicy,
  randomPolicy,
} from "./policies.ts";
export { scriptedPolicy } from "./scripted_player.ts";
export {
  firstSeedFor,
  firstSeedOfNight,
  type SeedPurpose,
  seedPurpose,
  selectionSeedOfNight,
} from "./seeds.ts";
export type { Interval, Sample } from "./intervals.ts";
export {
  mean,
  median,
  type ScoreFigures,
  type ScoreSummary,
  summarizeRuns,
  summarizeScores,
  type SummaryOptions,
} from "./statistics.ts";
export { pairedDifference, probabilityOfImprovement } from "./comparison.ts";
export {
  type EvaluationContext,
  type EvaluationReport,
  evaluationReport,
  PAGE_SCRIPT,
  playedSetting,
  type PlayerFigures,
  type PublishedResult,
  scoresCsv,
} from "./document.ts";
export {
  decidesGame,
  gameDifferences,
  gameName,
  type GameSetting,
  gameSetting,
  gameText,
  reportedSetting,
  unlikePublished,
} from "./same_game.ts";
export { paceOf } from "./pace.ts";
export { storedReport } from "./stored_report.ts";
