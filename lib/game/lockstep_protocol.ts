/** What the injected script and this side of it agree on. Types only. */
import type { EpisodeStart, GameState } from "./types.ts";

/** What the injected script is told; JSON-safe. */
export interface LockstepOptions {
  /** Rendered frames per decision. */
  frameSkip: number;
  /** Whether a down key that has lost its effect is pressed anew. */
  duckAnew: boolean;
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
  /**
   * `recorded`: painted when asked for; `native`: by the page's own canvas, to
   * hold the other to it.
   */
  drawing: "recorded" | "native";
  /** What a step brings back: scaled frames, or the whole crop. */
  pixels: "frame" | "crop";
}

/** One output pixel of a separable filter, in one dimension. */
export interface Taps {
  /** Index of the first input. */
  start: number;
  /** Weights of the inputs from `start` on; their sum is 1. */
  weights: number[];
}

/** What Deno may ask of the page; all answers are JSON or base64. */
export interface LockstepApi {
  /**
   * Waits for the page's pictures. Names what the page lacks, and says whether
   * its game can be played in real time all the same.
   */
  open(): Promise<
    { missing: string[]; width: number; obstacles: string[]; live: boolean }
  >;
  /**
   * Takes `count` games for a batch of its own.
   *
   * @param maxSteps decisions after which an episode is truncated; null: never.
   */
  createBatch(count: number, maxSteps: number | null): number;
  /** Gives a batch's games back. */
  closeBatch(batch: number): void;
  /**
   * One decision in each game.
   *
   * @param actions of each game, or `PARKED`: it stands still.
   * @param next what games play after their running episode, where it changed.
   */
  step(
    batch: number,
    actions: number[],
    next: [game: number, start: EpisodeStart | null][],
  ): string;
  /**
   * Plays decisions of one game without its pixels, except for those of the
   * last `frames` of them; of the first frame, where it has fewer.
   *
   * @param begin the episode to begin first; null: goes on.
   */
  replay(
    batch: number,
    game: number,
    actions: number[],
    frames: number,
    begin: EpisodeStart | null,
  ): string;
  /** Whole pictures, [games, 150, 552] grey, as a screenshot shows them. */
  pictures(batch: number): string;
  states(batch: number): GameState[];
  /** Milliseconds of real time spent in steps since the page was opened. */
  busyMs(): number;
}
