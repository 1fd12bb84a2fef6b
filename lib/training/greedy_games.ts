/** The greedy games of a training: they choose, they measure, they find crashes. */
import type { Learner } from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import type { Environments } from "../env/mod.ts";
import {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  firstSeedFor,
  type GameGroups,
  greedyPolicy,
  openGameGroups,
} from "../evaluation/mod.ts";

/** What an evaluation is for, which decides its seeds. */
export type Purpose = Parameters<typeof firstSeedFor>[0];

/** Games of their own in the same Chrome: training's stay where they are. */
export function openEvaluationGames(
  { env, evaluation }: Config,
  environments: Environments,
): Promise<GameGroups> {
  const { episodes, finalEpisodes } = evaluation;
  const { share, games } = env.crashStarts;
  return openGameGroups(
    environments,
    Math.max(episodes, finalEpisodes, share > 0 ? games : 0),
  );
}

/**
 * Plays the games of an evaluation.
 *
 * @param options.least mean below which it may end early
 * @returns null if the signal broke it off
 */
export function playGreedily(
  { evaluation }: Config,
  learner: Learner,
  matches: GameGroups,
  { purpose, least, signal }: {
    purpose: Purpose;
    least: number;
    signal: AbortSignal;
  },
): Promise<Evaluation | null> {
  const episodes = purpose === "test"
    ? evaluation.finalEpisodes
    : evaluation.episodes;
  return playUnless(signal, learner, matches, {
    episodes,
    firstSeed: firstSeedFor(purpose, episodes),
    maxScore: evaluation.maxScore,
    least,
  });
}

/** Greedy games; null if the signal broke them off. */
export async function playUnless(
  signal: AbortSignal,
  learner: Learner,
  { groups }: GameGroups,
  options: EvaluateOptions,
): Promise<Evaluation | null> {
  try {
    const policy = greedyPolicy(learner);
    return await evaluate(groups, policy, { ...options, signal });
  } catch (error) {
    if (signal.aborted && error === signal.reason) return null;
    throw error;
  }
}
