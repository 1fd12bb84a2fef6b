/** Writing a folder as a whole, and nothing but what is this program's. */
import { dirname, join, relative, resolve } from "node:path";
import { DinoDqnError, UsageError, whyNotWritten } from "../errors.ts";
import { ifThere, isFile, removeIfThere } from "../files.ts";
import { bytesOf, syncFolder, writeBeside, writeDurably } from "./durable.ts";
import { exchange } from "./exchange.ts";

/** Files by name, with `/` between folders. */
export type Files = Record<string, string | Uint8Array>;

/**
 * Names that a folder of this program's has, with `/` between folders and `*`
 * for any part of a name.
 */
export type OwnNames = readonly string[];

/** What a kind of folder holds that this program writes, as a report. */
export interface FolderKind {
  /** The names that its files may have. */
  names: OwnNames;
  /** Which of them it always has. */
  always: OwnNames;
}

/**
 * Replaces a folder by one with these files, which are on the disk when this
 * returns. They are written beside it, in their order, and take its place in one
 * step, so that the folder is the old one or the new one and never a part of
 * either, whenever this program ends and whoever else writes there. Of the old
 * one only what is this program's own is removed; anything else stays in it.
 *
 * @param own what may have been written there before. @default the files' names
 * @throws Error if it cannot be written; then the old folder is as it was
 */
export async function writeFolder(
  folder: string,
  files: Files,
  own: OwnNames = [],
): Promise<void> {
  const path = await realFolder(folder);
  await Deno.mkdir(dirname(path), { recursive: true });
  await writeBeside(path, async (partial, beside) => {
    await writeFiles(partial, files);
    for (const old of await putInPlace(partial, path, beside)) {
      await removeOwn(old, path, [...own, ...Object.keys(files)]);
    }
  });
}

/**
 * The same with an error that a user understands.
 *
 * @throws DinoDqnError if it cannot be written
 */
export async function replaceFolder(
  folder: string,
  files: Files,
  own: OwnNames = [],
): Promise<void> {
  try {
    await writeFolder(folder, files, own);
  } catch (cause) {
    throw new DinoDqnError(cannotWrite(folder, cause), { cause });
  }
}

/**
 * Whether {@linkcode replaceFolder} may be used on a folder that a user named,
 * to be asked before the work is done whose result is to be written. Leaves
 * nothing.
 *
 * @param kind the only kind of folder that may be replaced: one that holds
 * something, but not all that it always has, was made by somebody else. Absent:
 * what else lies there may stay
 * @throws UsageError if something else lies there, it is a file, the user stands
 * in it, or it cannot be written
 */
export async function checkFolder(
  folder: string,
  kind?: FolderKind,
): Promise<void> {
  const path = await realFolder(folder).catch((cause) => {
    throw new UsageError(cannotWrite(folder, cause), { cause });
  });
  if ([Deno.cwd(), Deno.env.get("INIT_CWD")].some((at) => isIn(at, path))) {
    throw new UsageError(
      `${folder} is the folder that you work in, or has it inside: a folder ` +
        "is replaced as a whole, so name another one.",
    );
  }
  if (kind) {
    const there = await Promise.all(
      kind.always.map((name) => isFile(join(path, name))),
    );
    const own = there.every(Boolean) ? kind.names : [];
    const foreign = await foreignNames(path, own);
    if (foreign.length > 0) {
      throw new UsageError(
        `${folder} holds what this command has not written (${
          foreign.slice(0, 3).join(", ")
        }${
          foreign.length > 3 ? ", …" : ""
        }): name a folder that is not there ` +
          "yet, or an empty one.",
      );
    }
  }
  await checkPlace(path);
}

/**
 * Whether a file or a folder can be put there. Leaves nothing.
 *
 * @throws UsageError if it cannot
 */
export async function checkPlace(path: string): Promise<void> {
  try {
    await tryToWrite(resolve(path));
  } catch (cause) {
    throw new UsageError(cannotWrite(path, cause), { cause });
  }
}

/** @throws Error when no folder can be made beside it */
async function tryToWrite(path: string): Promise<void> {
  let parent = dirname(path);
  while (!await ifThere(Deno.stat(parent))) parent = dirname(parent);
  const [at, above] = [await ifThere(Deno.stat(path)), await Deno.stat(parent)];
  if (at && at.dev !== above.dev) {
    throw new Error("it is a disk of its own; name a folder in it");
  }
  await Deno.remove(await Deno.makeTempDir({ dir: parent, prefix: ".dino-" }));
}

function cannotWrite(folder: string, cause: unknown): string {
  return `Cannot write ${folder}: ${whyNotWritten(cause)}; its parent ` +
    "must be a folder that this user may write to, with free space.";
}

const isIn = (path: string | undefined, folder: string) =>
  path !== undefined && !relative(folder, path).startsWith("..");

/**
 * The folder itself where a link leads to it, without `.`, `..` and a slash at
 * its end. @throws Error if it is there and is no folder
 */
async function realFolder(folder: string): Promise<string> {
  const path = await ifThere(Deno.realPath(folder)) ?? resolve(folder);
  const info = await ifThere(Deno.lstat(path));
  if (info && !info.isDirectory) throw new Error("it is there and no folder");
  return path;
}

async function writeFiles(folder: string, files: Files): Promise<void> {
  const folders = new Set([folder]);
  await Deno.mkdir(folder);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    for (let at = dirname(path); !folders.has(at); at = dirname(at)) {
      folders.add(at);
    }
    await Deno.mkdir(dirname(path), { recursive: true });
    await writeDurably(path, bytesOf(content));
  }
  for (const each of folders) await syncFolder(each);
}

/**
 * Another writer may put its own folder there, or take it away, at any moment:
 * the next try replaces what is there then.
 *
 * @returns where the folders are now that were there
 */
async function putInPlace(
  partial: string,
  path: string,
  beside: (what: "replaced") => string,
): Promise<string[]> {
  const replaced: string[] = [];
  for (;;) {
    try {
      await Deno.rename(partial, path);
      return replaced;
    } catch (error) {
      if (!SOMETHING_THERE.includes((error as { code: string }).code)) {
        const last = replaced.pop();
        if (last) await Deno.rename(last, path);
        throw error;
      }
    }
    if (exchange(partial, path)) return [...replaced, partial];
    const old = beside("replaced");
    if (await ifThere(Deno.rename(path, old).then(() => true))) {
      replaced.push(old);
    }
  }
}

/** How systems say that a folder cannot be renamed to one that holds something. */
const SOMETHING_THERE = ["ENOTEMPTY", "EEXIST", "EPERM"];

/** Removes the old folder, and moves what is not ours to the new one. */
async function removeOwn(
  old: string,
  folder: string,
  own: OwnNames,
): Promise<void> {
  for (const name of await foreignNames(old, own)) {
    const kept = join(folder, name);
    await Deno.mkdir(dirname(kept), { recursive: true });
    await Deno.rename(join(old, name), kept);
  }
  await removeIfThere(old);
}

/** What lies in a folder and has none of these names; looks no further. */
async function foreignNames(
  folder: string,
  own: OwnNames,
  within = "",
): Promise<string[]> {
  const foreign: string[] = [];
  const entries = await ifThere(Array.fromAsync(Deno.readDir(folder))) ?? [];
  for (const entry of entries) {
    const name = within + entry.name;
    if (entry.isDirectory && own.some((each) => fits(name, each, true))) {
      const inside = join(folder, entry.name);
      foreign.push(...await foreignNames(inside, own, `${name}/`));
    } else if (entry.isDirectory || !own.some((each) => fits(name, each))) {
      foreign.push(name);
    }
  }
  return foreign.sort();
}

/** Whether a name is an own one, or the name of a folder that it lies in. */
function fits(name: string, own: string, asFolder = false): boolean {
  const parts = own.split("/");
  const given = name.split("/");
  return (asFolder
    ? given.length < parts.length
    : given.length === parts.length) &&
    given.every((part, i) => {
      const [start, end] = parts[i]!.split("*") as [string, string?];
      return end === undefined
        ? part === start
        : part.startsWith(start) && part.endsWith(end);
    });
}
