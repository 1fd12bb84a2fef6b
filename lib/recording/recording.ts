/**
 * The games that a person looks at: the best and the median one as animations,
 * the ends of the earliest crashes as pictures.
 */
import { join } from "node:path";
import sharp from "sharp";
import { ACTIONS, CANVAS, FRAMES_PER_SECOND } from "../constants.ts";
import { ifThere } from "../files.ts";
import {
  animatedWebp,
  type Animation,
  type Chart,
  CHART_WIDTH,
  filmstrip,
  FILMSTRIP_FRAMES,
  type GameFrame,
  obstacleName,
  type PageChart,
  qValueChart,
  type Snapshot,
} from "../drawing/mod.ts";
import { moments, type Player, type RenderingEnv } from "./moments.ts";
import { readStoredGame, type StoredGame } from "./stored_game.ts";
import type { Files } from "../system/mod.ts";
import type { EvaluationReport } from "../evaluation/mod.ts";
import { points } from "../text.ts";

/** Seconds of play that an animation on a page shows. */
const ANIMATION_SECONDS = 20;
/** Seconds of play that the Q-values are drawn of. */
const Q_SECONDS = 8;
/** The part of the picture that the small pictures show. */
const SNAPSHOT = { left: 0, top: 0, width: 300, height: 150 } as const;
/** Plot widths of the Q-values and the pictures below it. */
const Q_CHARTS = [
  { name: "q-values", width: 860, pictures: 8 },
  { name: "q-values-narrow", width: CHART_WIDTH - 64, pictures: 4 },
] as const;

/** Which game it is; it names its files. */
export type GameRole = "best" | "median" | `crashes/${number}`;

/** A game that is kept. */
export interface Recording {
  role: GameRole;
  game: StoredGame;
  /** Its end as an animation or a picture; `null`: it was not recorded. */
  webp: Uint8Array | null;
}

/** The games that are shown as animations. */
export const ROLES = ["best", "median"] as const satisfies GameRole[];
/** The crashes that are shown, the earliest first. */
export const CRASH_ROLES: readonly GameRole[] = Array.from(
  { length: 10 },
  (_, i) => `crashes/${i + 1}` as const,
);

/** Whether it is one of the earliest crashes. */
export const isCrash = ({ role }: Pick<Recording, "role">): boolean =>
  role.startsWith("crashes/");

/** "Best game: seed 1,000,003, 1,000 points, ended at the cap; …" */
function caption({ role, game }: Recording): string {
  const end = game.end === "cap" ? "ended at the cap" : "crashed";
  const seconds = game.frames / FRAMES_PER_SECOND;
  const shown = seconds > ANIMATION_SECONDS
    ? `; its last ${ANIMATION_SECONDS} of ${points(seconds)} seconds`
    : "";
  return `${role === "best" ? "Best" : "Median"} game: ${
    points(game.score)
  } points, ${end} (seed ${points(game.seed)})${shown}`;
}

/** "523 points, pterodactyl at speed 9.1 (seed 1,000,003)" */
function crashCaption(
  { game }: Recording,
  { games }: Pick<EvaluationReport, "games">,
): string {
  const played = games.find(({ seed }) => seed === game.seed);
  const how = played
    ? `, ${obstacleName(played.obstacle)} at speed ${played.speed.toFixed(1)}`
    : "";
  return `${points(game.score)} points${how} (seed ${points(game.seed)})`;
}

function picture(
  kind: string,
  caption: string,
  { webp }: Recording,
): Animation[] {
  return webp ? [{ caption, description: `${kind}. ${caption}.`, webp }] : [];
}

/** A crash as a page shows it; nothing when it has no picture. */
export function crashPicture(
  recording: Recording,
  report: Pick<EvaluationReport, "games">,
): Animation[] {
  return picture(
    "Its last moments",
    crashCaption(recording, report),
    recording,
  );
}

/** A recording as a page shows it; nothing when it has no pictures. */
export function recordingAnimation(recording: Recording): Animation[] {
  return picture("Animation", caption(recording), recording);
}

/** The names that recordings are stored by. */
export const RECORDING_NAMES = [...ROLES, ...CRASH_ROLES]
  .flatMap((role) => [`${role}.json`, `${role}.webp`]);

/** A recording as it is stored. */
export function recordingFiles({ role, game, webp }: Recording): Files {
  return {
    [`${role}.json`]: JSON.stringify(game, null, 2) + "\n",
    ...(webp && { [`${role}.webp`]: webp }),
  };
}

/** What {@linkcode recordGame} makes. */
export interface RecordedGame {
  recording: Recording;
  /** Q-values of its end, wide and narrow. */
  qChart: PageChart;
}

/**
 * Plays a game again that ended in a crash, and takes its last moments down.
 *
 * @param env one lock-step game with the game's settings
 * @throws DinoPageError when it goes otherwise than it did
 */
export async function recordCrash(
  env: RenderingEnv,
  player: Player,
  role: GameRole,
  game: StoredGame,
): Promise<Recording> {
  const from = game.actions.length + 1 - FILMSTRIP_FRAMES;
  const frames = await Array.fromAsync(
    moments(env, player, { stored: game, from }),
  );
  const actions = ACTIONS.slice(0, game.game.actions);
  return { role, game, webp: await filmstrip(frames, actions) };
}

/**
 * Plays a game again and takes its end down.
 *
 * @param env one lock-step game with the game's settings
 * @throws DinoPageError when it goes otherwise than it did
 */
export async function recordGame(
  env: RenderingEnv,
  player: Player,
  role: GameRole,
  game: StoredGame,
): Promise<RecordedGame> {
  const perSecond = FRAMES_PER_SECOND / game.game.frameSkip;
  const from = game.actions.length - ANIMATION_SECONDS * perSecond;
  const frames = await Array.fromAsync(
    moments(env, player, { stored: game, from }),
  );
  const webp = await animatedWebp(frames, {
    ...CANVAS,
    frameMs: 1000 / perSecond,
  });
  const end = frames.slice(-Math.round(Q_SECONDS * perSecond));
  const [wide, narrow] = await Promise.all(
    Q_CHARTS.map((layout) => drawQValues(role, game, end, layout)),
  );
  return {
    recording: { role, game, webp },
    qChart: { wide: wide!, narrow: narrow! },
  };
}

async function drawQValues(
  role: GameRole,
  game: StoredGame,
  end: readonly GameFrame[],
  { name, width, pictures }: (typeof Q_CHARTS)[number],
): Promise<Chart> {
  // The narrow chart shows the last half, so that moments stay apart.
  const frames = end.slice(-Math.ceil(end.length * pictures / 8));
  const moments = frames.filter(({ q, action }) =>
    q !== undefined && action !== undefined
  ).map(({ seconds, q, action }) => ({ seconds, q: q!, action: action! }));
  const seconds = frames.at(-1)!.seconds - frames[0]!.seconds;
  return await qValueChart({
    name,
    title: "Q-values at the end of a game",
    subtitle: `last ${seconds.toFixed(0)} seconds of the ${role} game; dots: ` +
      "keys that were pressed",
    actions: ACTIONS.slice(0, game.game.actions),
    moments,
    snapshots: await snapshots(frames, pictures),
    width,
    snapshotWidth: Math.floor(width / pictures) - 4,
    snapshotRatio: SNAPSHOT.height / SNAPSHOT.width,
  });
}

/** `count` pictures at equal distances, each in the middle of its share. */
async function snapshots(
  frames: readonly GameFrame[],
  count: number,
): Promise<Snapshot[]> {
  const taken = Array.from(
    { length: Math.min(count, frames.length) },
    (_, i) =>
      frames[
        Math.floor((i + 0.5) / Math.min(count, frames.length) * frames.length)
      ]!,
  );
  return await Promise.all(taken.map(async ({ picture, seconds }) => {
    const png = await sharp(picture, { raw: { ...CANVAS, channels: 1 } })
      .extract(SNAPSHOT).png({ compressionLevel: 9 }).toBuffer();
    const base64 = new Uint8Array(png).toBase64();
    return { seconds, url: `data:image/png;base64,${base64}` };
  }));
}

/** The games and Q-values that an earlier report in this folder has. */
export async function readRecordings(
  folder: string,
): Promise<{ recordings: Recording[]; qCharts: PageChart[] }> {
  const recordings: Recording[] = [];
  for (const role of [...ROLES, ...CRASH_ROLES]) {
    const file = join(folder, `${role}.json`);
    if (!await ifThere(Deno.readFile(file))) continue;
    const webp = await ifThere(Deno.readFile(join(folder, `${role}.webp`)));
    recordings.push({ role, game: await readStoredGame(file), webp });
  }
  const [wide, narrow] = await Promise.all(
    ["q-values", "q-values-narrow"].map(async (name) => {
      const svg = await ifThere(
        Deno.readFile(join(folder, "charts", `${name}.svg`)),
      );
      const description = "Q-values at the end of a game, above its pictures.";
      return svg && { name, description, svg: new TextDecoder().decode(svg) };
    }),
  );
  return { recordings, qCharts: wide && narrow ? [{ wide, narrow }] : [] };
}
