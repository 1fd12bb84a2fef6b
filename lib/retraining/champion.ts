/** The champion: read as a whole, replaced in one step. */
import { basename, join } from "node:path";
import type { GameConfig } from "../config/mod.ts";
import { CheckpointError } from "../errors.ts";
import type { Interval } from "../evaluation/mod.ts";
import { ifThere, namesIn, removeIfThere } from "../files.ts";
import {
  type CheckpointFiles,
  readCheckpointFiles,
  writeManifestFolder,
} from "../runs/mod.ts";
import { syncFolder } from "../system/mod.ts";
import type { ChampionFolder } from "./paths.ts";

const INFO = "champion.json";

/** What is known of a champion: the content of its `champion.json`. */
export interface ChampionInfo {
  /** The night in which it became champion. */
  night: number;
  /** When it did, ISO 8601. */
  time: string;
  /** The run and the agent steps that it comes from. */
  run: string;
  step: number;
  /** The game that it plays. */
  game: GameConfig;
  /** SHA-256 of the page's script that its figures are of. */
  pageScript: string;
  /** Numbers that its network learned. */
  parameters: number;
  /** How it last played when it was measured for its folder. */
  figures: {
    firstSeed: number;
    episodes: number;
    cap: number;
    mean: number;
    mean95: Interval;
    capped: number;
  };
}

/** A champion that was found complete. */
export interface Champion {
  /** Its folder's name. */
  name: string;
  /** Its folder, not by way of the link. */
  path: string;
  info: ChampionInfo;
}

/**
 * The champion, every file as it was written.
 *
 * @returns null when there is none
 * @throws CheckpointError when it is damaged, saying what to do
 */
export async function readChampion(
  folder: ChampionFolder,
): Promise<Champion | null> {
  if (await ifThere(Deno.lstat(folder.current)) === null) return null;
  try {
    const path = await Deno.realPath(folder.current);
    const { files } = await readCheckpointFiles(path);
    const info: ChampionInfo = JSON.parse(
      new TextDecoder().decode(files[INFO]),
    );
    return { name: basename(path), path, info };
  } catch (cause) {
    const agents = await namesIn(folder.agents);
    throw new CheckpointError(
      `The champion cannot be used: ${(cause as Error).message}; put its ` +
        `files back, or let ${folder.current} lead to another agent (there is ${
          agents.join(", ") || "none"
        }), or remove it: then the next challenger becomes champion`,
      { cause },
    );
  }
}

/**
 * Writes an agent as one that may become champion. The present champion is
 * untouched.
 *
 * @param name of its folder
 * @param files of the agent, as `deno task export` writes them
 * @returns the folder, read again from the disk
 * @throws CheckpointError if it cannot be written; then nothing is left of it
 */
export async function writeCandidate(
  folder: ChampionFolder,
  name: string,
  files: Record<string, string | Uint8Array>,
  info: ChampionInfo,
): Promise<Champion> {
  const path = join(folder.agents, name);
  const partial = `${path}.partial`;
  try {
    await Deno.mkdir(folder.agents, { recursive: true });
    // Left by a night that ended before its candidate became champion.
    for (const old of [partial, path]) await removeIfThere(old);
    await writeManifestFolder(partial, info.step, {
      ...asBytes(files),
      ...asBytes({ [INFO]: JSON.stringify(info, null, 2) + "\n" }),
    });
    await readCheckpointFiles(partial);
    await Deno.rename(partial, path);
    await syncFolder(folder.agents);
    return { name, path, info };
  } catch (cause) {
    await removeIfThere(partial).catch(() => {});
    throw new CheckpointError(
      `The new champion could not be written: ${(cause as Error).message}; ` +
        "the former one stays",
      { cause },
    );
  }
}

/**
 * Makes an agent of {@linkcode writeCandidate} the champion, by one rename: who
 * reads `current` finds the former one or this one.
 *
 * @throws CheckpointError if it cannot; then the former one is champion
 */
export async function crown(
  folder: ChampionFolder,
  name: string,
): Promise<void> {
  const link = `${folder.current}.partial`;
  try {
    await removeIfThere(link);
    await Deno.symlink(join("agents", name), link);
    await Deno.rename(link, folder.current);
  } catch (cause) {
    await removeIfThere(link).catch(() => {});
    throw new CheckpointError(
      `${folder.current} could not be made to lead to agents/${name}: ` +
        `${
          (cause as Error).message
        }; the former champion stays. It must be a ` +
        "link or absent, in a folder that this user may write to",
      { cause },
    );
  }
  // The new champion is in its place, whatever this says.
  await syncFolder(folder.path).catch(() => {});
}

/**
 * Stores new figures of the champion, which the page's change made necessary:
 * a copy of its folder with another `champion.json` takes its place.
 */
export async function updateChampion(
  folder: ChampionFolder,
  champion: Champion,
  info: ChampionInfo,
): Promise<Champion> {
  const { files } = await readCheckpointFiles(champion.path);
  const name = `${champion.name.replace(/-page-.*/, "")}-page-${
    info.pageScript.slice(0, 8)
  }`;
  if (name === champion.name) return champion;
  const updated = await writeCandidate(folder, name, files, info);
  await crown(folder, name);
  return updated;
}

function asBytes(files: Record<string, string | Uint8Array>): CheckpointFiles {
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => [
      name,
      typeof content === "string"
        ? new TextEncoder().encode(content)
        : new Uint8Array(content),
    ]),
  );
}
