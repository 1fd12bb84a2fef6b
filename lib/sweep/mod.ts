/** Sweeps: the same training with several settings and seeds, in one table. */
export { sweepJsonSchemaText } from "./json_schema.ts";
export { listRunningSweeps, sweepFolder } from "./folder.ts";
export { loadSweep, planText, type SweepPlan } from "./plan.ts";
export { settingsTable, sweepNotes, sweepText } from "./report.ts";
export { resultsSoFar, type SweepResults } from "./results.ts";
export { readState } from "./state.ts";
export { runSweep } from "./run.ts";
