/** Files and folders that may not be there. */
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DinoDqnError } from "./errors.ts";

/** The program's folder, with `deno.json`; ends in a slash. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

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

/** Whether there is a file of this path that can be looked at. */
export async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isFile, () => false);
}

/**
 * What a file or a folder says, read again only when it has changed.
 *
 * @param read reads it @throws what `read` throws, and when it is not there
 */
export function readWhenChanged<Content>(
  read: (path: string) => Promise<Content>,
): (path: string) => Promise<Content> {
  const known = new Map<string, { mark: string; content: Content }>();
  return async (path) => {
    const { mtime, size } = await Deno.stat(path);
    const mark = `${mtime?.getTime()} ${size}`;
    const before = known.get(path);
    if (before?.mark === mark) return before.content;
    const content = await read(path);
    known.set(path, { mark, content });
    return content;
  };
}

/** A file's bytes. @throws DinoDqnError when it is no file: a pipe is waited for */
export async function fileSize(path: string): Promise<number> {
  const { isFile, size } = await Deno.stat(path);
  if (!isFile) throw new DinoDqnError(`${path} is not a file`);
  return size;
}

/**
 * Reads a file that somebody else may have made, whose size is looked at before
 * memory is taken for it.
 *
 * @throws DinoDqnError when it is no file, or has more bytes than `most`
 */
export async function readAtMost(
  path: string,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const size = await fileSize(path);
  if (size > most) {
    throw new DinoDqnError(
      `${path} has ${size} bytes, where at most ${most} are expected`,
    );
  }
  return await Deno.readFile(path);
}

/** The same for a text. @param most bytes @default {16 MiB} */
export async function readText(
  path: string,
  most = 16 * 2 ** 20,
): Promise<string> {
  return new TextDecoder().decode(await readAtMost(path, most));
}

/**
 * Part of a text: from a byte on, or the last ones before its end.
 *
 * @param from below 0: so many bytes before the end
 * @param most bytes that are read
 */
export async function readPart(
  path: string,
  from: number,
  most: number,
): Promise<string> {
  const size = await fileSize(path);
  using file = await Deno.open(path);
  await file.seek(Math.max(0, from < 0 ? size + from : from), 0);
  const bytes = new Uint8Array(most);
  const length = await file.read(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, length));
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

/** Bytes of a file, or of all files in a folder; 0 if it is not there. */
export function folderBytes(path: string): number {
  try {
    const { isDirectory, size } = Deno.lstatSync(path);
    if (!isDirectory) return size;
    return [...Deno.readDirSync(path)]
      .reduce((sum, { name }) => sum + folderBytes(join(path, name)), 0);
  } catch {
    // Files come and go while another program works in the folder.
    return 0;
  }
}

/**
 * What this user may still write to the disk of a folder, or of the nearest one
 * above it that there is, in bytes.
 */
export async function freeBytes(folder: string): Promise<number> {
  // Loading it takes a tenth of a program's start.
  const { statfs } = await import("node:fs/promises");
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (dirname(folder) === folder) throw error;
    return await freeBytes(dirname(folder));
  }
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

/**
 * `deno task` starts every command in the project's folder and says in INIT_CWD
 * where it was called: a relative path is meant from there.
 */
export function goWhereCalled(): void {
  const called = Deno.env.get("INIT_CWD");
  if (!called || Deno.cwd() !== Deno.realPathSync(ROOT)) return;
  try {
    Deno.chdir(called);
  } catch {
    // It is gone, or another user's: paths are the project's then.
  }
}

/** `~/x` and `--out=~/x`, of which shells expand the first one alone, unquoted. */
export function withHome(argument: string): string {
  return argument.replace(
    /^(--[\w-]+=)?~(?=\/|$)/,
    (_, option = "") => option + (Deno.env.get("HOME") || homedir()),
  );
}
