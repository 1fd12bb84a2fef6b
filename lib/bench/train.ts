/** How fast training is beside its two halves alone. */
import {
  createLearner,
  createMemory,
  type Learner,
  type ReplayMemory,
  resolveNetwork,
} from "../agent/mod.ts";
import { loadPlayer } from "../agents/mod.ts";
import type { Config } from "../config/mod.ts";
import { OBSERVATION_BYTES } from "../constants.ts";
import { Environments } from "../env/mod.ts";
import { median } from "../evaluation/mod.ts";
import { Random } from "../random.ts";
import {
  findTeacher,
  freshCounters,
  train,
  trainingEpisodes,
} from "../training/mod.ts";
import { playRandomly } from "./work.ts";

/** Options of {@linkcode benchTrain}. */
export interface TrainBenchOptions {
  /** Each of the three is measured so often, in turn. */
  rounds: number;
  /** Agent steps of one measurement. */
  steps: number;
}

/** Medians over the rounds, all in agent steps per second. */
export interface TrainBench {
  stepsPerSecond: number;
  /** The games, with random actions and nothing learned. */
  environmentAlone: number;
  /** Choosing actions and learning, from a memory that does not change. */
  learnerAlone: number;
}

/**
 * Measures training with a config, and the environment and the learner alone.
 *
 * @throws what `Environments.open` and `createLearner` throw
 */
export async function benchTrain(
  config: Config,
  { rounds, steps }: TrainBenchOptions,
): Promise<TrainBench> {
  const random = new Random(config.seed);
  const network = resolveNetwork(config.network, config.game.actions);
  const capacity = Math.min(
    config.replay.capacity,
    config.replay.warmup + (rounds + 1) * steps,
  );
  const memory = createMemory({
    ...config,
    replay: { ...config.replay, capacity },
  });
  await using environments = await Environments.open(config);
  await using env = await environments.create({ training: true });
  await using alone = await environments.create({ training: true });
  using learner = await createLearner(config, network, random);
  using second = await createLearner(config, network, random);
  const taughtBy = await findTeacher(config);
  using teacher = taughtBy && await loadPlayer(taughtBy);
  const counters = freshCounters();

  const trainFor = async (steps: number) => {
    const until = counters.step + steps;
    return await train(
      {
        config: {
          ...config,
          training: { ...config.training, steps: until, minutes: null },
          evaluation: { ...config.evaluation, every: Number.MAX_SAFE_INTEGER },
        },
        ...{ env, learner, teacher, memory, random, counters },
      },
      await env.reset(trainingEpisodes(config)),
      {
        onGame: () => {},
        onInterval: () => {},
        evaluate: () => Promise.resolve(null),
        checkpoint: () => Promise.resolve(),
      },
      new AbortController().signal,
    );
  };
  // Fills the memory past the warm-up, and lets every part get warm.
  await trainFor(config.replay.warmup + steps);

  const together: number[] = [];
  const environmentAlone: number[] = [];
  const learnerAlone: number[] = [];
  const rate = async (work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    return steps / ((performance.now() - start) / 1000);
  };
  for (let round = 0; round < rounds; round++) {
    together.push(await rate(() => trainFor(steps)));
    environmentAlone.push(
      await rate(async () => {
        await alone.reset(trainingEpisodes(config));
        await playRandomly(config, alone, random, (done) => done >= steps);
      }),
    );
    learnerAlone.push(
      await rate(() => learnOnly(config, second, memory, steps, random)),
    );
  }
  return {
    stepsPerSecond: median(together),
    environmentAlone: median(environmentAlone),
    learnerAlone: median(learnerAlone),
  };
}

/** What training does in `steps` agent steps, the games aside. */
async function learnOnly(
  { env, learner: { learningRate }, training }: Config,
  learner: Learner,
  memory: ReplayMemory,
  steps: number,
  random: Random,
) {
  const { observations } = learner.batch;
  const states = new Uint8Array(env.instances * OBSERVATION_BYTES);
  for (let i = 0; i < states.length; i++) {
    states[i] = observations[i % observations.length]!;
  }
  let updates = 0;
  for (let step = 0; step < steps; step += env.instances) {
    await learner.qValues(states, env.instances);
    const { batches } = learner;
    while (updates + batches.length <= step / training.stepsPerUpdate) {
      for (const batch of batches) memory.sample(batch, random);
      updates += (await learner.updateAll(learningRate)).length;
    }
  }
}
