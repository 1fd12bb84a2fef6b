/** `deno task retrain`: a night with its lock, its limit and its one line. */
import { join } from "node:path";
import type { Config } from "../config/mod.ts";
import { DinoDqnError, UsageError } from "../errors.ts";
import { acquireLock } from "../system/mod.ts";
import { readChampion } from "./champion.ts";
import { firstSeedOfNight } from "./decision.ts";
import { keepReserve, writeWithReserve } from "./disk.ts";
import { type HeartbeatState, writeHeartbeat } from "./heartbeat.ts";
import { readHistory } from "./history.ts";
import { checkRetention } from "./housekeeping.ts";
import { playNight } from "./night.ts";
import { NightLog, rotateLog } from "./night_log.ts";
import { nextNight, readNightState, writeNightState } from "./night_state.ts";
import { notify } from "./notify.ts";
import { type ChampionFolder, championFolderAt, nightName } from "./paths.ts";
import { finishNight } from "./records.ts";
import type { NightResult } from "./result.ts";

/** Longest time that a timer can be set to, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How a night is started. */
export interface RetrainOptions {
  config: Config;
  /** Stops the night: training is saved, the champion stays. */
  signal: AbortSignal;
  /** Shows a line to whoever watches. */
  say: (line: string) => void;
}

/**
 * Plays one night and writes down what it did. Whatever goes wrong during the
 * night is its result, not an error.
 *
 * @throws RunLockedError when another process retrains, UsageError when the
 * config cannot work here; then it was no night
 */
export async function retrain(options: RetrainOptions): Promise<NightResult> {
  const { config, say } = options;
  checkRetention(config);
  const folder = championFolderAt();
  await makeFolder(folder);
  using _lock = await acquireLock(folder.lock, "Retraining");
  await checkGame(config, folder);
  const warnings: string[] = [];
  const warn = (message: string) => {
    say(`warning: ${message}`);
    warnings.push(message);
  };
  await keepReserve(folder.reserve);
  await finishInterrupted(folder, config, warn);
  await rotateLog(folder.log).catch((error) => warn(error.message));

  const history = await readHistory(folder.history, warn);
  const night = await nextNight(folder, history);
  const result: NightResult = { ...emptyResult(config, night), warnings };
  await beat(folder, "running", say);
  await playWithin(options, folder, result);
  await finishNight({ config, folder, result, warn });
  await beat(folder, result.result, say);
  const untold = await notify(config.notify, result);
  if (untold) warn(untold);
  return result;
}

async function makeFolder({ path, nights }: ChampionFolder): Promise<void> {
  try {
    await Deno.mkdir(nights, { recursive: true });
  } catch (cause) {
    throw new UsageError(
      `Cannot make ${path}: ${(cause as Error).message}; its parent must be ` +
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
  { game }: Config,
  folder: ChampionFolder,
): Promise<void> {
  const champion = await readChampion(folder).catch(() => null);
  if (!champion) return;
  const { speed, birds, clouds, night } = champion.info.game;
  const former = { speed, birds, clouds, night };
  const changed = Object.entries(former).filter(([key, value]) =>
    game[key as keyof typeof former] !== value
  );
  if (changed.length === 0) return;
  throw new UsageError(
    `The champion in ${folder.path} plays another game: ${
      changed.map(([key, value]) => `game.${key} ${value}`).join(", ")
    }; use its config, or another folder for data (DINO_DATA)`,
  );
}

function emptyResult({ retraining }: Config, night: number): NightResult {
  return {
    result: "failed",
    reason: "it did not come to its end",
    champion: null,
    challenger: null,
    difference: null,
    difference95: null,
    night,
    time: new Date().toISOString(),
    minutes: 0,
    episodes: retraining.episodes,
    firstSeed: firstSeedOfNight(night),
    maxScore: retraining.maxScore,
    steps: 0,
    pageScript: null,
    pageChange: null,
    diskGb: 0,
    removed: [],
    warnings: [],
  };
}

/** Plays the night until it ends, fails, is stopped or takes too long. */
async function playWithin(
  { config, signal, say }: RetrainOptions,
  folder: ChampionFolder,
  result: NightResult,
): Promise<void> {
  const { hardLimitMinutes: minutes } = config.retraining;
  const start = performance.now();
  const ending = new AbortController();
  const limit = setTimeout(
    () =>
      ending.abort(
        new DinoDqnError(
          `the hard limit of ${minutes} minutes was reached; training is saved`,
        ),
      ),
    Math.min(minutes * 60_000, LONGEST_TIMER_MS),
  );
  const stopped = () =>
    ending.abort(new DinoDqnError("it was stopped; training is saved"));
  signal.addEventListener("abort", stopped);
  const { night, time } = result;
  const state = { night, time, done: false };
  try {
    await writeWithReserve(
      folder.reserve,
      () => writeNightState(folder, { ...state, result: null }),
    );
    const path = join(folder.nights, nightName(night));
    await Deno.mkdir(path, { recursive: true });
    await playNight({
      ...{ config, folder, result },
      log: new NightLog(join(path, "log.txt"), say),
      signal: ending.signal,
      beforeCrowning: () => {
        result.minutes = (performance.now() - start) / 60_000;
        return writeNightState(folder, { ...state, result });
      },
    });
  } catch (error) {
    result.result = "failed";
    result.reason = failureReason(error);
  } finally {
    clearTimeout(limit);
    signal.removeEventListener("abort", stopped);
    result.minutes = (performance.now() - start) / 60_000;
  }
}

/** A reason is part of a sentence: without a full stop, in one line. */
function failureReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, " ").replace(/\.$/, "") || "an unknown error";
}

/**
 * Writes the line of a night whose process ended before it could. Its result
 * stands if all that was left to do was to tell it.
 */
async function finishInterrupted(
  folder: ChampionFolder,
  config: Config,
  warn: (message: string) => void,
): Promise<void> {
  const state = await readNightState(folder);
  if (state === null || state.done) return;
  const champion = await readChampion(folder).catch(() => null);
  const crowned = state.result !== null &&
    champion?.info.night === state.night;
  const result: NightResult = crowned ? state.result! : {
    ...emptyResult(config, state.night),
    time: state.time,
    reason: "its process ended before the night did: it was killed, or the " +
      "machine stopped",
  };
  warn(`night ${state.night} was broken off; its line is written now`);
  await finishNight({ config, folder, result, warn });
}

async function beat(
  { heartbeat }: ChampionFolder,
  state: HeartbeatState,
  say: (line: string) => void,
): Promise<void> {
  const problem = await writeHeartbeat(heartbeat, state);
  if (problem) say(`warning: ${problem}`);
}
