/** How soon a training solves its game. */
import { createLearner, createMemory, resolveNetwork } from "../agent/mod.ts";
import { loadPlayer } from "../agents/mod.ts";
import type { Config } from "../config/mod.ts";
import { Environments } from "../env/mod.ts";
import { hash32, Random } from "../random.ts";
import {
  findTeacher,
  freshCounters,
  openEvaluationGames,
  playGreedily,
  train,
  trainingEpisodes,
} from "../training/mod.ts";

/** Greedy games on unseen seeds, between two steps of the training. */
export interface SolveSample {
  /** Agent steps so far. */
  steps: number;
  /** Seconds since training began, that these games took too. */
  seconds: number;
  /** Mean of their scores. */
  mean: number;
  /** Games that ended at `evaluation.maxScore`. */
  capped: number;
}

/** Result of {@linkcode benchSolve}. */
export interface SolveBench {
  /** Whether all games of the last sample ended at the cap. */
  solved: boolean;
  samples: SolveSample[];
}

/**
 * Trains as `deno task train` does, but for games that begin before crashes,
 * until all of `evaluation.finalEpisodes` unseen games end at the cap, and
 * writes nothing: to be held against another program's training. A training
 * must not choose by unseen seeds, so it says how soon, and not how well.
 *
 * @param config `evaluation.every` says when they are played
 * @param onSample called after each of them
 * @throws what `Environments.open`, `createLearner` and `train` throw
 */
export async function benchSolve(
  config: Config,
  onSample: (sample: SolveSample) => void,
): Promise<SolveBench> {
  const { seed, evaluation } = config;
  const network = resolveNetwork(config.network, config.game.actions);
  const taughtBy = await findTeacher(config);
  using learner = await createLearner(
    ...[config, network, new Random(hash32(seed, 0))] as const,
  );
  using teacher = taughtBy && await loadPlayer(taughtBy);
  await using environments = await Environments.open(config);
  await using env = await environments.create({ training: true });
  await using matches = await openEvaluationGames(config, environments);
  const counters = freshCounters();
  const { signal } = new AbortController();
  const samples: SolveSample[] = [];
  const began = performance.now();
  const reason = await train(
    {
      config: {
        ...config,
        evaluation: { ...evaluation, target: evaluation.maxScore },
      },
      ...{ env, learner, teacher, memory: createMemory(config), counters },
      random: new Random(hash32(seed, 1)),
    },
    await env.reset(trainingEpisodes(config)),
    {
      onGame: () => {},
      onInterval: () => {},
      async evaluate() {
        const purpose = "test";
        const played = await playGreedily(
          ...[config, learner, matches, { purpose, least: 0, signal }] as const,
        );
        const { mean, scores, cap } = played!;
        const capped = scores.filter((score) => score >= cap).length;
        const seconds = (performance.now() - began) / 1000;
        samples.push({ steps: counters.step, seconds, mean, capped });
        onSample(samples.at(-1)!);
        return mean;
      },
      checkpoint: () => Promise.resolve(),
    },
    signal,
  );
  return { solved: reason === "target", samples };
}
