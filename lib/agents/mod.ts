/** Trained agents on disk: finding, joining and loading them. */
export type { Agent } from "./agent.ts";
export { weightsToBeginWith } from "./begin_with.ts";
export { findAgent, loadPlayer } from "./find.ts";
export { agentTarget, checkpointTarget, runTarget } from "./target.ts";
