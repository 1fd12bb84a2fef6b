/** Trainings and evaluations on several machines, over NATS JetStream. */
export { type Bus, onBus, openBus } from "./bus.ts";
export { jobExecutor } from "./execute.ts";
export {
  fetchBytes,
  fetchFolder,
  type JobFiles,
  removeOlder,
  storeBytes,
  storeFolder,
} from "./files.ts";
export { playElsewhere } from "./games.ts";
export type { JobState, TrainingJob } from "./jobs.ts";
export { installService, uninstallService } from "./service.ts";
export { JobSet } from "./set.ts";
export { bringHome, queueTraining, trainElsewhere } from "./training.ts";
export { type Execute, work } from "./worker.ts";
export { compareWorkers, listWorkers, workersTable } from "./workers.ts";
