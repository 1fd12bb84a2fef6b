/** Whether the learner's memory stays flat over many updates. */
import { createLearner, resolveNetwork } from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import { mean } from "../evaluation/mod.ts";
import { Random } from "../random.ts";
import { filledMemory } from "./work.ts";

/** Options of {@linkcode benchMemory}. */
export interface MemoryBenchOptions {
  /** Updates of the run. */
  updates: number;
  /** Called at each sample. */
  onSample?: (sample: MemorySample) => void;
}

/** The process's resident memory at a moment. */
export interface MemorySample {
  updates: number;
  rssMb: number;
}

/** Result of {@linkcode benchMemory}. */
export interface MemoryBench {
  device: string;
  samples: MemorySample[];
  /**
   * MB between the second and the last fifth of the samples, by their means:
   * in the first fifth, allocators still reach for their share.
   */
  growthMb: number;
}

const SAMPLES = 50;
/** Updates between two predictions, as in training with 8 games. */
const UPDATES_PER_PREDICTION = 2;

/**
 * Updates a learner on one batch and watches the process's memory.
 *
 * @throws what `createLearner` and `update` throw
 */
export async function benchMemory(
  config: Config,
  { updates, onSample }: MemoryBenchOptions,
): Promise<MemoryBench> {
  const random = new Random(config.seed);
  const network = resolveNetwork(config.network, config.game.actions);
  using learner = await createLearner(config, network, random);
  filledMemory(config, network.actions).sample(learner.batch, random);
  const games = Math.min(config.env.instances, learner.batch.size);
  const samples: MemorySample[] = [];
  for (let done = 1; done <= updates; done++) {
    await learner.update(config.learner.learningRate);
    if (done % UPDATES_PER_PREDICTION === 0) {
      await learner.qValues(learner.batch.observations, games);
    }
    if (done % Math.ceil(updates / SAMPLES) === 0) {
      const sample = {
        updates: done,
        rssMb: Deno.memoryUsage().rss / 2 ** 20,
      };
      samples.push(sample);
      onSample?.(sample);
    }
  }
  const fifth = Math.floor(samples.length / 5);
  return {
    device: learner.device,
    samples,
    growthMb: meanRss(samples.slice(-fifth)) -
      meanRss(samples.slice(fifth, 2 * fifth)),
  };
}

const meanRss = (samples: readonly MemorySample[]) =>
  mean(samples.map(({ rssMb }) => rssMb));
