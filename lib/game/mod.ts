export { CANVAS, FRAME_MS, LockstepPage } from "./lockstep_page.ts";
export type { LockstepPageOptions } from "./lockstep_page.ts";
export {
  ByteList,
  type Episode,
  type GameStep,
  LockstepBatch,
  STAND_STILL,
} from "./lockstep_batch.ts";
export type { LockstepOptions, Taps } from "./lockstep_script.ts";
export type { GameState, ObstacleState } from "./page_api.ts";
export { LiveGame, type LivePicture, type LiveState } from "./live.ts";
