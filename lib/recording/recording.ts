/**
 * The games that a person looks at: the best and the median one as animations,
 * the ends of the earliest crashes as pictures.
 */
import { join } from "node:path";
import type { Config } from "../config/mod.ts";
import { ACTIONS, CANVAS, FRAMES_PER_SECOND } from "../constants.ts";
import {
  animate,
  type Animation,
  filmstrip,
  FILMSTRIP_FRAMES,
  obstacleName,
  type PageChart,
  type PictureFormat,
  Q_CHART_NAMES,
  qValueCharts,
} from "../drawing/mod.ts";
import {
  type Evaluation,
  type EvaluationReport,
  medianAndBest,
} from "../evaluation/mod.ts";
import type { Files } from "../system/mod.ts";
import { points } from "../text.ts";
import {
  lastMoments,
  type Moment,
  type Player,
  type RenderingEnv,
} from "./moments.ts";
import {
  readSmallFile,
  readStoredGame,
  type StoredGame,
  storedGame,
} from "./stored_game.ts";

/** Seconds of play that an animation on a page shows. */
const ANIMATION_SECONDS = 20;
/** Seconds of play that the Q-values are drawn of. */
const Q_SECONDS = 8;
/** Crashes that are shown, the earliest first. */
const CRASHES = 10;

/** Which game it is; it names its files. */
export type GameRole = "best" | "median" | `crashes/${number}`;

/** A game that is kept. */
export interface Recording {
  role: GameRole;
  game: StoredGame;
  /** Its end as an animation or a picture; `null`: it was not recorded. */
  webp: Uint8Array | null;
  /** The animation as GIF, where it was asked for and could be made. */
  gif?: Uint8Array | undefined;
}

/** Games that were recorded. */
export interface Recordings {
  recordings: Recording[];
  /** Q-values of the median game's end; none: they were not recorded. */
  qCharts: PageChart[];
}

const ROLES: readonly GameRole[] = [
  ...["best", "median"] as const,
  ...Array.from({ length: CRASHES }, (_, i) => `crashes/${i + 1}` as const),
];

/** The names that recordings are stored by. */
export const RECORDING_NAMES = ROLES
  .flatMap((role) => [`${role}.json`, `${role}.webp`]);

const isCrash = (role: GameRole) => role.startsWith("crashes/");

/**
 * The games that are kept of an evaluation, without pictures.
 *
 * @param crashes how many of the earliest crashes are, beside best and median
 */
export function keptGames(
  evaluation: Pick<Evaluation, "games" | "cap">,
  config: Config,
  crashes: number,
): Recording[] {
  const { best, median } = medianAndBest(evaluation);
  const earliest = evaluation.games.filter(({ end }) => end === "crash")
    .toSorted((a, b) => a.score - b.score);
  return [best, median, ...earliest.slice(0, crashes)].map((game, i) => ({
    role: ROLES[i]!,
    game: storedGame(game, config, evaluation.cap),
    webp: null,
  }));
}

/**
 * Plays an evaluation's best, median and earliest crashed games again and takes
 * their ends down.
 *
 * @param env one lock-step game with the config's settings
 * @param options.gif whether animations are wanted as GIF, too
 * @throws DinoPageError when one goes otherwise than it did
 */
export async function recordGames(
  env: RenderingEnv,
  player: Player,
  evaluation: Evaluation,
  config: Config,
  { gif = false }: { gif?: boolean | undefined } = {},
): Promise<Recordings> {
  const perSecond = FRAMES_PER_SECOND / config.game.frameSkip;
  const actions = ACTIONS.slice(0, config.game.actions);
  const taken: { role: GameRole; game: StoredGame; frames: Moment[] }[] = [];
  for (const { role, game } of keptGames(evaluation, config, CRASHES)) {
    const decisions = isCrash(role)
      ? FILMSTRIP_FRAMES - 1
      : ANIMATION_SECONDS * perSecond;
    const asked = role === "best" ? null : player;
    const frames = await lastMoments(env, asked, game, decisions);
    taken.push({ role, game, frames });
  }
  // One takes seconds, of one core: all at once.
  const frameMs = 1000 / perSecond;
  const pictures = taken.map(async ({ role, frames }) => {
    if (isCrash(role)) return { webp: await filmstrip(frames, actions) };
    const film = (format: PictureFormat) =>
      animate(frames, { ...CANVAS, frameMs, format });
    const webp = await film("webp");
    // A libvips that writes no GIF is no reason to have no report.
    return gif
      ? { webp, gif: await film("gif").catch(() => undefined) }
      : { webp };
  });
  const charts = taken.filter(({ role }) => role === "median")
    .map(({ role, frames }) => {
      const end = frames.slice(-Math.round(Q_SECONDS * perSecond));
      return qValueCharts(end, actions, role);
    });
  const [pictured, qCharts] = await Promise.all(
    [Promise.all(pictures), Promise.all(charts)] as const,
  );
  const recordings = taken.map(({ role, game }, i) => ({
    ...{ role, game, ...pictured[i]! },
  }));
  return { recordings, qCharts };
}

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

/** Recordings as a page shows them; those without pictures are left out. */
export function recordedPictures(
  recordings: readonly Recording[],
  report: Pick<EvaluationReport, "games">,
): { animations: Animation[]; crashes: Animation[] } {
  const pictures = {
    animations: [] as Animation[],
    crashes: [] as Animation[],
  };
  for (const recording of recordings) {
    const { role, webp } = recording;
    if (!webp) continue;
    const [list, kind, words] = isCrash(role)
      ? [pictures.crashes, "Its last moments", crashCaption(recording, report)]
      : [pictures.animations, "Animation", caption(recording)];
    list.push({ caption: words, description: `${kind}. ${words}.`, webp });
  }
  return pictures;
}

/** A recording as it is stored. */
export function recordingFiles({ role, game, webp }: Recording): Files {
  return {
    [`${role}.json`]: JSON.stringify(game, null, 2) + "\n",
    ...(webp && { [`${role}.webp`]: webp }),
  };
}

/**
 * The games and Q-values that an earlier report in this folder has.
 *
 * @throws UsageError if one cannot be read
 */
export async function readRecordings(folder: string): Promise<Recordings> {
  const read = (name: string) => readSmallFile(folder, name);
  const recordings: Recording[] = [];
  for (const role of ROLES) {
    if (!await read(`${role}.json`)) continue;
    const game = await readStoredGame(join(folder, `${role}.json`));
    recordings.push({ role, game, webp: await read(`${role}.webp`) });
  }
  const [wide, narrow] = await Promise.all(Q_CHART_NAMES.map(async (name) => {
    const svg = await read(`charts/${name}.svg`);
    const png = await read(`charts/${name}.png`);
    const description = "Q-values at the end of a game, above its pictures.";
    return svg && png &&
      { name, description, svg: new TextDecoder().decode(svg), png };
  }));
  return { recordings, qCharts: wide && narrow ? [{ wide, narrow }] : [] };
}
