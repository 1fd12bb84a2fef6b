/**
 * The dinosaur game of Chrome for programs: its games as an environment, agents,
 * training, evaluation. `docs/scripting.md` has five scripts.
 *
 * @module
 */
export * from "./agent.ts";
export * from "./env.ts";
export * from "./evaluation.ts";
export * from "./training.ts";
