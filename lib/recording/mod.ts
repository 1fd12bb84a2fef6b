/** Playing an agent's games and taking them down. */
export {
  type GameStart,
  type Moment,
  moments,
  type Player,
  type RenderingEnv,
} from "./moments.ts";
export { readStoredGame, type StoredGame, storedGame } from "./stored_game.ts";
export {
  keptGames,
  measureAgent,
  type Measurement,
  recordEvaluation,
} from "./measure.ts";
export {
  liveGame,
  showLiveGame,
  showLockstepGame,
  type ShownGame,
  showStoredGame,
} from "./play.ts";
export {
  crashPicture,
  isCrash,
  readRecordings,
  type Recording,
  RECORDING_NAMES,
  recordingAnimation,
  recordingFiles,
} from "./recording.ts";
