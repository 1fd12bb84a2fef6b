/** Training: the loop, and all that a run leaves in its folder. */
export { arithmeticNotes } from "./arithmetic.ts";
export {
  type CheckpointOptions,
  Checkpoints,
  newestSoundCounters,
} from "./checkpoint.ts";
export { freshCounters } from "./counters.ts";
export { trainingEpisodes, TrainingGames } from "./episodes.ts";
export { openEvaluationGames, playGreedily } from "./greedy_games.ts";
export { train } from "./loop.ts";
export { trainingParts, type TrainingState } from "./parts.ts";
export { Progress } from "./progress.ts";
export {
  runTraining,
  type Stage,
  type TrainingOutcome,
} from "./run_training.ts";
export { type SinkPositions, Sinks } from "./sinks.ts";
export { notePlay } from "./event_files.ts";
export { findTeacher } from "./teacher.ts";
