/** What the tests of the lock-step clock share. */
import { type BrowserConfig, loadConfig } from "../../lib/config/mod.ts";
import { CANVAS, FRAME_SIZE } from "../../lib/constants.ts";
import { scriptedPolicy } from "../../lib/evaluation/mod.ts";
import {
  type EpisodeStart,
  LockstepGames,
  type LockstepOptions,
  LockstepPage,
} from "../../lib/game/mod.ts";
import { Random } from "../../lib/random.ts";

const { browser: usual } = await loadConfig(undefined, []);

/** Opens the page; each decision brings the whole crop back. */
export async function openPage(
  { browser = usual, ...options }:
    & Partial<LockstepOptions>
    & { browser?: BrowserConfig } = {},
): Promise<LockstepPage> {
  const { crop = { x: 0, y: 0, width: 300, height: 150 } } = options;
  return await LockstepPage.open(browser, {
    frameSkip: 1,
    duckAnew: false,
    speed: null,
    birds: true,
    clouds: true,
    night: true,
    frameSize: FRAME_SIZE,
    // Nothing is scaled.
    ...{ crop, fullInk: 172, columns: [], rows: [] },
    drawing: "recorded",
    pixels: "crop",
    ...options,
  });
}

/** Games of {@linkcode openPage}'s page. */
export function takeGames(
  page: LockstepPage,
  count: number,
  pixelBytes = 300 * 150,
): LockstepGames {
  const pixels = new Uint32Array(count * pixelBytes / 4);
  return new LockstepGames(page, { maxSteps: null, pixelBytes, pixels });
}

/**
 * Begins an episode in each game; `null`: it stands still.
 *
 * @param next what a game plays after any of its episodes; absent: nothing.
 * @returns the first pixels of each game that plays.
 */
export async function begin(
  games: LockstepGames,
  starts: (EpisodeStart | null)[],
  next: EpisodeStart[] = [],
): Promise<Uint8Array[]> {
  const pixels = await games.restore(
    starts.map((start) => ({ episode: 0, start, actions: "" })),
    (game) => next[game] ?? null,
    1,
  );
  return pixels.flat();
}

/** Actions that press every key now and then. */
export function someActions(count: number, seed: number): number[] {
  const random = new Random(seed);
  let action = 0;
  return Array.from({ length: count }, () => {
    if (random.uniform() < 0.2) action = random.integer(3);
    return action;
  });
}

/** What the scripted player does in the first of the games. */
export function scriptedPlayer(games: LockstepGames): () => Promise<number> {
  const policy = scriptedPolicy({
    states: () => games.states(),
    numActions: 3,
  });
  return async () => (await policy(new Uint8Array(), 1, []))[0]!;
}

/**
 * The scripted player's actions in one game, until it has made so many. It is
 * meant for 4 frames per decision.
 */
export async function scriptedActions(
  page: LockstepPage,
  seed: number,
  count: number,
): Promise<number[]> {
  await using game = takeGames(page, 1);
  await begin(game, [{ seed }]);
  const scripted = scriptedPlayer(game);
  const actions: number[] = [];
  while (actions.length < count) {
    const action = await scripted();
    actions.push(action);
    const [step] = await game.step(Uint8Array.of(action));
    if (step!.ended) break;
  }
  return actions;
}

/** A chain of SHA-256 over everything that is added, in order. */
export class HashChain {
  #digest: Uint8Array<ArrayBuffer> = new Uint8Array(32);

  async add(bytes: Uint8Array): Promise<void> {
    const joined = new Uint8Array(32 + bytes.length);
    joined.set(this.#digest);
    joined.set(bytes, 32);
    this.#digest = new Uint8Array(
      await crypto.subtle.digest("SHA-256", joined),
    );
  }

  get hex(): string {
    return this.#digest.toHex();
  }
}

/** Bytes of a whole picture. */
export const PICTURE_BYTES = CANVAS.width * CANVAS.height;

/** The picture of one of the games. */
export function pictureOf(pictures: Uint8Array, game: number): Uint8Array {
  return pictures.subarray(game * PICTURE_BYTES, (game + 1) * PICTURE_BYTES);
}

/** First and last column with more ink in the sky than a star has. */
export function moonOf(picture: Uint8Array): (number | undefined)[] {
  const sky = Array.from({ length: CANVAS.width }, (_, x) => {
    const column = Array.from(
      { length: 40 },
      (_, y) => picture[(30 + y) * CANVAS.width + x]!,
    );
    const paper = picture[30 * CANVAS.width]!;
    return column.filter((value) => Math.abs(value - paper) > 20).length;
  });
  const moon = [...sky.keys()].filter((x) => sky[x]! > 12);
  return [moon[0], moon.at(-1)];
}
