/** How games in real time were paced: their scores depend on the machine. */
import { mean, sum } from "d3-array";
import { FRAMES_PER_SECOND } from "../constants.ts";
import type { Delay } from "../env/types.ts";
import type { PlayedGame } from "./games.ts";
import { median } from "./statistics.ts";

/** The pace of live games, and how busy the machine was. */
export interface Pace {
  /** How late decisions were: medians of the games' medians and 95 % quantiles. */
  lateMs: Delay;
  /**
   * The same of the time from a frame to the keys that answer it: what comes after
   * the next frame is a frame late. Absent: not measured.
   */
  keyMs?: Delay;
  /** Milliseconds of play between two decisions. */
  decisionMs: number;
  /** Processes that wanted a processor, as `uptime` has it: mean over the games. */
  load: number;
  /** Processors. */
  cores: number;
}

/** The pace of games; null of games in lock-step, which have none. */
export function paceOf(games: readonly PlayedGame[]): Pace | null {
  const live = games.flatMap(({ live }) => live ?? []);
  if (live.length === 0) return null;
  const middle = (delays: Delay[]) => ({
    median: median(delays.map(({ median }) => median)),
    p95: median(delays.map(({ p95 }) => p95)),
  });
  const keys = live.flatMap(({ keyMs }) => keyMs ?? []);
  const seconds = sum(games, ({ frames }) => frames) / FRAMES_PER_SECOND;
  return {
    lateMs: middle(live.map(({ lateMs }) => lateMs)),
    ...(keys.length > 0 && { keyMs: middle(keys) }),
    decisionMs: 1000 * seconds / sum(games, ({ played }) => played.length),
    load: mean(live, ({ load }) => load)!,
    cores: navigator.hardwareConcurrency,
  };
}
