/** A game and a learner that cost nothing, to see what training does. */
import { type Learner, ReplayMemory } from "../../lib/agent/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { FRAME_BYTES, OBSERVATION_BYTES } from "../../lib/constants.ts";
import type { StepResult, VectorEnv } from "../../lib/env/types.ts";
import { Random } from "../../lib/random.ts";
import { type Counters, freshCounters } from "../../lib/training/counters.ts";
import type { TrainingHooks, TrainingParts } from "../../lib/training/loop.ts";

const NUM_ENVS = 2;

/** Games that never end, whose frames are black. */
export function fakeEnv(onStep: () => Promise<void> = async () => {}) {
  const nothing: StepResult = {
    observations: new Uint8Array(NUM_ENVS * OBSERVATION_BYTES),
    frames: new Uint8Array(NUM_ENVS * FRAME_BYTES),
    rewards: new Float32Array(NUM_ENVS),
    terminated: new Uint8Array(NUM_ENVS),
    truncated: new Uint8Array(NUM_ENVS),
    finalFrames: Array(NUM_ENVS).fill(undefined),
    infos: Array(NUM_ENVS).fill({ score: 0, frames: 0, speed: 6 }),
    recoveries: 0,
  };
  return {
    numEnvs: NUM_ENVS,
    numActions: 2,
    reset: () => Promise.resolve(nothing),
    step: () => onStep().then(() => nothing),
  } as Partial<VectorEnv> as VectorEnv;
}

/** Counts its updates, and takes a moment for each. */
export function fakeLearner(
  updates = 0,
  onUpdate: (updates: number) => unknown = () => {},
) {
  const bytes = () => new Uint8Array(4 * OBSERVATION_BYTES);
  return {
    batch: {
      size: 4,
      observations: bytes(),
      nextObservations: bytes(),
      actions: new Int32Array(4),
      returns: new Float32Array(4),
      discounts: new Float32Array(4),
      weights: new Float32Array(4),
    },
    get updates() {
      return updates;
    },
    async update() {
      await new Promise((resolve) => setTimeout(resolve));
      onUpdate(++updates);
      return { loss: 1, meanQ: 0, tdErrors: new Float32Array(4) };
    },
    qValues: (_: Uint8Array, count: number) =>
      Promise.resolve(new Float32Array(2 * count)),
  } as Partial<Learner> as Learner;
}

/** What {@linkcode fakeTraining} is made with. */
export interface FakeOptions {
  counters?: Counters;
  /** Updates that the learner has made. */
  updates?: number;
  /** Steps in the memory. */
  filled?: number;
  onStep?: () => Promise<void>;
  onUpdate?: (updates: number) => unknown;
  /** @returns the mean of the evaluation that is due */
  onEvaluate?: () => number | null;
}

/** All that `train` works with, and what it did, in order. */
export async function fakeTraining(
  sets: readonly string[],
  {
    counters = freshCounters(),
    updates = 0,
    filled = 0,
    onStep,
    onUpdate,
    onEvaluate = () => 100,
  }: FakeOptions = {},
) {
  const config = await loadConfig(undefined, [
    ...["env.instances=2", "learner.batchSize=4", "replay.warmup=8"],
    ...["replay.capacity=200", ...sets],
  ]);
  const memory = new ReplayMemory({
    ...{ capacity: 200, environments: NUM_ENVS, discount: 0.9, nStep: 1 },
  });
  for (let i = 0; i < filled; i++) {
    memory.add(i % NUM_ENVS, {
      ...{ frame: new Uint8Array(FRAME_BYTES), action: 0, reward: 0 },
      ...{ terminated: false, truncated: false },
    });
  }
  const parts: TrainingParts = {
    ...{ config, memory, counters },
    env: fakeEnv(onStep),
    learner: fakeLearner(updates, onUpdate),
    random: new Random(1),
  };
  const events: string[] = [];
  const hooks: TrainingHooks = {
    onGame: () => events.push("game"),
    onInterval: ({ step }) => events.push(`log ${step}`),
    evaluate: () => {
      events.push(`evaluate ${counters.step}`);
      return Promise.resolve(onEvaluate());
    },
    checkpoint: () => {
      events.push(`save ${counters.step}`);
      return Promise.resolve();
    },
  };
  return { parts, events, hooks, start: await parts.env.reset(() => null) };
}
