/** Measurements of speed and memory. */
export { benchEnv } from "./env.ts";
export { benchLearner } from "./learner.ts";
export { benchMemory } from "./memory.ts";
export { findPeers, installPeers } from "./peers.ts";
export { benchSolve, type SolveSample } from "./solve.ts";
export { benchTrain } from "./train.ts";
