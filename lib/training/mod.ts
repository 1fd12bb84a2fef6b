/** Training: the loop, and all that a run leaves in its folder. */
export {
  loadCheckpoint,
  loadNewestCheckpoint,
  newestSoundCounters,
  saveCheckpoint,
} from "./checkpoint.ts";
export { freshCounters, type StopReason } from "./counters.ts";
export { trainingEpisodes } from "./episodes.ts";
export { train } from "./loop.ts";
export {
  createProgress,
  formatDuration,
  formatStatus,
  type TrainingStatus,
} from "./progress.ts";
export { runTraining, type TrainingOutcome } from "./session.ts";
export { openSinks, type Sinks } from "./sinks.ts";
