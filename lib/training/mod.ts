/** Training: the loop, and all that a run leaves in its folder. */
export type { Agent } from "./agent.ts";
export { findAgent, loadLearner } from "./agents.ts";
export { findCheckpoint, readCheckpointModel } from "./find_checkpoint.ts";
export {
  loadCheckpoint,
  loadNewestCheckpoint,
  newestSoundCounters,
  saveCheckpoint,
} from "./checkpoint.ts";
export {
  type CheckpointFiles,
  checkpointPath,
  listCheckpoints,
  readCheckpointFiles,
  writeManifestFolder,
} from "./checkpoint_files.ts";
export {
  type Child,
  type ChildEnd,
  type ChildOptions,
  startChild,
} from "./child.ts";
export { freshCounters, type StopReason } from "./counters.ts";
export { replaceDurably, syncFolder } from "./durable.ts";
export { trainingEpisodes } from "./episodes.ts";
export { acquireLock, type LockHolder, lockHolder } from "./lock.ts";
export { train } from "./loop.ts";
export type { GameRecord, IntervalRecord, MetricSink } from "./metric_sink.ts";
export {
  createProgress,
  formatDuration,
  formatStatus,
  type TrainingStatus,
} from "./progress.ts";
export {
  CHAMPION_FOLDER,
  createRun,
  listRuns,
  openRun,
  readRunInfo,
  removeUnstartedRun,
  type RunFolder,
  runFolderAt,
  type RunInfo,
  RUNS_FOLDER,
  updateRunConfig,
  writeRunInfo,
} from "./run_folder.ts";
export { runTraining, type TrainingOutcome } from "./session.ts";
export { openSinks } from "./sinks.ts";
export type {
  EvaluationPoint,
  TrainingGame,
  TrainingMetrics,
} from "./measurements.ts";
