/**
 * Games that were kept: a game of the lock-step clock is its seed and its
 * actions, and plays to the same score again.
 */
import { join, relative } from "node:path";
import { z } from "zod";
import { type Config, playedGameSchema } from "../config/mod.ts";
import { firstIssue, UsageError } from "../errors.ts";
import { ifThere, readAtMost, readText } from "../files.ts";
import type { PlayedGame } from "../evaluation/mod.ts";
import { sizeText } from "../text.ts";

const storedGameSchema = z.object({
  seed: z.int().min(0),
  score: z.int().min(0),
  /** Rendered frames. */
  frames: z.int().min(1),
  end: z.enum(["crash", "cap"]),
  /** Score at which it would have ended, or did. */
  cap: z.int().min(1),
  /** The game's settings; without them the actions mean something else. */
  game: playedGameSchema,
  /** Every action in order, one digit each. */
  actions: z.string().regex(/^[012]+$/),
});

/** A game as it is stored, in JSON. */
export type StoredGame = z.infer<typeof storedGameSchema>;

/** A game as it is to be stored. */
export function storedGame(
  { seed, score, frames, end, played }: PlayedGame,
  { game }: Pick<Config, "game">,
  cap: number,
): StoredGame {
  return { seed, score, frames, end, cap, game, actions: played };
}

/** Bytes of a file that may be one of this program's. */
const MAX_FILE_BYTES = 50e6;

/**
 * The content of a file that may go on to other pages and folders; null if it
 * is not there.
 *
 * @param folder it came with, which it lies in
 * @throws UsageError if it is larger than any that this program writes here, or
 * a link leads out of the folder: somebody else may have made it
 */
export async function readSmallFile(
  folder: string,
  name: string,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const path = join(folder, name);
  const real = await ifThere(Deno.realPath(path));
  if (real === null) return null;
  if (relative(await Deno.realPath(folder), real).startsWith("..")) {
    throw new UsageError(
      `${path} is a link to ${real}, outside of ${folder}: put the file itself ` +
        "there, or remove it.",
    );
  }
  const { size = 0 } = await ifThere(Deno.stat(path)) ?? {};
  if (size > MAX_FILE_BYTES) {
    throw new UsageError(
      `${path} has ${sizeText(size)}, more than this program writes there; ` +
        "remove it.",
    );
  }
  return await ifThere(readAtMost(path, MAX_FILE_BYTES));
}

/**
 * Reads a stored game.
 *
 * @throws UsageError if there is none, or it is not one
 */
export async function readStoredGame(path: string): Promise<StoredGame> {
  let content: unknown;
  try {
    content = JSON.parse(await readText(path));
  } catch (cause) {
    throw new UsageError(
      `Cannot read the stored game ${path}: ${(cause as Error).message}.`,
      { cause },
    );
  }
  const { data, error } = storedGameSchema.safeParse(content);
  if (data) return data;
  throw new UsageError(
    `${path} is not a stored game: ${firstIssue(error)}. ` +
      "Evaluations keep best.json and median.json.",
  );
}
