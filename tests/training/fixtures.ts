/** A small network, replay memory and state, and what to compare them by. */
import {
  type LearnerState,
  type NamedTensor,
  ReplayMemory,
  resolveNetwork,
} from "../../lib/agent/mod.ts";
import { FRAME_BYTES } from "../../lib/constants.ts";
import { Random } from "../../lib/random.ts";
import type { TrainingState } from "../../lib/training/checkpoint.ts";
import { freshCounters } from "../../lib/training/counters.ts";

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

/** A state as it could be at a step; another step, another state. */
export function makeState(step: number): TrainingState {
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
  const learner: LearnerState = {
    updates: step,
    sets: {
      online: tensors(),
      target: tensors(),
      average: tensors(),
      firstMoments: tensors(),
      secondMoments: tensors(),
    },
  };
  return {
    counters: {
      ...freshCounters(),
      step,
      games: step / 10,
      wallSeconds: step / 3,
      interval: { updates: 1, loss: 0.1 + 0.2, meanQ: 1 / 3, tdError: 0 },
    },
    learner,
    env: {
      environments: [{ episode: 3, start: { seed: 7 }, actions: "AAEA" }],
    },
    randoms: { training: random.state },
    sinks: { "scores.csv": 123 },
  };
}
