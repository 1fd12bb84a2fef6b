/** Writing so that a file is there completely, or not at all. */
import { dirname } from "node:path";

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

/** Replaces a file as a whole: readers see the old one or the new one. */
export async function replaceDurably(
  path: string,
  text: string,
): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await writeDurably(partial, new TextEncoder().encode(text));
    await Deno.rename(partial, path);
  } catch (error) {
    await Deno.remove(partial).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Waits until a folder's list of names is on the disk. */
export async function syncFolder(path: string): Promise<void> {
  // Windows has no such operation; there a rename is durable by itself.
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path);
  await folder.sync();
}
