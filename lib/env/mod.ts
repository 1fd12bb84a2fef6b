export { createEnv, Environments, type EnvOptions } from "./environments.ts";
export { LockstepEnv } from "./lockstep_env.ts";
export * from "./types.ts";
