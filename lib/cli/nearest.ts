import { nearestOf } from "../nearest.ts";

const AGENT = ["AGENT, without an option", "RUN, without an option", "--from"];

/** What other programs call an option: that, and what it may be here. */
const ELSEWHERE: Record<string, readonly string[]> = {
  "--name": ["--run"],
  "--epochs": ["--steps"],
  "--games": ["--episodes"],
  "--seed": ["--first-seed"],
  "--model": AGENT,
  "--checkpoint": AGENT,
  "--run": AGENT,
  "--output": ["--out"],
  "--gpu": ["--set learner.device=gpu"],
  "--device": ["--set learner.device=…"],
  "--lr": ["--set learner.learningRate=…"],
  "--batch-size": ["--set learner.batchSize=…"],
};

/**
 * `; did you mean X?` for a word that is not among the known ones, or the whole
 * list when none is near.
 */
export function nearest(word: string, known: readonly string[]): string {
  const candidate =
    ELSEWHERE[word]?.find((meant) =>
      known.includes(meant.match(/^[-\w]+/)![0])
    ) ?? nearestOf(word, known);
  return candidate !== undefined
    ? `; did you mean ${candidate}?`
    : `; there is ${known.join(", ")}`;
}
