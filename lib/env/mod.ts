export { Environments, type EnvOptions } from "./environments.ts";
export { LiveEnv } from "./live_env.ts";
export { LockstepEnv } from "./lockstep_env.ts";
export * from "./types.ts";
