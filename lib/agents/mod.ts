/** Trained agents on disk: finding, joining and loading them. */
export type { Agent } from "./agent.ts";
export { findAgent, loadPlayer } from "./find.ts";
export { checkTeacher, weightsToBeginWith } from "./for_training.ts";
export { agentTarget, checkpointTarget, runTarget } from "./target.ts";
