/**
 * The night of a lock-step game: the page fades it in and out by CSS, which no
 * clock here drives, and its moon remembers the nights before. `createSky` is
 * injected as text, so it must use nothing from outside itself.
 */
import type { InnerRunner } from "./page_objects.ts";

/** What {@linkcode createSky} makes. */
export interface Sky {
  /**
   * How far the picture is inverted, 0 to 1, by the page's CSS transition.
   *
   * @param night whether it is night.
   * @param frames that were rendered since night fell, or day broke.
   */
  inversion(night: boolean, frames: number): number;
  /**
   * Puts the moon where the nights until `points` would have left it: it moves
   * only by night, and each night shows its next phase.
   */
  moveMoon(
    nightMode: InnerRunner["horizon"]["nightMode"],
    points: number,
  ): void;
}

/** Runs in the page. @param frameMs milliseconds per rendered frame. */
export function createSky(frameMs: number): Sky {
  /** The page fades between day and night for so long. */
  const NIGHT_MS = 1500;
  /** The page's: points between nights; phases, width and way of its moon. */
  const NIGHT_EVERY = 700;
  const MOON_PHASES = 7;
  const MOON_WIDTH = 20;
  const MOON_PER_NIGHT = 187;

  /** The page's `cubic-bezier(0.65, 0.05, 0.36, 1)` at a time of 0 to 1. */
  function eased(time: number): number {
    if (time >= 1) return 1;
    const bezier = (t: number, first: number, second: number) =>
      3 * (1 - t) ** 2 * t * first + 3 * (1 - t) * t ** 2 * second + t ** 3;
    let low = 0;
    let high = 1;
    for (let i = 0; i < 20; i++) {
      const middle = (low + high) / 2;
      if (bezier(middle, 0.65, 0.36) < time) low = middle;
      else high = middle;
    }
    return bezier(low, 0.05, 1);
  }

  return {
    inversion(night, frames) {
      const share = eased(frames * frameMs / NIGHT_MS);
      return night ? share : 1 - share;
    },
    moveMoon(nightMode, points) {
      const nights = Math.floor((points - 1) / NIGHT_EVERY);
      nightMode.currentPhase = nights % MOON_PHASES;
      // Once it has left at the left it enters again, at what the page takes
      // for the sky's right edge: its height, 150.
      const path = nightMode.containerWidth + MOON_WIDTH;
      const moved = nights * MOON_PER_NIGHT % path;
      nightMode.xPos = moved <= MOON_WIDTH ? -moved : path - moved;
    },
  };
}
