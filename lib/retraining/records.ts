/**
 * Writing down what a night did, and reading it back. `report.json` in the
 * night's folder is the one record: it says `running` until the night has ended.
 */
import { join } from "node:path";
import { whyNotWritten } from "../errors.ts";
import { ifThere, namesIn, readText } from "../files.ts";
import { replaceDurably, withReserve } from "../system/mod.ts";
import { readChampion } from "./champion.ts";
import { addLine } from "./history.ts";
import { historyPage, nightPage } from "./pages.ts";
import { type ChampionFolder, nightOf, nightPath } from "./paths.ts";
import {
  hasEnded,
  type NightRecord,
  type NightResult,
  recordSchema,
} from "./result.ts";

/** Name of the record in a night's folder. */
export const RECORD = "report.json";

/**
 * The nights of which there is a record, in their order.
 *
 * @param warn told of each record that cannot be used, in a sentence
 */
export async function readNights(
  folder: ChampionFolder,
  warn: (message: string) => void,
): Promise<NightRecord[]> {
  const records: NightRecord[] = [];
  for (const name of await namesIn(folder.nights)) {
    const file = join(folder.nights, name, RECORD);
    try {
      const text = await ifThere(readText(file));
      if (text !== null) records.push(recordSchema.parse(JSON.parse(text)));
    } catch {
      warn(`${file} is no record of a night; it is left out`);
    }
  }
  return records.sort((a, b) => a.night - b.night);
}

/**
 * The number of the night that begins: above all that left a trace, so that no
 * night's seeds come back though most of the traces are lost.
 */
export async function nextNight(folder: ChampionFolder): Promise<number> {
  const traces = [folder.agents, folder.nights].map((each) => namesIn(each));
  const names = (await Promise.all(traces)).flat();
  const history = await ifThere(readText(folder.history)) ?? "";
  return 1 + Math.max(
    0,
    ...names.map((name) => nightOf(name) ?? 0),
    ...Array.from(history.matchAll(/^(\d{1,6}),/gm), ([, night]) => +night!),
  );
}

/** Writes a night's record, on the disk when this returns. */
export async function writeRecord(
  folder: ChampionFolder,
  record: NightRecord,
): Promise<void> {
  const path = nightPath(folder, record.night);
  await Deno.mkdir(path, { recursive: true });
  await replaceDurably(join(path, RECORD), asJson(record));
}

/** Writes the record of a night that begins, and that it does. */
export async function beginNight(
  folder: ChampionFolder,
  record: NightRecord,
): Promise<void> {
  await withReserve(folder.reserve, async () => {
    await writeRecord(folder, record);
    await beat(folder, record);
  });
}

/**
 * Writes what is told of a night that has ended: its record and page, its line
 * in `history.csv`, `last.json`, the page of all nights and the heartbeat.
 *
 * @param warn told of what could not be written, in sentences
 */
export async function tellNight(
  folder: ChampionFolder,
  night: NightResult,
  warn: (message: string) => void,
): Promise<void> {
  const files: Record<string, () => Promise<void>> = {
    "the night's record": () => writeRecord(folder, night),
    "the night's page": () =>
      replaceDurably(
        join(nightPath(folder, night.night), "index.html"),
        nightPage(night),
      ),
    "history.csv": () => addLine(folder.history, night),
    "last.json": () => replaceDurably(folder.last, asJson(night)),
    "the page of all nights": async () => {
      const nights = await readNights(folder, () => {});
      await replaceDurably(folder.page, await historyPage(nights));
    },
    "the heartbeat": () => beat(folder, night),
  };
  await withReserve(folder.reserve, async () => {
    for (const [name, write] of Object.entries(files)) {
      await write().catch((error) =>
        warn(`${name} could not be written: ${whyNotWritten(error)}`)
      );
    }
  });
}

const asJson = (record: NightRecord) => JSON.stringify(record, null, 2) + "\n";

/** For monitoring: what goes on now, or how the last night ended. */
async function beat(
  { heartbeat, state }: ChampionFolder,
  record: NightRecord,
): Promise<void> {
  const { result, night, time } = record;
  const beat = { time: new Date(), state: result, pid: Deno.pid };
  await replaceDurably(heartbeat, JSON.stringify(beat) + "\n");
  const done = hasEnded(record);
  const text = JSON.stringify({ night, time, done, result: null });
  await replaceDurably(state, text + "\n");
}

/**
 * Tells of nights that were broken off. Their result stands if all that was
 * left to do was to tell it. Only for who holds the lock.
 *
 * @param warn told of each of them, in a sentence
 */
export async function endInterrupted(
  folder: ChampionFolder,
  warn: (message: string) => void,
): Promise<void> {
  const nights = await readNights(folder, warn);
  const champion = await readChampion(folder).catch(() => null);
  for (const night of nights) {
    if (hasEnded(night)) continue;
    const ended: NightResult = champion?.info.night === night.night
      ? { ...night, result: "promoted" }
      : {
        ...night,
        result: "failed",
        reason: "its process ended before the night did: it was killed, or " +
          "the machine stopped",
      };
    await tellNight(folder, ended, warn);
    warn(`night ${night.night} was broken off; its line is written now`);
  }
}
