/** Retraining on a schedule, and telling how it went. */
export { type ChampionFolder, championFolderAt } from "./paths.ts";
export { historyText } from "./pages.ts";
export { readNights } from "./records.ts";
export { type NightResult, resultLine } from "./result.ts";
export { retrain, type RetrainOptions } from "./retrain.ts";
export { changeSchedule, type ScheduleRequest } from "./schedule.ts";
export { readStatus, statusText } from "./status.ts";
export { commandsOf, type NightParts } from "./steps.ts";
