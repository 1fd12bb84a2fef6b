/** Retraining on a schedule, and telling how it went. */
export { type HeartbeatState, writeHeartbeat } from "./heartbeat.ts";
export { type ChampionFolder, championFolderAt } from "./paths.ts";
export { notify } from "./notify.ts";
export { type NightResult, resultLine } from "./result.ts";
export { retrain, type RetrainOptions } from "./retrain.ts";
export {
  changeSchedule,
  isScheduleRequest,
  SCHEDULE_OPTIONS,
  type ScheduleRequest,
} from "./schedule.ts";
export { readStatus, statusText } from "./status.ts";
