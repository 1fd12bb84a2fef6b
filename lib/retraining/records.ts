/** Writing down what a night did, whatever the disk says. */
import { join } from "node:path";
import type { Config } from "../config/mod.ts";
import { replaceDurably } from "../system/mod.ts";
import { keepReserve, writeWithReserve } from "./disk.ts";
import { appendHistory, readHistory } from "./history.ts";
import { allBytes, keepHouse } from "./housekeeping.ts";
import { writeNightState } from "./night_state.ts";
import { historyPage, nightPage } from "./pages.ts";
import { type ChampionFolder, nightName } from "./paths.ts";
import type { NightResult } from "./result.ts";

/** The end of a night. */
export interface NightEnd {
  config: Config;
  folder: ChampionFolder;
  result: NightResult;
  /** Told of what could not be written, in sentences. */
  warn: (message: string) => void;
}

/**
 * Keeps house and leaves the night's line, its report, `last.json` and the page
 * of all nights. On a full disk the reserve makes room for them.
 */
export async function finishNight(end: NightEnd): Promise<void> {
  const { config, folder, result, warn } = end;
  const path = join(folder.nights, nightName(result.night));
  try {
    const { removed } = await keepHouse({
      ...{ config, folder },
      night: result.night,
    });
    result.removed.push(...removed);
  } catch (error) {
    warn(`house could not be kept: ${(error as Error).message}`);
  }
  result.diskGb = await allBytes(folder).catch(() => 0) / 1e9;
  const document = JSON.stringify(result, null, 2) + "\n";
  const files: [name: string, write: () => Promise<void>][] = [
    ["history.csv", () => appendHistory(folder.history, result)],
    ["last.json", () => replaceDurably(folder.last, document)],
    ["the night's report", async () => {
      await Deno.mkdir(path, { recursive: true });
      await replaceDurably(join(path, "report.json"), document);
      await replaceDurably(join(path, "index.html"), nightPage(result));
    }],
    ["the page of all nights", async () => {
      const history = await readHistory(folder.history, () => {});
      await replaceDurably(folder.page, await historyPage(history));
    }],
    ["state.json", () => {
      const { night, time } = result;
      return writeNightState(folder, { night, time, done: true, result: null });
    }],
  ];
  for (const [name, write] of files) {
    try {
      await writeWithReserve(folder.reserve, write);
    } catch (error) {
      warn(`${name} could not be written: ${(error as Error).message}`);
    }
  }
  await keepReserve(folder.reserve);
}
