/** A run's folder on disk: its files, its checkpoints, and reading them back. */
export {
  findBest,
  findCheckpoint,
  MODEL,
  readCheckpointModel,
  someCheckpoints,
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
  DATA_FOLDER,
  type RunFolder,
  runFolderAt,
  RUNS_FOLDER,
} from "./run_folder.ts";
export {
  createRun,
  isRunName,
  openRun,
  removeUnstartedRun,
  runAt,
  updateRunConfig,
} from "./open_run.ts";
export {
  endText,
  hasTrained,
  programCommit,
  readRunInfo,
  type RunInfo,
  type RunStart,
  writeRunInfo,
} from "./run_info.ts";
export {
  listRuns,
  listTrainings,
  runNames,
  type RunSummary,
  summarizeRun,
} from "./list_runs.ts";
export { runsTable } from "./runs_table.ts";
export {
  type EvaluationPoint,
  EVALUATIONS,
  type GameRecord,
  GAMES,
  type IntervalRecord,
  INTERVALS,
  type IntervalSums,
  measure,
  type MetricsLine,
  type Table,
  type TrainingGame,
} from "./measurements.ts";
export {
  evaluatedSteps,
  readEvaluation,
  readReport,
  readRunData,
  reportFolders,
  type RunData,
} from "./run_data.ts";
