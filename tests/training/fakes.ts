/** Games and a learner that cost nothing, to see what training does. */
import {
  initialState,
  initialWeights,
  type Learner,
  ReplayMemory,
  resolveNetwork,
} from "../../lib/agent/mod.ts";
import { type Config, loadConfig } from "../../lib/config/mod.ts";
import { FRAME_BYTES, OBSERVATION_BYTES } from "../../lib/constants.ts";
import type {
  Environments,
  EnvState,
  EpisodeSchedule,
  EpisodeStatistics,
  StepResult,
  VectorEnv,
} from "../../lib/env/mod.ts";
import { Random } from "../../lib/random.ts";
import {
  freshCounters,
  type Stage,
  type train,
} from "../../lib/training/mod.ts";

type Counters = ReturnType<typeof freshCounters>;
type TrainingParts = Parameters<typeof train>[0];
type TrainingHooks = Parameters<typeof train>[2];

/** How a game goes. */
interface FakeGame {
  score: number;
  steps: number;
}

const GAME: FakeGame = { score: 40, steps: 5 };
const BATCH = 4;

/** Black games that all end alike, unless they are told otherwise by seed. */
export function fakeEnv(
  numEnvs: number,
  onStep: () => Promise<void> = async () => {},
  gameOf: (seed: number) => FakeGame = () => GAME,
) {
  let schedule: EpisodeSchedule = () => null;
  let seats: { episode: number; steps: number }[] = [];
  const nothing: StepResult = {
    observations: new Uint8Array(numEnvs * OBSERVATION_BYTES),
    frames: new Uint8Array(numEnvs * FRAME_BYTES),
    rewards: new Float32Array(numEnvs),
    terminated: new Uint8Array(numEnvs),
    truncated: new Uint8Array(numEnvs),
    finalFrames: Array(numEnvs).fill(undefined),
    infos: [],
  };
  const begin = (given: EpisodeSchedule, at: typeof seats) => {
    [schedule, seats] = [given, at];
    return Promise.resolve(nothing);
  };
  const play = (seat: (typeof seats)[0], environment: number) => {
    const info = { score: 0, frames: 0, speed: 6 };
    const start = schedule(environment, seat.episode);
    if (!start) return info;
    const { score, steps } = gameOf(start.seed);
    if (++seat.steps < steps) return info;
    const actions = new Uint8Array(steps);
    const episode: EpisodeStatistics = {
      ...{ episode: seat.episode++, seed: start.seed, frames: 300 },
      ...{ score, actions },
      ...{ return: 0, speed: 6, end: "crash" },
    };
    seat.steps = 0;
    return { ...info, episode };
  };
  const env: Partial<VectorEnv> = {
    ...{ numEnvs, numActions: 2 },
    reset: (given) =>
      begin(
        given,
        Array.from({ length: numEnvs }, () => ({ episode: 0, steps: 0 })),
      ),
    async step() {
      await onStep();
      const infos = seats.map(play);
      const terminated = Uint8Array.from(infos, (info) => +("episode" in info));
      return { ...nothing, infos, terminated };
    },
    state: () => ({
      environments: seats.map(({ episode, steps }) => ({
        ...{ episode, start: null, actions: "A".repeat(steps) },
      })),
    }),
    restore: ({ environments }: EnvState, given) =>
      begin(
        given,
        environments.map(({ episode, actions }) => ({
          ...{ episode, steps: actions.length },
        })),
      ),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return env as VectorEnv;
}

/** Counts its updates, and takes a moment for each. */
export function fakeLearner(
  updates = 0,
  onUpdate: (updates: number) => unknown = () => {},
  config?: Config,
) {
  const network = config &&
    resolveNetwork(config.network, config.game.actions);
  let state = network && initialState(initialWeights(network, new Random(1)));
  const { updatesPerRun = 1 } = config?.learner ?? {};
  const bytes = () => new Uint8Array(BATCH * OBSERVATION_BYTES);
  const batch = {
    size: BATCH,
    observations: bytes(),
    nextObservations: bytes(),
    actions: new Int32Array(BATCH),
    returns: new Float32Array(BATCH),
    discounts: new Float32Array(BATCH),
    weights: new Float32Array(BATCH),
  };
  const learner: Partial<Learner> = {
    ...{ device: "fake", precision: "float32" },
    threads: { intraOp: 1, interOp: 1 },
    ...{ batch, batches: Array(updatesPerRun).fill(batch) },
    get updates() {
      return updates;
    },
    async updateAll() {
      await new Promise((resolve) => setTimeout(resolve));
      return learner.batches!.map(() => {
        onUpdate(++updates);
        return { loss: 1, meanQ: 0, tdErrors: new Float32Array(BATCH) };
      });
    },
    qValues: (_, count) => Promise.resolve(new Float32Array(2 * count)),
    getState: () => Promise.resolve({ ...state!, updates }),
    setState(given) {
      [state, updates] = [given, given.updates];
      return Promise.resolve();
    },
  };
  return learner as Learner;
}

/** What {@linkcode fakeTraining} is made with. */
export interface FakeOptions {
  counters?: Counters;
  /** Updates that the learner has made. */
  updates?: number;
  /** Steps in the memory. */
  filled?: number;
  /** Q-values of a teacher that the memory keeps with each. */
  taught?: number;
  onStep?: () => Promise<void>;
  onUpdate?: (updates: number) => unknown;
  /** @default 40 points in 5 steps each */
  gameOf?: (seed: number) => FakeGame;
  /** @returns the mean of the evaluation that is due */
  onEvaluate?: () => number | null;
}

/** A config for two games and the fake learner. */
export const fakeConfig = (sets: readonly string[]): Promise<Config> =>
  loadConfig(undefined, [
    ...["env.instances=2", `learner.batchSize=${BATCH}`, "replay.warmup=8"],
    ...["replay.capacity=200", ...sets],
  ]);

/** All that `train` works with, and what it did, in order. */
export async function fakeTraining(
  sets: readonly string[],
  {
    counters = freshCounters(),
    updates = 0,
    filled = 0,
    taught = 0,
    onStep,
    onUpdate,
    onEvaluate = () => 100,
  }: FakeOptions = {},
) {
  const config = await fakeConfig(sets);
  const memory = new ReplayMemory({
    ...{ capacity: 200, environments: 2, discount: 0.9, nStep: 1 },
    teacherQ: taught,
  });
  for (let i = 0; i < filled; i++) {
    memory.add(i % 2, {
      ...{ frame: new Uint8Array(FRAME_BYTES), action: 0, reward: 0 },
      ...{ terminated: false, truncated: false },
    });
  }
  const parts: TrainingParts = {
    ...{ config, memory, counters },
    teacher: null,
    env: fakeEnv(2, onStep),
    learner: fakeLearner(updates, onUpdate, config),
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

/** In place of Chrome and TensorFlow. */
export function fakeStage(
  config: Config,
  { onStep, onUpdate, gameOf }: FakeOptions = {},
): Promise<Stage> {
  const environments = {
    ...{ clock: "lockstep", chromeVersion: "1", scriptHash: "abc" },
    create: ({ numEnvs = config.env.instances }) =>
      Promise.resolve(fakeEnv(numEnvs, onStep, gameOf)),
  };
  return Promise.resolve({
    environments: environments as unknown as Environments,
    learner: fakeLearner(0, onUpdate, config),
    numerics: "def",
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}
