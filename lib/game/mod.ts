/** The chrome://dino page, under the lock-step clock or in real time. */
export { ByteList } from "./byte_list.ts";
export { LockstepPage } from "./lockstep_page.ts";
export type { LockstepPageOptions } from "./lockstep_page.ts";
export {
  type Episode,
  type GameStep,
  LockstepBatch,
  STAND_STILL,
} from "./lockstep_batch.ts";
export { LiveGame, type LiveState } from "./live.ts";
export type * from "./types.ts";
