/** A night's result, and a folder for a champion, to be told and kept. */
import type { Config } from "../../lib/config/mod.ts";
import type { ChampionInfo } from "../../lib/retraining/champion.ts";
import {
  type ChampionFolder,
  championFolderAt,
} from "../../lib/retraining/paths.ts";
import type { NightResult } from "../../lib/retraining/result.ts";
import { inFolder } from "../folder.ts";

/** The result of a night; `changes` replaces parts of it. */
export function makeResult(changes: Partial<NightResult> = {}): NightResult {
  return {
    result: "kept",
    reason: "the challenger made 12 points more per game, which may be chance",
    champion: player("night-3", 800, 0.25),
    challenger: player("step-4000", 812, 0.5),
    difference: 12,
    difference95: [-40, 66],
    night: 7,
    time: "2026-11-24T02:00:00.000Z",
    minutes: 61.25,
    episodes: 100,
    firstSeed: 1_007_000,
    maxScore: 20_000,
    steps: 48_000,
    pageScript: "3ffb".padEnd(64, "0"),
    pageChange: null,
    diskGb: 1.5,
    removed: [],
    warnings: [],
    ...changes,
  };
}

function player(name: string, mean: number, capped: number) {
  return {
    ...{ name, mean, capped, parameters: 112_290 },
    mean95: [mean - 100, mean + 100] as [number, number],
  };
}

/** What is known of a champion. */
export function makeInfo(changes: Partial<ChampionInfo> = {}): ChampionInfo {
  return {
    night: 3,
    time: "2026-11-20T03:00:00.000Z",
    run: "challenger",
    step: 4000,
    game: {} as Config["game"],
    pageScript: "3ffb".padEnd(64, "0"),
    parameters: 112_290,
    figures: {
      ...{ firstSeed: 1_003_000, episodes: 100, cap: 20_000 },
      ...{ mean: 800, mean95: [700, 900], capped: 0 },
    },
    ...changes,
  };
}

/** Files of an agent, as far as the champion's folder is concerned. */
export const AGENT_FILES = {
  "model.json": "{}\n",
  "weights.bin": new Uint8Array([1, 2, 3, 4]),
  "report/index.html": "<!doctype html>\n",
};

/** Runs with a champion's folder that is removed afterwards. */
export const inChampionFolder = (
  use: (folder: ChampionFolder) => Promise<void>,
) => inFolder((folder) => use(championFolderAt(folder)));
