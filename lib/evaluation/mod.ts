/** Games on held-out seeds, and figures of them that can be believed. */
export { type Baseline, evaluateBaselines } from "./baselines.ts";
export {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  FRAMES_PER_SECOND,
  medianAndBest,
  type PlayedGame,
  type Policy,
  type RunningGame,
  SPEED_BIN,
  summarizeGames,
} from "./evaluate.ts";
export {
  alwaysJumpPolicy,
  constantPolicy,
  greedyPolicy,
  noOpPolicy,
  randomPolicy,
} from "./policies.ts";
export { PUBLISHED_RESULTS, type PublishedResult } from "./published.ts";
export {
  type GameFrame,
  readStoredGame,
  type RenderingEnv,
  replayGame,
  type ReplayOptions,
  type StoredGame,
  storedGame,
} from "./replay.ts";
export { firstSeedFor, type SeedPurpose } from "./seeds.ts";
export {
  bootstrapInterval,
  type BootstrapOptions,
  hierarchicalInterval,
  interquartileMean,
  type Interval,
  mean,
  median,
  type PairedDifference,
  pairedDifference,
  probabilityOfImprovement,
  probabilityOfImprovementInterval,
  quantile,
  type ScoreSummary,
  share,
  standardDeviation,
  summarizeScores,
} from "./statistics.ts";
