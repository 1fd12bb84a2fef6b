import { nearestOf } from "../nearest.ts";

/** What other programs call an option: that, and how it is written here. */
const ELSEWHERE: Record<string, readonly string[]> = {
  "--name": ["--run"],
  "--epochs": ["--steps"],
  "--games": ["--episodes"],
  "--seed": ["--first-seed"],
  "--gpu": ["--set", "learner.device=gpu"],
  "--lr": ["--set", "learner.learningRate=…"],
};

/**
 * `; did you mean X?` for a word that is not among the known ones, or the whole
 * list when none is near.
 */
export function nearest(word: string, known: readonly string[]): string {
  const meant = ELSEWHERE[word];
  const candidate = meant && known.includes(meant[0]!)
    ? meant.join(" ")
    : nearestOf(word, known);
  return candidate !== undefined
    ? `; did you mean ${candidate}?`
    : `; there is ${known.join(", ")}`;
}
