/** Training: the loop, and all that a run leaves in its folder. */
export {
  type Agent,
  findAgent,
  type FindAgentOptions,
  loadLearner,
  PRETRAINED_FOLDER,
} from "./agents.ts";
export {
  findCheckpoint,
  loadCheckpoint,
  type LoadedCheckpoint,
  loadNewestCheckpoint,
  readCheckpointModel,
  saveCheckpoint,
  type SaveCheckpointOptions,
  type TrainingState,
} from "./checkpoint.ts";
export {
  type CheckpointManifest,
  checkpointPath,
  listCheckpoints,
  readManifest,
} from "./checkpoint_files.ts";
export * from "./episodes.ts";
export * from "./lock.ts";
export * from "./loop.ts";
export * from "./progress.ts";
export * from "./run_folder.ts";
export {
  runTraining,
  type TrainingOptions,
  type TrainingOutcome,
} from "./session.ts";
export {
  type EvaluationRecord,
  type GameRecord,
  type IntervalRecord,
  METRICS_COLUMNS,
  type MetricSink,
  openSinks,
  SCORES_COLUMNS,
  type SinkPositions,
} from "./sinks.ts";
