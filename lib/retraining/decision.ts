/** Who is champion after a night. Pure. */
import { pairedDifference } from "../evaluation/mod.ts";
import type { Contestant } from "./result.ts";

/** An agent that plays the night's games. */
export type Contender = Pick<Contestant, "capped" | "parameters"> & {
  /** Points, in the order of the seeds. */
  scores: readonly number[];
};

/** What is decided, and why: a sentence without its full stop. */
type Verdict = [result: "promoted" | "kept", reason: string];

/**
 * The challenger is promoted only if it is better beyond chance: the lower end
 * of the 95 % interval of the paired difference is above 0, which of equal
 * agents it is in at most 3 of 100 nights. Where both reached the cap in all
 * games they are equal, and the smaller network is champion.
 *
 * @returns with the mean of challenger minus champion, in points per game
 * @throws RangeError when the two did not play the same number of games
 */
export function decide(challenger: Contender, champion: Contender) {
  const figures = pairedDifference(challenger.scores, champion.scores);
  const { difference, difference95 } = figures;
  // Without an interval all games differ by the same.
  const [low, high] = difference95 ?? [difference, difference];
  const [result, reason] = challenger.capped === 1 && champion.capped === 1
    ? bySize(challenger.parameters, champion.parameters)
    : byPoints(difference, low, high);
  return { result, reason, ...figures };
}

function bySize(challenger: number, champion: number): Verdict {
  const reason = "both reached the cap in all games, and the challenger's " +
    "network is ";
  return challenger < champion
    ? [
      "promoted",
      `${reason}the smaller one (${challenger} parameters, not ${champion})`,
    ]
    : ["kept", `${reason}not smaller`];
}

function byPoints(difference: number, low: number, high: number): Verdict {
  const more = difference > 0 ? "more" : "fewer";
  const made = difference === 0
    ? "the challenger made as many points"
    : `the challenger made ${
      Math.abs(difference).toFixed(0)
    } points ${more} per game`;
  if (low > 0) return ["promoted", made];
  const isClear = high < 0 || difference === 0;
  return ["kept", isClear ? made : `${made}, which may be chance`];
}
