/**
 * Which seeds are for what: a figure that is reported never comes from a seed
 * that was trained on, or that chose a checkpoint.
 */
import { HELD_OUT_SEEDS_START, TRAINING_SEEDS_END } from "../config/mod.ts";
import { UsageError } from "../errors.ts";

/** `selection`: evaluations in training, which choose. `test`: final figures. */
export type SeedPurpose = "selection" | "test";

/**
 * The first of `episodes` seeds for a purpose: 500,000 up to 999,999 to
 * choose by, 1,000,000 and up to report.
 *
 * @throws UsageError when there are not so many seeds for that purpose
 */
export function firstSeedFor(purpose: SeedPurpose, episodes: number): number {
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
