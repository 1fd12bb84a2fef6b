/** Which night it is, and whether the last one came to its end. */
import { namesIn } from "../files.ts";
import { replaceDurably } from "../system/mod.ts";
import type { HistoryLine } from "./history.ts";
import { type ChampionFolder, nightOf } from "./paths.ts";
import type { NightResult } from "./result.ts";

/** The content of `state.json`. */
export interface NightState {
  night: number;
  /** When it began, ISO 8601. */
  time: string;
  /** Whether its line stands in the history. */
  done: boolean;
  /** What will be told of it, once that is decided. */
  result: NightResult | null;
}

/** @returns null if there is none, or it cannot be read */
export async function readNightState(
  { state }: ChampionFolder,
): Promise<NightState | null> {
  try {
    const read: Partial<NightState> | null = JSON.parse(
      await Deno.readTextFile(state),
    );
    return Number.isSafeInteger(read?.night) ? read as NightState : null;
  } catch {
    return null;
  }
}

/** Writes `state.json`, on the disk when this returns. */
export async function writeNightState(
  folder: ChampionFolder,
  state: NightState,
): Promise<void> {
  await replaceDurably(folder.state, JSON.stringify(state) + "\n");
}

/**
 * The number of the night that begins: above all that left a trace, so that no
 * night's seeds come back though one of the traces is lost.
 */
export async function nextNight(
  folder: ChampionFolder,
  history: readonly HistoryLine[],
): Promise<number> {
  const state = await readNightState(folder);
  const names = [
    ...await namesIn(folder.agents),
    ...await namesIn(folder.nights),
  ];
  return 1 + Math.max(
    0,
    state?.night ?? 0,
    ...history.map(({ night }) => night),
    ...names.map((name) => nightOf(name) ?? 0),
  );
}
