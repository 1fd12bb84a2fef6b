/** A small training, and what to compare it by. */
import { assertEquals } from "@std/assert";
import {
  type Learner,
  type LearnerState,
  type NamedTensor,
  ReplayMemory,
  resolveNetwork,
} from "../../lib/agent/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { FRAME_BYTES } from "../../lib/constants.ts";
import type { EnvState, Observations, VectorEnv } from "../../lib/env/mod.ts";
import { Random } from "../../lib/random.ts";
import { checkpointPath } from "../../lib/runs/mod.ts";
import {
  type CheckpointOptions,
  Checkpoints,
  freshCounters,
  type SinkPositions,
  type Sinks,
  TrainingGames,
  trainingParts,
  type TrainingState,
} from "../../lib/training/mod.ts";

const config = await loadConfig();

export const NETWORK = resolveNetwork(
  { layers: [{ type: "dense", units: 2 }], dueling: false, members: 1 },
  2,
);

const ENVIRONMENTS = 2;

/** An empty replay memory with room for `capacity` steps. */
export function makeMemory(capacity = 40): ReplayMemory {
  return new ReplayMemory({
    capacity,
    environments: ENVIRONMENTS,
    discount: 0.9,
    nStep: 2,
    prioritized: { alpha: 0.6 },
  });
}

/** Adds steps with frames of noise, which do not compress. */
export function addSteps(memory: ReplayMemory, steps: number, seed: number) {
  const random = new Random(seed);
  const words = new Int32Array(FRAME_BYTES / 4);
  for (let i = 0; i < steps; i++) {
    for (let w = 0; w < words.length; w++) {
      words[w] = random.integer(0x1_0000_0000);
    }
    memory.add(i % ENVIRONMENTS, {
      frame: new Uint8Array(words.buffer),
      action: random.integer(2),
      reward: random.uniform(),
      terminated: random.uniform() < 0.1,
      truncated: false,
    });
  }
}

/** A training as it could be at a step; another step, another one. */
export function makeTraining(step = 0, capacity = 40): TrainingState {
  const random = new Random(step);
  const tensors = (): NamedTensor[] =>
    NETWORK.weights.map(({ name, shape }) => ({
      name,
      shape,
      data: Float32Array.from(
        { length: shape.reduce((a, b) => a * b, 1) },
        () => random.normal(),
      ),
    }));
  let state: LearnerState = {
    updates: step,
    sets: {
      online: tensors(),
      target: tensors(),
      average: tensors(),
      firstMoments: tensors(),
      secondMoments: tensors(),
    },
  };
  const learner: Pick<Learner, "getState" | "setState" | "updates"> = {
    updates: step,
    getState: () => Promise.resolve(state),
    setState: (given) => {
      state = given;
      return Promise.resolve();
    },
  };
  const memory = makeMemory(capacity);
  addSteps(memory, step === 0 ? 0 : 20, step);
  let played: EnvState = {
    environments: [{ episode: step, start: { seed: 7 }, actions: "AAEA" }],
  };
  const env = {
    state: () => played,
    restore: (given: EnvState) => {
      played = given;
      return Promise.resolve({} as Observations);
    },
  };
  const fresh = freshCounters();
  let positions: SinkPositions | undefined = { "scores.csv": step };
  const sinks = {
    flush: () => positions,
    open: (given?: SinkPositions) => positions = given,
  };
  return {
    ...{ config, network: NETWORK, memory, random },
    learner: learner as Learner,
    counters: {
      ...fresh,
      ...{ step, games: step / 10, wallSeconds: step / 3 },
      interval: { ...fresh.interval, updates: 1, loss: 0.1 + 0.2 },
    },
    games: new TrainingGames(env as Partial<VectorEnv> as VectorEnv, config),
    sinks: sinks as Partial<Sinks> as Sinks,
  };
}

/** All that a checkpoint of a training must bring back. */
export async function contentOf(training: TrainingState) {
  const { counters, learner, memory, random, games, sinks } = training;
  return structuredClone({
    ...{ counters, learner: await learner.getState(), random: random.state },
    ...{ env: games.env.state(), sinks: sinks.flush() },
    ...{ memory: memory.state(), chunks: memory.chunks(), size: memory.size },
  });
}

/** A training's checkpoints in a folder. */
export function checkpointsOf(
  training: TrainingState,
  folder: string,
  { keep = 100, warn = refuse }: Partial<CheckpointOptions> = {},
): Checkpoints {
  const parts = trainingParts(training);
  return new Checkpoints(training.counters, parts, { folder, keep, warn });
}

/** Saves a training as it could be at a step. @returns the path */
export async function save(
  folder: string,
  step: number,
  { best, ...options }: Partial<CheckpointOptions> & { best?: number } = {},
): Promise<string> {
  const training = makeTraining(step);
  if (best !== undefined) {
    training.counters.best = { step: best, mean: best / 2 };
  }
  await using checkpoints = checkpointsOf(training, folder, options);
  await checkpoints.save();
  return checkpointPath(folder, step);
}

const refuse = (message: string) => {
  throw new Error(`unexpected warning: ${message}`);
};

/** Names of what is in a folder, in order. */
export const namesIn = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** Restores the newest checkpoint into a training that has not begun. */
export async function restored(
  folder: string,
  warn?: (message: string) => void,
): Promise<TrainingState> {
  const training = makeTraining();
  const checkpoints = checkpointsOf(training, folder, warn && { warn });
  assertEquals(await checkpoints.restoreNewest(), true);
  return training;
}
