/**
 * Nights without Chrome and TensorFlow: training writes checkpoints of a tiny
 * network, and games have the scores that a test wants.
 */
import { dirname, join } from "node:path";
import { agentTarget, findAgent } from "../../lib/agents/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import {
  evaluationReport,
  PAGE_SCRIPT,
  summarizeGames,
} from "../../lib/evaluation/mod.ts";
import {
  type ChampionFolder,
  championFolderAt,
  type NightResult,
  retrain,
  type RetrainOptions,
} from "../../lib/retraining/mod.ts";
import { commandText, replaceFolder } from "../../lib/system/mod.ts";
import { playedGame } from "../examples.ts";
import { save } from "../training/fixtures.ts";

type Parts = NonNullable<RetrainOptions["parts"]>;
type Challenger = Parameters<Parts["train"]>[0];

/** What a night is to be like; all of it may be left out. */
export interface Pretended {
  /** Settings of its config. */
  set?: string[];
  /** Scores of ten games each. @default 100, for a challenger 200 points */
  champion?: number;
  challenger?: number | ((agent: string) => number);
  /** How many different scores there are, each a point more. @default 3 */
  spread?: number;
  pageScript?: string;
  /** In place of the training, which adds a checkpoint of 400 more steps. */
  train?: Parts["train"];
  /** Whether the games for a folder cannot be played. */
  failing?: (out: string) => boolean;
  /** In place of the games. */
  measure?: Parts["measure"];
  signal?: AbortSignal;
}

export interface Nights {
  folder: ChampionFolder;
  /** The challenger's checkpoints. */
  checkpoints: string;
  /** Plays a night. */
  night(options?: Pretended): Promise<NightResult & { said: string[] }>;
  /** What is in a file of the champion's folder, as JSON. */
  json(name: string): Promise<Record<string, unknown>>;
  text(name: string): Promise<string>;
}

/** A page's script, by its SHA-256. */
export const PAGE = "3ffb".padEnd(64, "0");

const SETTINGS = [
  "network.layers=[{type: dense, units: 2}]",
  ...["retraining.episodes=10", "retraining.freeDiskGb=0"],
  ...["replay.capacity=1000", "replay.warmup=50"],
];

/** Gives the challenger a checkpoint; at `best` its best evaluation was. */
export async function addCheckpoint(
  { run }: Pick<Challenger, "run">,
  step: number,
  best?: number,
): Promise<void> {
  const options = best === undefined ? {} : { best };
  await save(run.checkpoints, step, options);
}

/** Changes one byte in the middle of a file. */
export async function damage(path: string): Promise<void> {
  const bytes = await Deno.readFile(path);
  bytes[bytes.length >> 1]! ^= 0xff;
  await Deno.writeFile(path, bytes);
}

/** Runs with an empty data folder, which is removed afterwards. */
export async function inNights(
  use: (nights: Nights) => Promise<void>,
): Promise<void> {
  const data = await Deno.realPath(await Deno.makeTempDir());
  const folder = championFolderAt(join(data, "champion"));
  const text = (name: string) => Deno.readTextFile(join(folder.path, name));
  try {
    await use({
      folder,
      checkpoints: join(data, "runs/challenger/checkpoints"),
      night: (options = {}) => pretendNight(folder, options),
      text,
      json: async (name) => JSON.parse(await text(name)),
    });
  } finally {
    await Deno.remove(data, { recursive: true });
  }
}

async function pretendNight(folder: ChampionFolder, options: Pretended) {
  const { champion = 100, challenger = 200, spread = 3 } = options;
  const { pageScript = PAGE } = options;
  const said: string[] = [];
  const result = await retrain({
    config: await loadConfig(undefined, [...SETTINGS, ...options.set ?? []]),
    signal: options.signal ?? new AbortController().signal,
    say: (line) => said.push(line),
    folder,
    parts: {
      train: options.train ??
        ((challenger) => addCheckpoint(challenger, challenger.from.step + 400)),
      measure: options.measure ?? (async (agent, games) => {
        if (options.failing?.(games.out)) throw new Error("Chrome is gone");
        const score = agent === "champion"
          ? champion
          : typeof challenger === "number"
          ? challenger
          : challenger(agent);
        const found = await findAgent(agent, { champion: folder.path });
        const { episodes, firstSeed, maxScore } = games;
        const played = Array.from(
          { length: episodes },
          (_, i) =>
            playedGame({
              seed: firstSeed + i,
              score: Math.min(score + i % spread, maxScore),
            }),
        );
        const report = evaluationReport(
          {
            run: "challenger",
            checkpoint: agent === "champion"
              ? "model"
              : agent.split("/").at(-1)!,
            ...{ game: "constant", speed: 6, clock: "lockstep" },
            command: commandText(["eval", agentTarget(found), "--json"]),
            versions: { [PAGE_SCRIPT]: pageScript },
          },
          { ...summarizeGames(played, maxScore, []), firstSeed },
        );
        await Deno.mkdir(dirname(games.out), { recursive: true });
        await replaceFolder(games.out, {
          "report.json": JSON.stringify(report),
          "index.html": "<!doctype html>",
        });
        return { report, pageScript };
      }),
    },
  });
  return { ...result, said };
}
