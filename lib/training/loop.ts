/**
 * Deep Q-learning with experience replay: algorithm 1 of Mnih et al. 2015,
 * "Human-level control through deep reinforcement learning", with many games
 * at once.
 */
import {
  epsilonGreedy,
  type Learner,
  linear,
  type Player,
  randomAction,
  type ReplayMemory,
} from "../agent/mod.ts";
import {
  type Config,
  type ScheduledConfig,
  withSchedules,
} from "../config/mod.ts";
import { FRAME_BYTES } from "../constants.ts";
import type { Observations, StepResult, VectorEnv } from "../env/types.ts";
import type { Random } from "../random.ts";
import type { GameRecord, IntervalRecord } from "../runs/mod.ts";
import { TrainingClock } from "./clock.ts";
import {
  type Counters,
  countSteps,
  evaluatesNow,
  freshInterval,
  isBest,
  type StopReason,
  stopReason,
} from "./counters.ts";

/** What a training run is made of. */
export interface TrainingParts {
  config: Config;
  env: VectorEnv;
  learner: Learner;
  /** Whose Q-values the learner learns; null: it learns from the rewards. */
  teacher: Pick<Player, "qValues"> | null;
  memory: ReplayMemory;
  /** Everything random in the loop: exploration and the choice of batches. */
  random: Random;
  counters: Counters;
}

/** What is done with what happens; the loop itself writes nothing. */
export interface TrainingHooks {
  onGame(record: GameRecord): void;
  /** Every `training.logEvery` agent steps. */
  onInterval(record: IntervalRecord): void;
  /**
   * Greedy games on held-out seeds.
   * @returns their mean score; null when the signal broke them off
   */
  evaluate(): Promise<number | null>;
  /** Stores everything that is needed to go on from here. */
  checkpoint(): Promise<void>;
}

/**
 * Trains until something ends it. A checkpoint is due every
 * `training.checkpointEvery` steps, after an evaluation that was the best so
 * far, and at the end.
 *
 * @param state of the environments, as they were reset or restored
 * @throws ChromeCrashedError when Chrome cannot be brought back,
 * DivergedError when the loss is not finite any more
 */
export async function train(
  parts: TrainingParts,
  state: Observations,
  hooks: TrainingHooks,
  signal: AbortSignal,
): Promise<StopReason> {
  const { env, learner, teacher, memory, random, counters } = parts;
  const config = withSchedules(parts.config);
  const { training, evaluation, exploration } = config;
  const drawAction = randomAction(
    env.numActions,
    exploration.actionProbabilities,
  );
  const actions = new Uint8Array(env.numEnvs);
  const lastFrames = new Uint8Array(env.numEnvs * FRAME_BYTES);
  const clock = new TrainingClock(counters.wallSeconds);
  let checkpointDue = false;

  for (;;) {
    if (evaluatesNow(config, counters, signal)) {
      const mean = await hooks.evaluate();
      counters.wallSeconds = clock.seconds();
      if (mean !== null && isBest(counters, mean, config)) checkpointDue = true;
    }
    const reason = stopReason(config, counters, signal);
    if (checkpointDue || reason) await hooks.checkpoint();
    if (reason) return reason;

    clock.beginTurn();
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
    const [next, teacherQ] = await allEnded(
      env.step(actions),
      teacher?.qValues(state.observations.slice(), env.numEnvs),
      learn(parts, config, signal),
    );

    remember(memory, lastFrames, actions, next, teacherQ);
    const before = counters.step;
    countSteps(counters, env.numEnvs, config);
    counters.wallSeconds = clock.seconds();
    counters.interval.seconds += clock.endTurn();
    state = next;

    next.infos.forEach(({ episode }, environment) => {
      if (!episode) return;
      const { step, wallSeconds } = counters;
      const game = ++counters.games;
      hooks.onGame(
        { ...episode, game, environment, epsilon, step, wallSeconds },
      );
    });
    const due = (every: number) =>
      Math.floor(counters.step / every) > Math.floor(before / every);
    if (due(training.logEvery)) {
      hooks.onInterval(intervalRecord(config, counters, epsilon));
    }
    counters.evaluationDue = due(evaluation.every);
    checkpointDue = due(training.checkpointEvery);
  }
}

/** Waits for all, also when one fails: then nothing goes on unseen. */
async function allEnded<T extends unknown[]>(
  ...all: T
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(all);
  return await Promise.all(all);
}

/** The updates that are due: one per `stepsPerUpdate` steps after the warm-up. */
async function learn(
  { env, learner, memory, random, counters }: TrainingParts,
  config: ScheduledConfig,
  signal: AbortSignal,
): Promise<void> {
  const { replay, training } = config;
  const beta = linear(
    { initial: replay.beta, final: replay.finalBeta, steps: replay.betaSteps },
    counters.step,
  );
  const { batch, batches } = learner;
  // As many as one run makes; fewer wait for more.
  const waiting = (batches.length - 1) * training.stepsPerUpdate;
  while (counters.owed > waiting && memory.canSample(batch.size)) {
    // Whoever asks it to stop waits for what this step brought, or a resumed
    // run would not equal one that was never stopped; not for a backlog.
    if (signal.aborted && counters.owed > waiting + env.numEnvs) break;
    const indices = batches.map((batch) =>
      memory.sample(batch, random, beta).slice()
    );
    const results = await learner.updateAll(
      learningRate(config, counters.step),
    );
    const { interval } = counters;
    results.forEach(({ loss, meanQ, tdErrors }, k) => {
      memory.updatePriorities(indices[k]!, tdErrors);
      counters.owed -= training.stepsPerUpdate;
      interval.updates++;
      interval.loss += loss;
      interval.meanQ += meanQ;
      interval.tdError += meanAbsolute(tdErrors);
    });
  }
}

function learningRate({ learner }: ScheduledConfig, step: number): number {
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
  teacherQ: Float32Array | undefined,
): void {
  const perStep = (teacherQ?.length ?? 0) / actions.length;
  actions.forEach((action, i) => {
    const interrupted = next.infos[i]!.episode?.end === "interrupted";
    memory.add(i, {
      frame: frames.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES),
      action,
      reward: next.rewards[i]!,
      terminated: next.terminated[i] === 1,
      truncated: next.truncated[i] === 1,
      finalFrame: interrupted ? undefined : next.finalFrames[i],
      teacherQ: teacherQ?.subarray(i * perStep, (i + 1) * perStep),
    });
  });
}

/** The interval that ends here; begins the next one. */
function intervalRecord(
  config: ScheduledConfig,
  counters: Counters,
  epsilon: number,
): IntervalRecord {
  const { interval, step, games, wallSeconds } = counters;
  counters.interval = freshInterval();
  return {
    ...interval,
    ...{ step, games, wallSeconds, epsilon },
    learningRate: learningRate(config, step),
    memory: Deno.memoryUsage().rss,
  };
}

function meanAbsolute(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum / values.length;
}
