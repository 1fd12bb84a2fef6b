/** The champion: read as a whole, replaced in one step. */
import { basename, join } from "node:path";
import { z } from "zod";
import type { GameConfig } from "../config/mod.ts";
import { CheckpointError, whyNotWritten } from "../errors.ts";
import { ifThere, namesIn, removeIfThere } from "../files.ts";
import { readCheckpointFiles, writeManifestFolder } from "../runs/mod.ts";
import { type Files, writeBeside } from "../system/mod.ts";
import { type ChampionFolder, nightOf } from "./paths.ts";
import { figuresSchema, type NightRecord } from "./result.ts";

const INFO = "champion.json";

const infoSchema = z.object({
  /** The night in which it became champion. */
  night: z.number(),
  /** When it did, ISO 8601. */
  time: z.string(),
  /** The run and the agent steps that it comes from. */
  run: z.string(),
  step: z.number(),
  /** The game that it plays. */
  game: z.custom<GameConfig>((value) => typeof value === "object"),
  /** SHA-256 of the page's script that its figures are of. */
  pageScript: z.string(),
  /** Numbers that its network learned. */
  parameters: z.number(),
  /** Games of that night: after the ones that made it champion, if it could. */
  figures: figuresSchema.extend({
    firstSeed: z.number(),
    episodes: z.number(),
    cap: z.number(),
  }),
});

/** What is known of a champion: the content of its `champion.json`. */
export type ChampionInfo = z.infer<typeof infoSchema>;

/** A champion that was found complete. */
export interface Champion {
  /** Its folder's name. */
  name: string;
  /** Its folder, not by way of the link. */
  path: string;
  info: ChampionInfo;
}

/**
 * What is known of a champion, with the games that it played last: when it
 * defended itself; before it did, when it became champion.
 *
 * @param nights that there is a record of, in their order
 */
export function standing(
  { name, info }: Champion,
  nights: readonly NightRecord[],
) {
  const last = nights.findLast(({ champion, pageScript }) =>
    champion?.name === name && pageScript !== null
  );
  if (!last?.champion) {
    // In an older record: the first of all had nobody to win against.
    const first = nights.find(({ night }) => night === info.night);
    const { seedPurpose } = info.figures;
    const chose = seedPurpose
      ? seedPurpose !== "test"
      : first?.champion !== null;
    return {
      ...{ name, ...info },
      figures: { ...info.figures, night: info.night, chose },
    };
  }
  const { night, firstSeed, episodes, maxScore: cap, champion } = last;
  const { mean, mean95, capped } = champion;
  return {
    ...{ name, ...info, pageScript: last.pageScript! },
    figures: {
      ...{ firstSeed, episodes, cap, mean, mean95, capped },
      seedPurpose: "test" as const,
      /** The night of these games. */
      night,
      /** Whether they made it champion, and so flatter it. */
      chose: false,
    },
  };
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
    return await readAgent(folder.current);
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

/** @throws Error when it is not there, or not as it was written */
async function readAgent(folder: string): Promise<Champion> {
  const path = await Deno.realPath(folder);
  const { files } = await readCheckpointFiles(path);
  const { success, data } = infoSchema.safeParse(
    JSON.parse(new TextDecoder().decode(files[INFO])),
  );
  if (!success) throw new CheckpointError(`${join(path, INFO)} is damaged`);
  return { name: basename(path), path, info: data };
}

/**
 * The champion; in place of one that is damaged the newest sound one before it,
 * which becomes champion again.
 *
 * @param warn told when that was so, in a sentence
 * @returns null when there is none
 * @throws CheckpointError when none is sound
 */
export async function soundChampion(
  folder: ChampionFolder,
  warn: (message: string) => void,
): Promise<Champion | null> {
  try {
    return await readChampion(folder);
  } catch (error) {
    const link = await Deno.readLink(folder.current).catch(() => "");
    const damaged = basename(link);
    const numberOf = (name: string) => nightOf(name) ?? Infinity;
    const before = (await namesIn(folder.agents))
      .filter((name) => name !== damaged && numberOf(name) <= numberOf(damaged))
      .sort((a, b) => numberOf(b) - numberOf(a));
    for (const name of before) {
      const path = join(folder.agents, name);
      const agent = await readAgent(path).catch(() => null);
      if (agent === null) continue;
      await crown(folder, name);
      const { message } = (error as Error).cause as Error;
      warn(
        `the champion, ${damaged}, cannot be used: ${message}; ${name}, the ` +
          "newest sound one before it, is champion again",
      );
      return agent;
    }
    throw error;
  }
}

/**
 * Writes an agent as one that may become champion. The present champion is
 * untouched.
 *
 * @param name of its folder
 * @param files of the agent, as `deno task export` writes them
 * @throws CheckpointError if it cannot be written; then nothing is left of it
 */
export async function writeCandidate(
  folder: ChampionFolder,
  name: string,
  files: Files,
  info: ChampionInfo,
): Promise<void> {
  const path = join(folder.agents, name);
  const all = { ...files, [INFO]: JSON.stringify(info, null, 2) + "\n" };
  try {
    // Left by a night that ended before its candidate became champion.
    await removeIfThere(path);
    await writeManifestFolder(path, info.step, all);
    await readAgent(path);
  } catch (cause) {
    await removeIfThere(path).catch(() => {});
    throw new CheckpointError(
      `The new champion could not be written: ${whyNotWritten(cause)}; ` +
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
  try {
    await writeBeside(folder.current, async (link) => {
      await Deno.symlink(join("agents", name), link);
      await Deno.rename(link, folder.current);
    });
  } catch (cause) {
    throw new CheckpointError(
      `${folder.current} could not be made to lead to agents/${name}: ` +
        `${(cause as Error).message}; the former champion stays. It must be ` +
        "a link or absent, in a folder that this user may write to",
      { cause },
    );
  }
}
