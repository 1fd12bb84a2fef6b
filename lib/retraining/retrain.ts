/** `deno task retrain`: a night with its lock, its limit and its one line. */
import { join } from "node:path";
import { type Config, differenceText } from "../config/mod.ts";
import { UsageError, whyNotWritten } from "../errors.ts";
import { firstSeedOfNight, gameDifferences } from "../evaluation/mod.ts";
import { acquireLock, Log, notify, rotateLog } from "../system/mod.ts";
import { timerMs } from "../time.ts";
import { readChampion } from "./champion.ts";
import { allBytes, checkRetention, keepHouse } from "./house.ts";
import { playNight } from "./night.ts";
import { type ChampionFolder, championFolderAt, nightPath } from "./paths.ts";
import { beginNight, endInterrupted, nextNight, tellNight } from "./records.ts";
import {
  type NightRecord,
  type NightResult,
  recordSchema,
  warningsOf,
} from "./result.ts";
import { commandsOf, type NightParts } from "./steps.ts";

/** How a night is started. */
export interface RetrainOptions {
  config: Config;
  /** Stops the night: training is saved, the champion stays. */
  signal: AbortSignal;
  /** Shows a line to whoever watches. */
  say: (line: string) => void;
  /** @default {championFolderAt()} */
  folder?: ChampionFolder;
  /** What trains and plays. @default {commandsOf()} */
  parts?: NightParts;
}

/**
 * Plays one night and writes down what it did. Whatever goes wrong during the
 * night is its result, not an error.
 *
 * @throws RunLockedError when another process retrains, UsageError when the
 * config cannot work here; then it was no night
 */
export async function retrain(options: RetrainOptions): Promise<NightResult> {
  const { config, say, folder = championFolderAt() } = options;
  checkRetention(config);
  await makeFolder(folder);
  using _lock = await acquireLock(folder.lock, "Retraining");
  await checkGame(config, folder, say);
  const record = newRecord(config, await nextNight(folder));
  const warn = warningsOf(record, say);
  await endInterrupted(folder, warn);
  await rotateLog(folder.log).catch((error) => warn(error.message));

  const result = await playWithin({ ...options, folder }, record);
  try {
    result.removed.push(...await keepHouse(config, folder, result.night));
  } catch (error) {
    warn(`house could not be kept: ${(error as Error).message}`);
  }
  result.diskGb = await allBytes(folder).catch(() => 0) / 1e9;
  await tellNight(folder, result, warn);
  const untold = await notify(config.notify, result);
  if (untold) warn(untold);
  return result;
}

async function makeFolder({ path, nights }: ChampionFolder): Promise<void> {
  try {
    await Deno.mkdir(nights, { recursive: true });
  } catch (cause) {
    throw new UsageError(
      `Cannot make ${path}: ${whyNotWritten(cause)}; its parent must be ` +
        "a folder that this user may write to, with free space",
      { cause },
    );
  }
}

/**
 * That the champion plays the game of the config; a damaged one is the night's
 * to tell.
 */
async function checkGame(
  config: Config,
  folder: ChampionFolder,
  say: (line: string) => void,
): Promise<void> {
  const champion = await readChampion(folder).catch(() => null);
  if (!champion) return;
  const former = { ...config, game: champion.info.game };
  const { game: changed, player } = gameDifferences(former, config);
  if (changed.length > 0) {
    throw new UsageError(
      `The champion in ${folder.path} plays another game: ${
        changed.map(({ key, before }) => `${key} ${before}`).join(", ")
      }; use its config, or another folder for data (DINO_DATA)`,
    );
  }
  if (player.length === 0) return;
  say(
    "note: the champion acts in another way than the challenger: " +
      player.map(differenceText).join("; "),
  );
}

function newRecord(
  { retraining: { episodes, maxScore } }: Config,
  night: number,
): NightRecord {
  return recordSchema.parse({
    ...{ night, time: new Date().toISOString() },
    ...{ episodes, firstSeed: firstSeedOfNight(night), maxScore },
  });
}

/** Plays the night until it ends, fails, is stopped or takes too long. */
async function playWithin(
  { config, signal, say, folder, parts = commandsOf() }:
    & RetrainOptions
    & { folder: ChampionFolder },
  record: NightRecord,
): Promise<NightResult> {
  const { hardLimitMinutes } = config.retraining;
  const start = performance.now();
  const limit = AbortSignal.timeout(timerMs(hardLimitMinutes * 60));
  try {
    await beginNight(folder, record);
    const path = join(nightPath(folder, record.night), "log.txt");
    await playNight({
      ...{ config, folder, parts, record },
      log: new Log(path, say),
      signal: AbortSignal.any([signal, limit]),
    });
  } catch (error) {
    record.result = "failed";
    record.reason = signal.aborted
      ? "it was stopped; training is saved"
      : limit.aborted
      ? `the hard limit of ${hardLimitMinutes} minutes was reached; training ` +
        "is saved"
      : reasonOf(error);
  }
  record.minutes = (performance.now() - start) / 60_000;
  return record as NightResult;
}

/** A reason is part of a sentence: without a full stop, in one line. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, " ").replace(/\.$/, "") || "an unknown error";
}
