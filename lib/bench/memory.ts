/** Whether the learner's memory stays flat over many updates. */
import { createLearner, type Learner, resolveNetwork } from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import { Random } from "../random.ts";

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
   * Slope of the line through the samples after the first fifth, in MB per
   * 100,000 updates. A leak of one loss per update would be 3 MB and more.
   */
  growthMb: number;
}

const SAMPLES = 50;
/** Updates between two predictions, as in training with 8 games. */
const UPDATES_PER_PREDICTION = 2;

/**
 * Updates a learner on random batches and watches the process's memory.
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
  fillBatch(learner, network.actions, random);
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
  return {
    device: learner.device,
    samples,
    growthMb: 1e5 * slope(samples.slice(Math.floor(samples.length / 5))),
  };
}

function fillBatch({ batch }: Learner, actions: number, random: Random): void {
  for (let i = 0; i < batch.observations.length; i++) {
    batch.observations[i] = random.integer(256);
    batch.nextObservations[i] = random.integer(256);
  }
  for (let i = 0; i < batch.size; i++) {
    batch.actions[i] = random.integer(actions);
    batch.returns[i] = random.normal();
    batch.discounts[i] = 0.9;
    batch.weights[i] = 1;
  }
}

/** MB per update of the least-squares line through the samples. */
function slope(samples: readonly MemorySample[]): number {
  const mean = (of: (sample: MemorySample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const updates = mean((s) => s.updates);
  const rss = mean((s) => s.rssMb);
  return mean((s) => (s.updates - updates) * (s.rssMb - rss)) /
    mean((s) => (s.updates - updates) ** 2);
}
