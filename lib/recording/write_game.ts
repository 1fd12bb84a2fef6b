/** A game that was shown, as files: its picture and, beside it, the game. */
import { dirname, extname, join, resolve } from "node:path";
import type { PictureFormat } from "../drawing/mod.ts";
import { DinoDqnError, UsageError, whyNotWritten } from "../errors.ts";
import { ifThere, readAtMost } from "../files.ts";
import { DATA_FOLDER } from "../runs/mod.ts";
import { checkPlace, replaceDurably } from "../system/mod.ts";
import type { ShownGame } from "./play.ts";
import { readStoredGame } from "./stored_game.ts";

/** Where the pictures of games go. */
const GAMES_FOLDER = join(DATA_FOLDER, "games");

const FORMATS: readonly PictureFormat[] = ["webp", "gif"];

/**
 * The format of a picture, by its file's ending, before a game is played for it.
 *
 * @param path absent: one in `data/games`
 * @throws UsageError if it has another one, something else lies there or, by the
 * name of the game's file, beside it, or nothing can be written there
 */
export async function pictureFormat(path?: string): Promise<PictureFormat> {
  await checkPlace(path ?? join(GAMES_FOLDER, "game.webp"));
  if (path === undefined) return "webp";
  const format = FORMATS.find((each) =>
    extname(path).toLowerCase() === `.${each}`
  );
  if (!format) {
    throw new UsageError(
      `Cannot write ${path}: a game's picture is a .webp or a .gif.`,
    );
  }
  if ((await ifThere(Deno.stat(path)))?.isDirectory) {
    throw new UsageError(`Cannot write ${path}: it is a folder.`);
  }
  const beside = gamePath(path);
  if (await ifThere(Deno.stat(beside))) {
    await readStoredGame(beside).catch((cause) => {
      throw new UsageError(
        `${beside}, where the game itself would be written, is there and is ` +
          "no stored game; choose another --out.",
        { cause },
      );
    });
  }
  return format;
}

const gamePath = (picture: string) =>
  `${picture.slice(0, -extname(picture).length)}.json`;

/**
 * Writes a game's picture and, where it can be played again, the game.
 *
 * @param place the picture's path; or a name, for a file in `data/games` (or
 * another folder) which gets a number where there is another one by that name
 * @returns the picture's path
 */
export async function writeShownGame(
  { picture, stored }: ShownGame,
  place: { path: string } | { name: string; folder?: string },
): Promise<string> {
  const path = "path" in place
    ? resolve(place.path)
    : await freePath(join(place.folder ?? GAMES_FOLDER, place.name), picture);
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await replaceDurably(path, picture);
    if (stored) {
      const text = JSON.stringify(stored, null, 2) + "\n";
      await replaceDurably(gamePath(path), text);
    }
    return path;
  } catch (cause) {
    throw new DinoDqnError(
      `Cannot write ${path}: ${whyNotWritten(cause)}; choose another --out.`,
      { cause },
    );
  }
}

/** The first `path-N.webp` that is free, or holds the same picture. */
async function freePath(path: string, picture: Uint8Array): Promise<string> {
  for (let number = 1;; number++) {
    const free = `${path}${number === 1 ? "" : `-${number}`}.webp`;
    const there = await ifThere(readAtMost(free, Infinity));
    const same = there?.length === picture.length &&
      there.every((byte, i) => byte === picture[i]);
    if (!there || same) return free;
  }
}
