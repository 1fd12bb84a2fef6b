/** Writing so that a file is there completely, or not at all. */
import { basename, dirname, join } from "node:path";
import { ifThere, namesIn, removeIfThere } from "../files.ts";
import { isAlive } from "./watchdog.ts";

/** What a file or folder is called while it lies beside its place. */
const BESIDE = /\.(partial|replaced)-(\d+)-\d+$/;

/** Whether this is no file or folder yet, or none any more. */
export const liesBeside = (name: string): boolean => BESIDE.test(name);

/** Paths that this program is writing beside their place. */
const beingWritten = new Set<string>();
let writes = 0;

/**
 * Lets `write` make a file or folder beside its place, and put it there.
 * Whatever goes wrong, nothing of it is left beside; what a writer left that
 * was killed is removed first.
 *
 * @param write `beside` gives further names there, for what is replaced. All
 * these names are this writer's own, so that two writers do not mix
 */
export async function writeBeside(
  path: string,
  write: (
    partial: string,
    beside: (what: "replaced") => string,
  ) => Promise<void>,
): Promise<void> {
  await clearAbandoned(path);
  const names: string[] = [];
  const beside = (what: "partial" | "replaced") => {
    const name = `${path}.${what}-${Deno.pid}-${++writes}`;
    beingWritten.add(name);
    names.push(name);
    return name;
  };
  const partial = beside("partial");
  try {
    await write(partial, beside);
  } finally {
    await removeIfThere(partial).catch(() => {});
    for (const name of names) beingWritten.delete(name);
  }
  await syncFolder(dirname(path));
}

/**
 * Removes what writers of a file or folder left beside it that were killed; one
 * that had been taken away for another that never came is put back.
 */
async function clearAbandoned(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await namesIn(folder)) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const [, what, pid] = BESIDE.exec(name) ?? [];
    const beside = join(folder, name);
    if (
      what === undefined || beingWritten.has(beside) ||
      Number(pid) !== Deno.pid && isAlive(Number(pid))
    ) continue;
    if (what === "replaced" && !await ifThere(Deno.lstat(path))) {
      await Deno.rename(beside, path);
    } else await removeIfThere(beside);
  }
}

/** A file's content as its bytes; text is UTF-8. */
export const bytesOf = (
  content: string | Uint8Array,
): Uint8Array<ArrayBuffer> =>
  typeof content === "string"
    ? new TextEncoder().encode(content)
    : content as Uint8Array<ArrayBuffer>;

/** Writes a file and waits until it is on the disk, not only on its way. */
export async function writeDurably(
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  using file = await Deno.open(path, {
    write: true,
    create: true,
    truncate: true,
  });
  for (let offset = 0; offset < bytes.length;) {
    offset += await file.write(bytes.subarray(offset));
  }
  await file.sync();
}

/**
 * Replaces a file as a whole: readers see the old one or the new one.
 *
 * @throws Error that names the file
 */
export async function replaceDurably(
  path: string,
  content: string | Uint8Array,
): Promise<void> {
  const bytes = bytesOf(content);
  await writeBeside(path, async (partial) => {
    await writeDurably(partial, bytes);
    await Deno.rename(partial, path);
  }).catch((error: Error) => {
    // Deno says so of other operations, but not of a write that fails.
    if (!error.message.includes(path)) error.message += `: write '${path}'`;
    throw error;
  });
}

/** Waits until a folder's list of names is on the disk. */
export async function syncFolder(path: string): Promise<void> {
  // Windows has no such operation; there a rename is durable by itself.
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path);
  await folder.sync();
}
