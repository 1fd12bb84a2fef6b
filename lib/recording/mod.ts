/** Playing an agent's games and taking them down. */
export {
  type GameStart,
  lastMoments,
  type Moment,
  moments,
  openGame,
  type Player,
  type RenderingEnv,
} from "./moments.ts";
export {
  readSmallFile,
  readStoredGame,
  type StoredGame,
  storedGame,
} from "./stored_game.ts";
export {
  measureAgent,
  type Measurement,
  type PlayedGames,
  playGames,
  recordEvaluation,
} from "./measure.ts";
export {
  showLiveGame,
  showLockstepGame,
  type ShownGame,
  showStoredGame,
} from "./play.ts";
export {
  keptGames,
  readRecordings,
  recordedPictures,
  type Recording,
  RECORDING_NAMES,
  recordingFiles,
} from "./recording.ts";
export { pictureFormat, writeShownGame } from "./write_game.ts";
