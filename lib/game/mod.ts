/** The chrome://dino page, under the lock-step clock or in real time. */
export { LockstepPage } from "./lockstep_page.ts";
export type { LockstepOptions, Taps } from "./lockstep_protocol.ts";
export { type GameStep, LockstepGames } from "./lockstep_games.ts";
export { LiveGame, type LiveState, type LiveView } from "./live.ts";
export type * from "./types.ts";
export { createScaler } from "./scaler_script.ts";
