/** Who is champion after a night. Pure. */
import {
  HELD_OUT_SEEDS_PER_NIGHT,
  HELD_OUT_SEEDS_START,
} from "../config/mod.ts";
import { type Interval, pairedDifference } from "../evaluation/mod.ts";

/** An agent's games on the night's seeds. */
export interface Contender {
  /** Points, in the order of the seeds. */
  scores: readonly number[];
  /** Share of the games, 0 to 1, that reached the cap. */
  capped: number;
  /** Numbers that its network learned: what a decision costs. */
  parameters: number;
}

/** Whether the challenger becomes champion. */
export interface Decision {
  result: "promoted" | "kept";
  /** Why, in a sentence without its full stop. */
  reason: string;
  /** Mean of challenger minus champion, in points per game. */
  difference: number;
  difference95: Interval;
}

/**
 * The challenger is promoted only if it is better beyond chance: the lower end
 * of the 95 % interval of the paired difference is above 0. Where both reached
 * the cap in all games they are equal, and the smaller network is champion.
 *
 * @throws RangeError when the two did not play the same number of games
 */
export function decide(challenger: Contender, champion: Contender): Decision {
  const figures = pairedDifference(challenger.scores, champion.scores);
  const { difference, difference95: [low, high] } = figures;
  if (challenger.capped === 1 && champion.capped === 1) {
    const [new_, old] = [challenger.parameters, champion.parameters];
    return {
      ...figures,
      ...(new_ < old
        ? {
          result: "promoted",
          reason: "both reached the cap in all games, and the challenger's " +
            `network is the smaller one (${new_} parameters, not ${old})`,
        }
        : {
          result: "kept",
          reason: "both reached the cap in all games, and the challenger's " +
            "network is not smaller",
        }),
    };
  }
  const size = Math.abs(difference).toFixed(0);
  if (low > 0) {
    return {
      ...figures,
      result: "promoted",
      reason: `the challenger made ${size} points more per game`,
    };
  }
  return {
    ...figures,
    result: "kept",
    reason: high < 0
      ? `the challenger made ${size} points fewer per game`
      : difference === 0
      ? "the challenger made as many points"
      : `the challenger made ${size} points ${
        difference > 0 ? "more" : "fewer"
      } per game, which may be chance`,
  };
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
