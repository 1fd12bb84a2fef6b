/** Folders in an object store: nothing is stored twice, nothing overwritten. */
import type { ObjectStore } from "@nats-io/obj";
import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { DinoDqnError } from "../errors.ts";
import { sha256 } from "../sha256.ts";
import { insist } from "./bus.ts";
import type { Manifest } from "./jobs.ts";

/** Larger files, more of them or more bytes are not a run's. */
const MOST_BYTES = 2 ** 30;
const MOST_FILES = 20_000;
const MOST_BYTES_OF_ALL = 2 ** 32;
const CHUNK_BYTES = 512 * 1024;
/** Being written or removed, and who writes. */
const UNFINISHED =
  /(^|\/)lock$|\.(partial|replaced|removed|damaged)(-\d+-\d+)?(\/|$)/;
const ATTEMPTS = 5;

/** A job's own part of its set's store. */
export interface JobFiles {
  store: ObjectStore;
  job: string;
}

/** Objects go with their job, though another one stored the same bytes. */
const objectName = (job: string, hash: string) => `${job}.${hash}`;

/** Stores one file. @returns its SHA-256 */
export async function storeBytes(
  { store, job }: JobFiles,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const hash = await sha256(bytes);
  const name = objectName(job, hash);
  if (await insist(() => store.info(name))) return hash;
  const options = { max_chunk_size: CHUNK_BYTES };
  await insist(() => store.putBlob({ name, options }, bytes));
  return hash;
}

/**
 * Stores what a folder holds and is not stored yet. Checkpoints come first:
 * what a training writes meanwhile is cut off when it goes on from them.
 *
 * @param known what is stored already
 */
export async function storeFolder(
  files: JobFiles,
  folder: string,
  known: Manifest = {},
  attempt = 1,
): Promise<Manifest> {
  const manifest: Manifest = {};
  const stored = new Set(Object.values(known));
  const at = (name: string) => join(folder, name);
  const isThere = readdirSync(folder).includes("checkpoints");
  for (
    const path of [
      ...isThere ? filesIn(at("checkpoints")) : [],
      ...filesIn(folder),
    ]
  ) {
    const name = relative(folder, path).replaceAll(sep, "/");
    if (name in manifest || UNFINISHED.test(name)) continue;
    const bytes = await Deno.readFile(path).catch(() => null);
    if (!bytes) {
      // Training has removed an older checkpoint: what there is, is newer.
      if (attempt < ATTEMPTS) {
        return await storeFolder(files, folder, known, attempt + 1);
      }
      throw new DinoDqnError(`${path} cannot be read`);
    }
    const hash = await sha256(bytes);
    manifest[name] = stored.has(hash) ? hash : await storeBytes(files, bytes);
  }
  return manifest;
}

/** Lazily: what comes while the first ones are read is among the last ones. */
function* filesIn(folder: string): Generator<string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isFile()) yield join(entry.parentPath, entry.name);
  }
}

/** Removes what an older manifest names and the newer one does not. */
export async function removeOlder(
  { store, job }: JobFiles,
  older: Manifest,
  newer: Manifest,
): Promise<void> {
  const kept = new Set(Object.values(newer));
  for (const hash of new Set(Object.values(older))) {
    if (!kept.has(hash)) await store.delete(objectName(job, hash));
  }
}

/**
 * Reads a stored file.
 *
 * @param path what it is called, for messages
 * @throws DinoDqnError when it is not there, too large or not what was stored
 */
export async function fetchBytes(
  { store, job }: JobFiles,
  hash: string,
  path: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const name = objectName(job, hash);
  const info = await insist(() => store.info(name));
  if (info && (info.size > MOST_BYTES || info.options?.link)) {
    throw new DinoDqnError(`${path} is larger than a file of a run may be`);
  }
  const data = info && await insist(() => store.getBlob(name));
  const bytes = data && Uint8Array.from(data);
  if (!bytes || await sha256(bytes) !== hash) {
    throw new DinoDqnError(`${path} is not what was stored`);
  }
  return bytes;
}

/**
 * Reads a stored folder.
 *
 * @throws DinoDqnError when a path leads out of it, or as {@linkcode fetchBytes}
 */
export async function fetchFolder(
  files: JobFiles,
  manifest: Manifest,
): Promise<Record<string, Uint8Array<ArrayBuffer>>> {
  const paths = Object.keys(manifest);
  const wrong = paths.find((path) => !isInside(path));
  if (wrong !== undefined || paths.length > MOST_FILES) {
    throw new DinoDqnError(
      wrong === undefined
        ? `${paths.length} files are more than a run has`
        : `${JSON.stringify(wrong)} is no path in a run's folder`,
    );
  }
  const folder: Record<string, Uint8Array<ArrayBuffer>> = {};
  let left = MOST_BYTES_OF_ALL;
  for (const [path, hash] of Object.entries(manifest)) {
    folder[path] = await fetchBytes(files, hash, path);
    left -= folder[path].length;
    if (left < 0) throw new DinoDqnError("the files are larger than a run's");
  }
  return folder;
}

/** Whether a path stays in its folder, on every system. */
const isInside = (path: string): boolean =>
  path.split("/").every((part) =>
    /^[\w.+@=, -]+$/.test(part) && !/^\.{1,2}$/.test(part)
  );
