/** A run's folder on disk: its files, its checkpoints, and reading them back. */
export {
  findCheckpoint,
  MODEL,
  readCheckpointModel,
  WEIGHTS,
} from "./find_checkpoint.ts";
export {
  type CheckpointFiles,
  checkpointPath,
  listCheckpoints,
  pruneCheckpoints,
  readCheckpointFiles,
  removeLeftovers,
  setAside,
  writeCheckpointFiles,
  writeManifestFolder,
} from "./checkpoint_files.ts";
export {
  CHAMPION_FOLDER,
  createRun,
  listRuns,
  openRun,
  programCommit,
  readRunInfo,
  removeUnstartedRun,
  type RunFolder,
  runFolderAt,
  type RunInfo,
  RUNS_FOLDER,
  updateRunConfig,
  writeRunInfo,
} from "./run_folder.ts";
export {
  type EvaluationPoint,
  type EvaluationRecord,
  EVALUATIONS,
  type GameRecord,
  GAMES,
  type IntervalRecord,
  INTERVALS,
  measure,
  type Measurement,
  type MetricsLine,
  type Table,
  type TrainingGame,
} from "./measurements.ts";
export { readReport, readRunData, type RunData } from "./run_data.ts";
