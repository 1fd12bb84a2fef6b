export { ByteList } from "./byte_list.ts";
export { CANVAS, FRAME_MS, LockstepPage } from "./lockstep_page.ts";
export type { LockstepPageOptions } from "./lockstep_page.ts";
export {
  type Episode,
  type GameStep,
  LockstepBatch,
  STAND_STILL,
} from "./lockstep_batch.ts";
export type { LockstepOptions, Taps } from "./lockstep_protocol.ts";
export type { GameState, ObstacleState } from "./page_api.ts";
export { LiveGame, type LivePicture, type LiveState } from "./live.ts";
