/** Trained agents on disk: finding, joining and loading them. */
export type { Agent } from "./agent.ts";
export { findAgent, loadLearner } from "./find.ts";
