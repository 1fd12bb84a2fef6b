/** An agent as a folder that other programs, and browsers, can use. */
import { createRequire } from "node:module";
import { join } from "node:path";
import sharp from "sharp";
import { configToYaml, HELD_OUT_SEEDS_START } from "../config/mod.ts";
import {
  FRAME_BYTES,
  FRAME_SIZE,
  FRAMES_PER_SECOND,
  STACK,
} from "../constants.ts";
import { portableModel } from "../agent/mod.ts";
import type { EvaluationReport } from "../evaluation/mod.ts";
import {
  type Moment,
  moments,
  openGame,
  readSmallFile,
} from "../recording/mod.ts";
import { type Agent, loadPlayer } from "../agents/mod.ts";
import { readReport, readRunData } from "../runs/mod.ts";
import { modelCard } from "./card.ts";
import { examplePage, FRAMES_ACROSS } from "./example_page.ts";
import type { Files } from "../system/mod.ts";
import { harmless, reportFolder } from "../report/mod.ts";

/** Seconds of play, from the game's start, that the example page shows. */
const EXAMPLE_SECONDS = 20;
/** More points than can be made in that time. */
const EXAMPLE_SCORE = 500;
/** What is taken over of the agent's report; its page holds the charts. */
const REPORT_FILES = [
  ...["index.html", "report.json", "scores.csv"],
  ...["best.json", "best.webp", "median.json", "median.webp"],
];

/** The names that an exported agent's files may have. */
export const EXPORT_NAMES = [
  ...["model.json", "weights.bin", "config.yaml", "card.md"],
  ...["example.html", "tf.min.js", "frames.png", "frames.json"],
  ...REPORT_FILES.map((name) => `report/${name}`),
];

/** What {@linkcode exportFiles} adds to an agent's model. */
export interface ExportOptions {
  /** Whether a page shows it at work. */
  example: boolean;
  /** Folder of its report. @default the run's, or the exported agent's */
  report?: string;
}

/**
 * All files of an exported agent: `model.json`, `weights.bin`, `config.yaml`,
 * `card.md`, its report and, if wanted, a page that shows it at work.
 */
export async function exportFiles(
  agent: Agent,
  { example, report: folder = reportOf(agent) }: ExportOptions,
): Promise<Files> {
  const { network, weights, config } = agent;
  const model = portableModel(network, weights);
  return {
    "model.json": model.model,
    "weights.bin": model.weights,
    "config.yaml": configToYaml(config),
    "card.md": await card(agent, folder),
    ...await report(folder),
    ...(example && await exampleFiles(agent)),
  };
}

const reportOf = (agent: Agent) =>
  agent.folder ? join(agent.folder, "report") : reportFolder(agent, "lockstep");

async function card(agent: Agent, folder: string): Promise<string> {
  const { name, checkpoint, config, network, run, members } = agent;
  const report = await readReport(folder);
  // An exported agent's own folder has no report of live games.
  const live = agent.folder
    ? null
    : await readReport(reportFolder(agent, "live"));
  const makers = members.length > 0 ? members : [agent];
  const runs = makers.flatMap(({ run }) => run ?? []);
  // Figures of another checkpoint would not be this agent's.
  const own = (report: EvaluationReport | null) =>
    report?.checkpoint === checkpoint || !run ? report : null;
  return modelCard({
    ...{ name, checkpoint, config },
    parameters: network.parameters,
    trainings: await Promise.all(runs.map(readRunData)),
    report: own(report),
    live: own(live),
  });
}

async function report(folder: string): Promise<Files> {
  const files: Files = {};
  for (const name of REPORT_FILES) {
    const content = await readSmallFile(join(folder, name));
    if (!content) continue;
    files[`report/${name}`] = name.endsWith(".html")
      ? harmless(new TextDecoder().decode(content))
      : content;
  }
  return files;
}

async function exampleFiles(agent: Agent): Promise<Files> {
  const library = createRequire(import.meta.url)
    .resolve("@tensorflow/tfjs/dist/tf.min.js");
  const frames = await playExample(agent);
  return {
    "example.html": examplePage(agent.name, agent.config.game.actions),
    "tf.min.js": await Deno.readFile(library),
    "frames.png": await framesPng(frames),
    "frames.json": JSON.stringify({
      actions: frames.map(({ action }) => action),
    }) + "\n",
  };
}

/** The beginning of a game, as the agent saw it. */
async function playExample(agent: Agent): Promise<Moment[]> {
  const { config } = agent;
  using player = await loadPlayer(agent);
  await using opened = await openGame(config);
  const decisions = EXAMPLE_SECONDS * FRAMES_PER_SECOND / config.game.frameSkip;
  const start = { seed: HELD_OUT_SEEDS_START, maxScore: EXAMPLE_SCORE };
  const shown: Moment[] = [];
  for await (const moment of moments(opened.env, player, start)) {
    if (moment.game || shown.length >= decisions) break;
    shown.push(moment);
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
  const image = sharp(sheet, { raw: { width, height, channels: 1 } });
  return new Uint8Array(await image.png({ compressionLevel: 9 }).toBuffer());
}
