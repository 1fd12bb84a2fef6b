/** An agent as a folder that other programs, and browsers, can use. */
import { join, relative } from "node:path";
import {
  configToYaml,
  differences,
  HELD_OUT_SEEDS_START,
} from "../config/mod.ts";
import {
  CANVAS,
  FRAME_BYTES,
  FRAME_SIZE,
  FRAMES_PER_SECOND,
  STACK,
} from "../constants.ts";
import { type ModelFiles, portableModel } from "../agent/mod.ts";
import { type EvaluationReport, reportedSetting } from "../evaluation/mod.ts";
import { pictureStrip } from "../drawing/mod.ts";
import { DinoPageError } from "../errors.ts";
import { isFile } from "../files.ts";
import { loadSharp } from "../sharp.ts";
import { points } from "../text.ts";
import {
  lastMoments,
  type Moment,
  moments,
  openGame,
  readSmallFile,
  readStoredGame,
} from "../recording/mod.ts";
import { type Agent, loadPlayer } from "../agents/mod.ts";
import { readReport, readRunData, reportFolders } from "../runs/mod.ts";
import { modelCard } from "./card.ts";
import { exampleFiles } from "./example_page.ts";
import type { Files, FolderKind } from "../system/mod.ts";
import { harmless, reportFolder } from "../report/mod.ts";

/** Seconds of play that the example page shows. */
const EXAMPLE_SECONDS = 20;
/** More points than can be made in that time from the start. */
const EXAMPLE_SCORE = 500;
/** Pictures that its film decodes at once. */
const PER_STRIP = 15;
/** Its frames in a row of `frames.png`. */
const FRAMES_ACROSS = 20;
/** What is taken over of the agent's report; its page holds the charts. */
const REPORT_FILES = [
  ...["index.html", "report.json", "scores.csv"],
  ...["best.json", "best.webp", "median.json", "median.webp"],
];

const EXPORT_ALWAYS = ["model.json", "weights.bin", "config.yaml", "card.md"];

/** What the folder of an exported agent holds. */
export const EXPORT_KIND: FolderKind = {
  names: [
    ...EXPORT_ALWAYS,
    "README.md",
    ...["example.html", "example.js", "tf.min.js", "frames.png", "frames.json"],
    ...REPORT_FILES.map((name) => `report/${name}`),
  ],
  always: EXPORT_ALWAYS,
};

/** What {@linkcode exportFiles} adds to an agent's model. */
export interface ExportOptions {
  /** What its card and its page call it. @default its own name */
  name?: string | undefined;
  /** Whether a page shows it at work. */
  example: boolean;
  /** Folder of its report. @default the run's, or the exported agent's */
  report?: string;
}

/**
 * All files of an exported agent: `model.json`, `weights.bin`, `config.yaml`,
 * `card.md` (and the same as `README.md`), its report and, if wanted, a page that shows it at work.
 */
export async function exportFiles(
  agent: Agent,
  { example, name = agent.name, ...options }: ExportOptions,
): Promise<Files> {
  const { network, weights, config } = agent;
  const model = portableModel(network, weights);
  const { folder, report } = await reportOf(agent, options.report);
  // An exported agent may come from anybody.
  const home = options.report ?? agent.folder ?? folder;
  const files: Files = {
    "model.json": model.model,
    "weights.bin": model.weights,
    "config.yaml": configToYaml(config),
    ...(report && await reportFiles(folder, home)),
    ...(example && await filmFiles(agent, name, model, report && folder)),
  };
  const text = await card(agent, name, report, Object.keys(files));
  // Hubs show a README.md.
  return { ...files, "card.md": text, "README.md": text };
}

/** The newest report of the agent's own figures; null: there is none. */
async function reportOf(agent: Agent, given?: string) {
  const [newest, ...earlier] = given !== undefined
    ? [given]
    : agent.folder
    ? [join(agent.folder, "report")]
    : await reportFolders(reportFolder(agent, "lockstep"));
  const newer = ofAgent(agent, await readReport(newest!));
  if (newer) return { folder: newest!, report: newer };
  for (const folder of earlier) {
    const report = ofAgent(agent, await readReport(folder).catch(() => null));
    if (report) return { folder, report };
  }
  return { folder: newest!, report: null };
}

/** Figures of another checkpoint, or another game, would not be this agent's. */
function ofAgent(
  { checkpoint, folder, config }: Agent,
  report: EvaluationReport | null,
): EvaluationReport | null {
  const isOther = report && (
    folder === null && report.checkpoint !== checkpoint ||
    differences(reportedSetting(report, config), config, ["game", "env.crop"])
        .length > 0
  );
  return isOther ? null : report;
}

async function card(
  agent: Agent,
  name: string,
  report: EvaluationReport | null,
  files: readonly string[],
): Promise<string> {
  const { checkpoint, config, network, members } = agent;
  // An exported agent's own folder has no report of live games.
  const live = agent.folder
    ? null
    : await readReport(reportFolder(agent, "live"));
  const makers = members.length > 0 ? members : [agent];
  // Of a training there may be several checkpoints.
  const runs = new Map(
    makers.flatMap(({ run }) => run ? [[run.path, run]] : []),
  );
  return modelCard({
    ...{ name, checkpoint, config, report, files },
    parameters: network.parameters,
    trainings: await Promise.all([...runs.values()].map(readRunData)),
    live: ofAgent(agent, live),
  });
}

/** @param home which no file may lead out of */
async function reportFiles(folder: string, home: string): Promise<Files> {
  const within = relative(home, folder);
  const files: Files = {};
  for (const name of REPORT_FILES) {
    const content = await readSmallFile(home, join(within, name));
    if (!content) continue;
    files[`report/${name}`] = name.endsWith(".html")
      ? harmless(new TextDecoder().decode(content))
      : content;
  }
  return files;
}

/** The page that shows the agent at work, and what it was made of. */
async function filmFiles(
  agent: Agent,
  name: string,
  model: ModelFiles,
  report: string | null,
): Promise<Files> {
  const shown = await playExample(agent, report);
  const decisions = shown.filter(({ game }) => !game);
  const chosen = decisions.map(({ action }) => action!);
  const frames = await framesPng(decisions);
  const end = shown.at(-1)!.game;
  const pictures: Uint8Array[] = [];
  for (let i = 0; i < shown.length; i += PER_STRIP) {
    const strip = shown.slice(i, i + PER_STRIP).map(({ picture }) => picture);
    pictures.push(await pictureStrip(strip, CANVAS));
  }
  const { frameSkip } = agent.config.game;
  return {
    ...await exampleFiles(name, agent.config, model, {
      ...{ frames, chosen, pictures, perStrip: PER_STRIP },
      moments: shown.length,
      frameMs: 1000 * frameSkip / FRAMES_PER_SECOND,
      end: end
        ? `${end.end === "cap" ? "Ended" : "Crashed"} at ${
          points(end.score)
        } points.`
        : null,
    }),
    "frames.png": frames,
    "frames.json": JSON.stringify({ actions: chosen }) + "\n",
  };
}

/**
 * The end of the median game of its report, where that plays as it did; else the
 * beginning of a game. The first decisions fill the stack of frames.
 */
async function playExample(
  agent: Agent,
  report: string | null,
): Promise<Moment[]> {
  const { config } = agent;
  const decisions = STACK - 1 +
    Math.ceil(EXAMPLE_SECONDS * FRAMES_PER_SECOND / config.game.frameSkip);
  const path = report && join(report, "median.json");
  if (path && await isFile(path)) {
    const stored = await readStoredGame(path);
    await using opened = await openGame({ ...config, game: stored.game });
    try {
      return await lastMoments(opened.env, null, stored, decisions);
    } catch (error) {
      // Of another Chrome's page.
      if (!(error instanceof DinoPageError)) throw error;
    }
  }
  using player = await loadPlayer(agent);
  await using opened = await openGame(config);
  const start = { seed: HELD_OUT_SEEDS_START, maxScore: EXAMPLE_SCORE };
  const shown: Moment[] = [];
  for await (const moment of moments(opened.env, player, start)) {
    shown.push(moment);
    if (shown.length === decisions) break;
  }
  return shown;
}

/** The newest frame of each observation, in rows. */
async function framesPng(frames: readonly Moment[]): Promise<Uint8Array> {
  const width = FRAMES_ACROSS * FRAME_SIZE;
  const height = Math.ceil(frames.length / FRAMES_ACROSS) * FRAME_SIZE;
  const sheet = new Uint8Array(width * height);
  frames.forEach(({ observation }, i) => {
    const left = (i % FRAMES_ACROSS) * FRAME_SIZE;
    const top = Math.floor(i / FRAMES_ACROSS) * FRAME_SIZE;
    for (let p = 0; p < FRAME_BYTES; p++) {
      const x = left + p % FRAME_SIZE;
      const y = top + Math.floor(p / FRAME_SIZE);
      sheet[y * width + x] = observation[p * STACK + STACK - 1]!;
    }
  });
  const sharp = await loadSharp();
  const image = sharp(sheet, { raw: { width, height, channels: 1 } });
  return new Uint8Array(await image.png({ compressionLevel: 9 }).toBuffer());
}
