/**
 * Which seeds are for what: a figure that is reported never comes from a seed
 * that was trained on, or that chose a checkpoint.
 */
import {
  HELD_OUT_SEEDS_PER_NIGHT,
  HELD_OUT_SEEDS_START,
  TRAINING_SEEDS_END,
} from "../config/mod.ts";
import { UsageError } from "../errors.ts";

/** What games on some seeds say. */
export type SeedPurpose =
  | "training" // some of them may have been learned from
  | "selection" // they chose: a checkpoint, or who is champion
  | "promotion" // some of them choose champions in nights
  | "test"; // nothing was learned from them or chosen by them

/** Games by their seeds. */
export interface SeededGames {
  episodes: number;
  /** The seeds are this and the following ones. */
  firstSeed: number;
  /** Whether they chose the agent among others; absent: as the seeds say. */
  chose?: boolean;
}

/** What games on these seeds say. */
export function seedPurpose(
  { firstSeed, episodes, chose }: SeededGames,
): SeedPurpose {
  if (firstSeed < TRAINING_SEEDS_END) return "training";
  if (chose !== undefined) return chose ? "selection" : "test";
  if (firstSeed < HELD_OUT_SEEDS_START) return "selection";
  const firstNight = HELD_OUT_SEEDS_START + HELD_OUT_SEEDS_PER_NIGHT;
  return firstSeed + episodes <= firstNight ? "test" : "promotion";
}

/**
 * The first of `episodes` seeds for a purpose: 500,000 up to 999,999 to
 * choose by, 1,000,000 and up to report.
 *
 * @throws UsageError when there are not so many seeds for that purpose
 */
export function firstSeedFor(
  purpose: "selection" | "test",
  episodes: number,
): number {
  if (purpose === "test") return HELD_OUT_SEEDS_START;
  if (TRAINING_SEEDS_END + episodes > HELD_OUT_SEEDS_START) {
    throw new UsageError(
      `An evaluation in training has at most ${
        HELD_OUT_SEEDS_START - TRAINING_SEEDS_END
      } seeds, but ${episodes} episodes were asked for.`,
    );
  }
  return TRAINING_SEEDS_END;
}

/**
 * The first seed of a night's games. It follows the night's number and not the
 * clock: a clock that is set back must not bring seeds back.
 *
 * @param night from 1
 */
export function firstSeedOfNight(night: number): number {
  return HELD_OUT_SEEDS_START + night * HELD_OUT_SEEDS_PER_NIGHT;
}

/**
 * The first seed of the games that choose a night's challenger among several:
 * never the first ones, which have chosen the challengers' checkpoints.
 *
 * @param night from 1
 */
export function selectionSeedOfNight(night: number): number {
  const nights = (HELD_OUT_SEEDS_START - TRAINING_SEEDS_END) /
      HELD_OUT_SEEDS_PER_NIGHT - 1;
  return TRAINING_SEEDS_END +
    ((night - 1) % nights + 1) * HELD_OUT_SEEDS_PER_NIGHT;
}
