/**
 * Deep Q-learning with experience replay: algorithm 1 of Mnih et al. 2015,
 * "Human-level control through deep reinforcement learning", with many games
 * at once.
 */
import {
  epsilonGreedy,
  type Learner,
  linear,
  randomAction,
  type ReplayMemory,
} from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import { FRAME_BYTES } from "../constants.ts";
import type {
  EnvState,
  EpisodeStatistics,
  StepResult,
  VectorEnv,
} from "../env/types.ts";
import type { Random } from "../random.ts";
import {
  type Counters,
  isBest,
  type StopReason,
  stopReason,
} from "./counters.ts";
import { trainingEpisodes } from "./episodes.ts";
import type { IntervalRecord } from "../runs/mod.ts";

/** What a training run is made of. */
export interface TrainingParts {
  config: Config;
  env: VectorEnv;
  learner: Learner;
  memory: ReplayMemory;
  /** Everything random in the loop: exploration and the choice of batches. */
  random: Random;
  counters: Counters;
  /** Where the environments were when the checkpoint was made, if resumed. */
  envState?: EnvState;
}

/** What is done with what happens; the loop itself writes nothing. */
export interface TrainingHooks {
  /** A game ended; `counters.games` counts it already. */
  onGame(
    environment: number,
    episode: EpisodeStatistics,
    epsilon: number,
  ): void;
  /** Every `training.logEvery` agent steps. */
  onInterval(record: IntervalRecord): void;
  /**
   * Greedy games on held-out seeds.
   * @returns their mean score; null when the signal broke them off
   */
  evaluate(): Promise<number | null>;
  /** Stores everything that is needed to go on from here. */
  checkpoint(env: EnvState): Promise<void>;
}

/**
 * Trains until something ends it. A checkpoint is due every
 * `training.checkpointEvery` steps, after an evaluation that was the best so
 * far, and at the end.
 *
 * @throws ChromeCrashedError when Chrome cannot be brought back,
 * DivergedError when the loss is not finite any more
 */
export async function train(
  parts: TrainingParts,
  hooks: TrainingHooks,
  signal: AbortSignal,
): Promise<StopReason> {
  const { config, env, learner, memory, random, counters } = parts;
  const { training, evaluation, exploration } = config;
  const drawAction = randomAction(
    env.numActions,
    exploration.actionProbabilities,
  );
  const actions = new Uint8Array(env.numEnvs);
  const lastFrames = new Uint8Array(env.numEnvs * FRAME_BYTES);
  const clock = new TrainingClock(counters.wallSeconds);
  let logged = { wallSeconds: counters.wallSeconds, ...progress(parts) };
  let checkpointDue = false;

  const schedule = trainingEpisodes(config);
  let state = parts.envState
    ? await env.restore(parts.envState, schedule)
    : await env.reset(schedule);
  // A live game cannot be played again: another one has begun in its place.
  parts.envState?.environments.forEach(({ actions }, environment) => {
    if (actions === "") memory.beginEpisode(environment);
  });

  for (;;) {
    if (counters.evaluationDue) {
      const mean = await hooks.evaluate();
      counters.wallSeconds = clock.seconds();
      if (mean !== null && isBest(counters, mean)) checkpointDue = true;
    }
    const reason = stopReason(config, counters, signal);
    if (checkpointDue || reason) await hooks.checkpoint(env.state());
    if (reason) return reason;

    // With probability ε a random action, otherwise argmax_a Q(S_t, a).
    const epsilon = linear(exploration, counters.step);
    const q = await learner.qValues(state.observations, env.numEnvs);
    epsilonGreedy(q, epsilon, drawAction, random, actions);

    // The games go on in Chrome while the network learns. That is still the
    // same algorithm: the updates sample only steps that are in the memory
    // already, so it makes no difference to them whether S_{t+1} is known yet;
    // and how many there are depends on the count of steps, never on which
    // side is faster, so a run repeats exactly.
    lastFrames.set(state.frames);
    const [next] = await Promise.all([env.step(actions), learn(parts)]);

    remember(memory, lastFrames, actions, next);
    const before = counters.step;
    counters.step += env.numEnvs;
    counters.wallSeconds = clock.seconds();
    state = next;

    next.infos.forEach(({ episode }, environment) => {
      if (!episode) return;
      counters.games++;
      hooks.onGame(environment, episode, epsilon);
    });
    const due = (every: number) =>
      Math.floor(counters.step / every) > Math.floor(before / every);
    if (due(training.logEvery)) {
      const now = { wallSeconds: counters.wallSeconds, ...progress(parts) };
      hooks.onInterval(intervalRecord(parts, epsilon, logged, now));
      logged = now;
    }
    counters.evaluationDue = due(evaluation.every);
    checkpointDue = due(training.checkpointEvery);
  }
}

/** The updates that are due: one per `stepsPerUpdate` steps after the warm-up. */
async function learn(
  { config, learner, memory, random, counters }: TrainingParts,
): Promise<void> {
  const { replay, training } = config;
  const beta = linear(
    { initial: replay.beta, final: replay.finalBeta, steps: replay.betaSteps },
    counters.step,
  );
  const due = (counters.step - replay.warmup) / training.stepsPerUpdate;
  while (learner.updates < due && memory.canSample(learner.batch.size)) {
    const indices = memory.sample(learner.batch, random, beta);
    const { loss, meanQ, tdErrors } = await learner.update(
      learningRate(config, counters.step),
    );
    memory.updatePriorities(indices, tdErrors);
    const { interval } = counters;
    interval.updates++;
    interval.loss += loss;
    interval.meanQ += meanQ;
    interval.tdError += meanAbsolute(tdErrors);
  }
}

function learningRate({ learner }: Config, step: number): number {
  return linear({
    initial: learner.learningRate,
    final: learner.finalLearningRate,
    steps: learner.learningRateSteps,
  }, step);
}

/**
 * Stores the step (S_t, A_t, R_{t+1}) of every environment. Where Chrome died
 * in live play nobody knows S_{t+1}, and the step is not learned from.
 */
function remember(
  memory: ReplayMemory,
  frames: Uint8Array,
  actions: Uint8Array,
  next: StepResult,
): void {
  actions.forEach((action, i) => {
    const interrupted = next.infos[i]!.episode?.end === "interrupted";
    memory.add(i, {
      frame: frames.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES),
      action,
      reward: next.rewards[i]!,
      terminated: next.terminated[i] === 1,
      truncated: next.truncated[i] === 1,
      finalFrame: interrupted ? undefined : next.finalFrames[i],
    });
  });
}

const progress = ({ counters, learner }: TrainingParts) => ({
  step: counters.step,
  updates: learner.updates,
});

/** The interval that ends here; begins the next one. */
function intervalRecord(
  { config, counters }: TrainingParts,
  epsilon: number,
  from: { wallSeconds: number; step: number; updates: number },
  to: { wallSeconds: number; step: number; updates: number },
): IntervalRecord {
  const { interval, step, wallSeconds } = counters;
  counters.interval = { updates: 0, loss: 0, meanQ: 0, tdError: 0 };
  return {
    ...interval,
    ...{ step, wallSeconds, epsilon },
    steps: to.step - from.step,
    seconds: to.wallSeconds - from.wallSeconds,
    learningRate: learningRate(config, step),
    memory: Deno.memoryUsage().rss,
  };
}

function meanAbsolute(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum / values.length;
}

/** Seconds of training over all resumptions, by a clock that never jumps. */
class TrainingClock {
  readonly #offset: number;
  readonly #start = performance.now();

  constructor(secondsBefore: number) {
    this.#offset = secondsBefore;
  }

  seconds(): number {
    return this.#offset + (performance.now() - this.#start) / 1000;
  }
}
