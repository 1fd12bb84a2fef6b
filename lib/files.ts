/** Files and folders that may not be there. */
import { basename, dirname, join, resolve } from "node:path";

/**
 * The result of an operation on a file or folder; null when that is not there.
 *
 * @throws whatever else the operation throws
 */
export async function ifThere<T>(operation: Promise<T>): Promise<T | null> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Removes a file, or a folder with all that is in it, if it is there. */
export async function removeIfThere(path: string): Promise<void> {
  await ifThere(Deno.remove(path, { recursive: true }));
}

/** Names in a folder, in order; none if it is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  const entries = await ifThere(Array.fromAsync(Deno.readDir(folder)));
  return (entries ?? []).map(({ name }) => name).sort();
}

/**
 * A path without links: two names of one folder are one path. What is not there
 * is named by where it would be.
 */
export function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return Deno.realPathSync(absolute);
  } catch {
    const folder = dirname(absolute);
    return folder === absolute
      ? absolute
      : join(realPath(folder), basename(absolute));
  }
}

/** Whether a path is meant, not a name: it has a slash or begins with a dot. */
export const isPath = (text: string): boolean => /^[.~]|[\\/]/.test(text);
