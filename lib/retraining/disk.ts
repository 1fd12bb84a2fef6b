/** Room on the disk: how much there is, and how much is used. */
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { namesIn } from "../files.ts";

/** Bytes of the reserve: enough for a night's line, its result and its log. */
const RESERVE_BYTES = 4_000_000;

/** Bytes that this user may still write to the disk of a folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Bytes of a file, or of all files in a folder; 0 if it is not there. */
export async function bytesOf(path: string): Promise<number> {
  const info = await Deno.lstat(path).catch(() => null);
  if (!info?.isDirectory) return info?.size ?? 0;
  let sum = 0;
  for (const name of await namesIn(path).catch(() => [])) {
    sum += await bytesOf(join(path, name));
  }
  return sum;
}

/**
 * Sets disk aside that {@linkcode releaseReserve} gives back: on a full disk
 * the end of a night can be written down all the same.
 */
export async function keepReserve(path: string): Promise<void> {
  if (await bytesOf(path) === RESERVE_BYTES) return;
  try {
    await Deno.writeFile(path, new Uint8Array(RESERVE_BYTES));
  } catch {
    // A part of it is better than nothing.
  }
}

/** Writes something; if that fails, once more with the reserve's room. */
export async function writeWithReserve(
  reserve: string,
  write: () => Promise<void>,
): Promise<void> {
  await write().catch(async () => {
    await releaseReserve(reserve);
    await write();
  });
}

/** Gives the reserve back. */
export async function releaseReserve(path: string): Promise<void> {
  await Deno.remove(path).catch(() => {});
}
