/**
 * What the injected script and this side of the protocol agree on. Types, and
 * one constant that is injected with the script.
 */
import type { GameState } from "./types.ts";

/** What the injected script is told; JSON-safe. */
export interface LockstepOptions {
  /** Milliseconds per rendered frame. */
  frameMs: number;
  /** Rendered frames per decision. */
  frameSkip: number;
  /** Pixels per frame; null: the game's own, accelerating. */
  speed: number | null;
  birds: boolean;
  clouds: boolean;
  night: boolean;
  /** Side of an observation's frame, in pixels. */
  frameSize: number;
  /** What a frame's strongest ink is stretched to. */
  fullInk: number;
  /** The part of the canvas that is observed, in canvas pixels. */
  crop: { x: number; y: number; width: number; height: number };
  /** For each output column and row: first input pixel, and its weights. */
  columns: Taps[];
  rows: Taps[];
  /** `recorded`: painted when asked for; `native`: by the page's own canvas. */
  drawing: "recorded" | "native";
  /** What a step brings back: scaled frames, or the whole crop. */
  pixels: "frame" | "crop";
}

/** One output pixel of a separable filter, in one dimension. */
export interface Taps {
  start: number;
  weights: number[];
}

/** How an episode begins, in the page's words. */
export interface PageEpisode {
  seed: number;
  speed?: number;
  points?: number;
  live?: { delay: number; jitter: number; x: number };
  maxScore?: number;
}

/**
 * Where the values of a game's record stand; the records of all games come
 * ahead of the pixels in a step's answer. Four bytes each, speeds as float32,
 * the others as int32.
 */
export const RECORD = {
  /** 0: parked, 1: playing, 2: crashed, 3: truncated. */
  outcome: 0,
  score: 1,
  frames: 2,
  /** Index of the nearest obstacle's type, -1: none. */
  obstacle: 3,
  speed: 4,
  /** Speed of the episode that began in this step, or `speed`. */
  nextSpeed: 5,
  length: 6,
} as const;

/** What Deno may ask of the page; all answers are JSON or base64. */
export interface LockstepApi {
  /** Waits for the page's pictures. Names what the page lacks. */
  open(): Promise<{ missing: string[]; width: number; obstacles: string[] }>;
  /** Takes `count` games for a batch of its own. */
  createBatch(count: number): number;
  /** Gives a batch's games back. */
  closeBatch(batch: number): void;
  /** Begins an episode in each game that is given one; parks the others. */
  reset(batch: number, episodes: (PageEpisode | null)[]): string;
  /**
   * One decision in each game.
   * @param actions one character per game: an action's digit, plus 4 when the
   * episode is to be truncated after it; `.`: the game is parked.
   * @param next what games play after their running episode, where it changed.
   */
  step(
    batch: number,
    actions: string,
    next: [game: number, episode: PageEpisode | null][],
  ): string;
  /**
   * Plays decisions of one game without its pixels, except for those of the
   * last `frames` of them.
   * @param begin the episode to begin first; absent: goes on.
   */
  replay(
    batch: number,
    game: number,
    actions: string,
    frames: number,
    begin?: PageEpisode,
  ): string;
  /** Whole pictures, [games, 150, 552] grey, as a screenshot shows them. */
  pictures(batch: number): string;
  states(batch: number): GameState[];
  /** Milliseconds of real time spent in steps since the page was opened. */
  busyMs(): number;
}
