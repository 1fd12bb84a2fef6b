/**
 * A checkpoint's folder: files, and a manifest with the size and SHA-256 of
 * each. It is written beside its place and renamed, so `step-N` is complete or
 * absent, whenever the process or the machine stops.
 */
import { join } from "node:path";
import { z } from "zod";
import { CheckpointError, whyNotWritten } from "../errors.ts";
import {
  ifThere,
  namesIn,
  readAtMost,
  readText,
  removeIfThere,
} from "../files.ts";
import { sha256 } from "../sha256.ts";
import { bytesOf, type Files, writeFolder } from "../system/mod.ts";

const FORMAT = 1;
const MANIFEST = "MANIFEST.json";
/** Being written: what a killed process leaves behind. */
const PARTIAL = /\.partial(-\d+-\d+)?$/;
/** The former `step-N`, until the new one has its name. */
const REPLACED = /\.replaced(-\d+-\d+)?$/;
/** Being removed. */
const REMOVED = ".removed";
/** Found damaged when a run was resumed. */
const DAMAGED = ".damaged";

/** Name to content. */
export type CheckpointFiles = Record<string, Uint8Array<ArrayBuffer>>;

/** The content of `MANIFEST.json`. */
const manifestSchema = z.object({
  format: z.literal(FORMAT),
  /** Agent steps done. */
  step: z.number(),
  /** The checkpoint with the best evaluation so far; null: none yet. */
  best: z.object({ step: z.number(), mean: z.number() }).nullable(),
  files: z.record(
    z.string(),
    z.object({ bytes: z.number(), sha256: z.string() }),
  ),
});
export type CheckpointManifest = z.infer<typeof manifestSchema>;

/** Absolute path of a step's checkpoint. */
export function checkpointPath(folder: string, step: number): string {
  return join(folder, `step-${step}`);
}

/** Steps of the checkpoints in a folder, the newest first. */
export async function listCheckpoints(folder: string): Promise<number[]> {
  const steps: number[] = [];
  for (const name of await namesIn(folder)) {
    const match = /^step-(\d+)$/.exec(name);
    if (match) steps.push(Number(match[1]));
  }
  return steps.sort((a, b) => b - a);
}

/**
 * Writes a checkpoint: its files, then the manifest, each on the disk before
 * the next; then it gets its name.
 *
 * @returns its path
 * @throws CheckpointError if it cannot be written (a full disk); then nothing
 * of it is left, and the earlier checkpoints are as they were
 */
export async function writeCheckpointFiles(
  folder: string,
  step: number,
  files: CheckpointFiles,
  best: CheckpointManifest["best"],
): Promise<string> {
  const path = checkpointPath(folder, step);
  try {
    await removeLeftovers(folder);
    await writeManifestFolder(path, step, files, best);
    return path;
  } catch (cause) {
    throw new CheckpointError(
      `Cannot save the checkpoint ${path}: ${whyNotWritten(cause)}; ` +
        "earlier ones are untouched. Make room on that disk",
      { cause },
    );
  }
}

/**
 * Makes a folder with these files (`/` between folders) and, written last, the
 * manifest that {@linkcode readCheckpointFiles} holds them to; returns when all
 * of it is on the disk. It is there completely or not at all.
 *
 * @throws Error if it cannot be written; then nothing of it is left
 */
export async function writeManifestFolder(
  path: string,
  step: number,
  files: Files,
  best: CheckpointManifest["best"] = null,
): Promise<void> {
  const manifest: CheckpointManifest = {
    format: FORMAT,
    step,
    best,
    files: {},
  };
  for (const [name, content] of Object.entries(files)) {
    const bytes = bytesOf(content);
    manifest.files[name] = { bytes: bytes.length, sha256: await sha256(bytes) };
  }
  await writeFolder(path, {
    ...files,
    [MANIFEST]: JSON.stringify(manifest, null, 2) + "\n",
  });
}

/**
 * Reads files of a checkpoint and holds each to the manifest.
 *
 * @param names which files; absent: all
 * @param mostBytes of one of them @default {Infinity}
 * @throws CheckpointError if the checkpoint is missing, incomplete or damaged
 */
export async function readCheckpointFiles(
  path: string,
  names?: readonly string[],
  mostBytes = Infinity,
): Promise<{ manifest: CheckpointManifest; files: CheckpointFiles }> {
  const manifest = await readManifest(path);
  const files: CheckpointFiles = {};
  for (const name of names ?? Object.keys(manifest.files)) {
    const expected = manifest.files[name];
    if (!expected) throw damaged(path, `its manifest does not list ${name}`);
    const most = Math.min(expected.bytes, mostBytes);
    const bytes = await readAtMost(join(path, name), most).catch((error) => {
      const why = error instanceof Deno.errors.NotFound
        ? `${name} cannot be read: ${error.message}`
        : `${name} is not what was written: ${error.message}`;
      throw damaged(path, why, error);
    });
    if (
      bytes.length !== expected.bytes || await sha256(bytes) !== expected.sha256
    ) throw damaged(path, `${name} is not what was written`);
    files[name] = bytes;
  }
  return { manifest, files };
}

/** @throws CheckpointError if there is none, or it cannot be read */
export async function readManifest(path: string): Promise<CheckpointManifest> {
  const text = await readText(join(path, MANIFEST)).catch((cause) => {
    throw new CheckpointError(
      `There is no checkpoint in ${path}: ${cause.message}`,
      { cause },
    );
  });
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why =
      `${MANIFEST} is not as this program writes it (format ${FORMAT})`;
    throw damaged(path, why, cause);
  }
}

/**
 * Removes the older checkpoints, all but the `keep` newest and the best.
 *
 * @throws CheckpointError if one cannot be removed
 */
export async function pruneCheckpoints(
  folder: string,
  keep: number,
  best: CheckpointManifest["best"],
): Promise<void> {
  const steps = await listCheckpoints(folder);
  for (const step of steps.slice(keep)) {
    if (step === best?.step) continue;
    const path = checkpointPath(folder, step);
    try {
      // Renamed first: a half-removed folder must not look like a checkpoint.
      await Deno.rename(path, path + REMOVED);
      await removeIfThere(path + REMOVED);
    } catch (cause) {
      throw new CheckpointError(
        `Cannot remove the old checkpoint ${path}: ${(cause as Error).message}`,
        { cause },
      );
    }
  }
}

/** Takes a damaged checkpoint out of the list; it stays for inspection. */
export async function setAside(path: string): Promise<void> {
  await removeIfThere(path + DAMAGED);
  await ifThere(Deno.rename(path, path + DAMAGED));
}

/** Finishes what a killed process had begun. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await namesIn(folder);
  for (const name of names) {
    const path = join(folder, name);
    if (REPLACED.test(name)) {
      const current = name.replace(REPLACED, "");
      if (names.includes(current)) await removeIfThere(path);
      else await Deno.rename(path, join(folder, current));
    } else if (PARTIAL.test(name) || name.endsWith(REMOVED)) {
      await removeIfThere(path);
    }
  }
}

function damaged(path: string, why: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`The checkpoint ${path} is damaged: ${why}`, {
    cause,
  });
}
