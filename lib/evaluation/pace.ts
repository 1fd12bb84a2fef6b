/** How games in real time were paced: their scores depend on the machine. */
import { mean, sum } from "d3-array";
import { FRAMES_PER_SECOND } from "../constants.ts";
import type { PlayedGame } from "./games.ts";
import { median } from "./statistics.ts";

/** The pace of live games, and how busy the machine was. */
export interface Pace {
  /** How late decisions were: medians of the games' medians and 95 % quantiles. */
  lateMs: { median: number; p95: number };
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
  const late = (which: "median" | "p95") =>
    median(live.map(({ lateMs }) => lateMs[which]));
  const seconds = sum(games, ({ frames }) => frames) / FRAMES_PER_SECOND;
  return {
    lateMs: { median: late("median"), p95: late("p95") },
    decisionMs: 1000 * seconds / sum(games, ({ played }) => played.length),
    load: mean(live, ({ load }) => load)!,
    cores: navigator.hardwareConcurrency,
  };
}
