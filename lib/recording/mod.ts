/** Playing an agent's games and taking them down. */
export {
  readStoredGame,
  type RenderingEnv,
  replayGame,
  type StoredGame,
  storedGame,
} from "./stored_game.ts";
export {
  keptGames,
  measureAgent,
  type Measurement,
  recordEvaluation,
} from "./measure.ts";
export {
  playLive,
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
  recordingAnimation,
  recordingFiles,
} from "./recording.ts";
