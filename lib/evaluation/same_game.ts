/**
 * The one rule for "the same game". Scores are compared only where a point
 * means the same; how an agent sees and acts is its own affair, but is told.
 */
import { type Config, type Difference, differences } from "../config/mod.ts";

/** What of a config decides how games go, beside the agent. */
export interface GameSetting {
  game: Config["game"];
  env: Pick<Config["env"], "clock" | "observation" | "crop">;
}

/** What a report tells of it. */
export interface PlayedSetting {
  speed: GameSetting["game"]["speed"];
  clock: GameSetting["env"]["clock"];
  setting?: GameSetting;
}

/** Keys of which another value makes it another game. */
const GAME = [
  ...["game.speed", "game.birds", "game.clouds", "game.night", "env.clock"],
];
/** Keys of how an agent sees and acts in it. */
const PLAYER = [
  ...["game.frameSkip", "game.actions", "game.duckAnew"],
  ...["env.observation", "env.crop"],
];

/** The setting that a config plays, named by the pictures that are seen. */
export function gameSetting(
  { game, env: { clock, observation: asked, crop } }: GameSetting,
): GameSetting {
  // Reports of "page" and real time are an earlier program's, by screenshots.
  const observation = clock === "live" && asked === "page" ? "canvas" : asked;
  return { game, env: { clock, observation, crop } };
}

/** What a report's games were played by; an earlier program's lacks some. */
export const reportedSetting = (
  { setting, speed, clock }: PlayedSetting,
  { game, env }: GameSetting,
): GameSetting =>
  setting ?? {
    game: { ...game, speed },
    env: { clock, observation: env.observation, crop: env.crop },
  };

/** In what two settings differ. */
export interface GameDifferences {
  /** Scores do not compare: it is another game. */
  game: Difference[];
  /** Scores compare; the agents see or act in another way. */
  player: Difference[];
}

/** In what the games of two settings differ. */
export const gameDifferences = (
  before: GameSetting,
  now: GameSetting,
): GameDifferences => ({
  game: differences(before, now, GAME),
  player: differences(before, now, PLAYER),
});

/** Whether a key, or a group, decides which game is played. */
export const decidesGame = (key: string): boolean =>
  GAME.some((each) => `${each}.`.startsWith(`${key}.`));

/** Which of the two games a config plays. */
export function gameName(
  { game }: Pick<GameSetting, "game">,
): "accelerating" | "constant" {
  return game.speed === "accelerating" ? "accelerating" : "constant";
}

/** "the accelerating game, without night"; "the game at the constant speed 6". */
export function gameText(
  { speed, birds, clouds, night }: GameSetting["game"],
): string {
  const name = speed === "accelerating"
    ? "the accelerating game"
    : `the game at the constant speed ${speed}`;
  const off = Object.entries({ pterodactyls: birds, clouds, night })
    .flatMap(([what, isOn]) => isOn ? [] : what);
  return off.length > 0 ? `${name}, without ${off.join(" and ")}` : name;
}

/** The game that others played, by its name: as the page has it. */
const pageGame = (setting: GameSetting): GameSetting => ({
  ...setting,
  game: {
    ...setting.game,
    speed: gameName(setting) === "accelerating" ? "accelerating" : 6,
    ...{ birds: true, clouds: true, night: true },
  },
});

/** In what a game differs from that of published results: pacing aside. */
export const unlikePublished = (setting: GameSetting): Difference[] =>
  gameDifferences(pageGame(setting), setting).game;
