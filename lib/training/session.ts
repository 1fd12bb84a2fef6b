/** One training run from its folder to its trained agent. */
import {
  createLearner,
  createMemory,
  type Learner,
  type Network,
  type ReplayMemory,
  resolveNetwork,
  summarise,
} from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import { Environments } from "../env/mod.ts";
import {
  evaluate,
  type Evaluation,
  firstSeedFor,
  type GameGroups,
  greedyPolicy,
  openGameGroups,
  type SeedPurpose,
} from "../evaluation/mod.ts";
import { hash32, Random } from "../random.ts";
import { tensorflowVersion } from "../tensorflow/mod.ts";
import {
  findCheckpoint,
  listCheckpoints,
  programCommit,
  readRunInfo,
  type RunFolder,
  writeRunInfo,
} from "../runs/mod.ts";
import {
  loadCheckpoint,
  type LoadedCheckpoint,
  loadNewestCheckpoint,
} from "./checkpoint.ts";
import { CheckpointWriter, TRAINING_RANDOM } from "./checkpoint_writer.ts";
import {
  type Counters,
  freshCounters,
  restoreCounters,
  type StopReason,
} from "./counters.ts";
import { trainingEpisodes } from "./episodes.ts";
import { acquireLock } from "../system/mod.ts";
import { train } from "./loop.ts";
import { createProgress, type Progress } from "./progress.ts";
import { Records } from "./records.ts";
import { openSinks } from "./sinks.ts";

/** What a training is started with. */
export interface TrainingOptions {
  config: Config;
  run: RunFolder;
  /** Go on from the run's newest checkpoint. */
  resume: boolean;
  /** How the program was called, for `run.json`. */
  commandLine: string[];
  /** Stops training after the step that is under way, saved. */
  signal: AbortSignal;
  /** Receives each evaluation made during training. */
  onEvaluation(step: number, evaluation: Evaluation): Promise<void>;
  /**
   * Receives how it ended while Chrome is still there, and the agent as it was
   * measured: both are to be used until the returned promise is fulfilled.
   */
  onEnd?(
    outcome: TrainingOutcome,
    stage: { environments: Environments; player: Pick<Learner, "qValues"> },
  ): Promise<void>;
}

/** How a training ended. */
export interface TrainingOutcome {
  reason: StopReason;
  counters: Counters;
  /** Folder of the checkpoint with the best evaluation. */
  checkpoint: string;
  /**
   * The best checkpoint on seeds that chose nothing; null when the training
   * was stopped by its signal.
   */
  evaluation: Evaluation | null;
}

/**
 * Trains in a run's folder until the config's budget, its target or the signal
 * ends it, then measures the best checkpoint on held-out seeds.
 *
 * @throws RunLockedError if another process trains there, CheckpointError if
 * there is nothing sound to resume from, and what `Environments.open`,
 * `createLearner`, `train` and the hooks throw
 */
export async function runTraining(
  options: TrainingOptions,
): Promise<TrainingOutcome> {
  const { config, run } = options;
  using _lock = await acquireLock(run.lock, `The run ${run.name}`);
  const network = resolveNetwork(config.network, config.game.actions);
  const memory = createMemory(config);
  using learner = await createLearner(
    config,
    network,
    new Random(hash32(config.seed, 0)),
  );
  await using environments = await Environments.open(config);
  const parts = { network, memory, learner, environments };
  const outcome = await trainAndMeasure(options, parts);
  await options.onEnd?.(outcome, { environments, player: learner });
  return outcome;
}

/** What {@linkcode trainAndMeasure} works with. */
interface SessionParts {
  network: Network;
  memory: ReplayMemory;
  learner: Learner;
  environments: Environments;
}

/** Leaves the learner with the weights that were measured, if any were. */
async function trainAndMeasure(
  options: TrainingOptions,
  { network, memory, learner, environments }: SessionParts,
): Promise<TrainingOutcome> {
  const { config, run, signal } = options;
  await using env = await environments.create({ training: true });
  await using games = await openEvaluationGames(config, environments);
  await using progress = createProgress({ budget: config.training });

  const resumed = options.resume ? await newestCheckpoint(run, progress) : null;
  const counters = freshCounters();
  const random = resumed
    ? Random.fromState(resumed.state.randoms[TRAINING_RANDOM]!)
    : new Random(hash32(config.seed, 1));
  if (resumed) {
    await learner.setState(resumed.state.learner);
    await resumed.restoreMemory(memory);
    restoreCounters(counters, resumed.state.counters, config, learner.updates);
    progress.resumed(counters.step);
  }
  const schedule = trainingEpisodes(config);
  const state = resumed?.state.env
    ? await env.restore(resumed.state.env, schedule)
    : await env.reset(schedule);
  // A live game cannot be played again: another one has begun in its place.
  resumed?.state.env?.environments.forEach(({ actions }, environment) => {
    if (actions === "") memory.beginEpisode(environment);
  });
  await recordStart(options, counters.step, learner, environments);
  progress.log(`${summarise(network)}\nRuns on ${learner.device}.`);

  using sinks = openSinks(run, resumed?.state.sinks);
  const records = new Records(sinks, progress, counters);
  const checkpoints = new CheckpointWriter(run, config, network, progress, {
    counters,
    learner,
    memory,
    random,
    sinks,
  });
  const reason = await train(
    { config, env, learner, memory, random, counters },
    state,
    {
      onGame: records.game,
      onInterval: records.interval,
      evaluate: async () => {
        const { step } = counters;
        const evaluation = await playGreedily(
          config,
          learner,
          games,
          "selection",
          signal,
        );
        if (!evaluation) return null;
        records.evaluation(evaluation);
        await options.onEvaluation(step, evaluation);
        return evaluation.mean;
      },
      checkpoint: () => checkpoints.save(env.state()),
    },
    signal,
  );
  await checkpoints.settled();

  const checkpoint = await findCheckpoint(run.checkpoints, "best");
  if (reason === "signal") {
    return { reason, counters, checkpoint, evaluation: null };
  }
  const best = await loadCheckpoint(checkpoint);
  await learner.setState(best.state.learner);
  const evaluation = await playGreedily(config, learner, games, "test", signal);
  return { reason, counters, checkpoint, evaluation };
}

/** Games of their own in the same Chrome: training's stay where they are. */
function openEvaluationGames(
  { evaluation }: Config,
  environments: Environments,
): Promise<GameGroups> {
  const { episodes, finalEpisodes } = evaluation;
  return openGameGroups(environments, Math.max(episodes, finalEpisodes));
}

/** @returns null if the signal broke it off */
async function playGreedily(
  { evaluation }: Config,
  learner: Learner,
  { groups }: GameGroups,
  purpose: SeedPurpose,
  signal: AbortSignal,
): Promise<Evaluation | null> {
  const episodes = purpose === "test"
    ? evaluation.finalEpisodes
    : evaluation.episodes;
  try {
    return await evaluate(groups, greedyPolicy(learner), {
      episodes,
      firstSeed: firstSeedFor(purpose, episodes),
      maxScore: evaluation.maxScore,
      signal,
    });
  } catch (error) {
    if (signal.aborted && error === signal.reason) return null;
    throw error;
  }
}

/** The newest checkpoint; null if the run ended before its first one. */
async function newestCheckpoint(
  run: RunFolder,
  progress: Progress,
): Promise<LoadedCheckpoint | null> {
  if ((await listCheckpoints(run.checkpoints)).length === 0) return null;
  return await loadNewestCheckpoint(
    run.checkpoints,
    (message) => progress.log(`warning: ${message}`),
  );
}

async function recordStart(
  { run, config, commandLine }: TrainingOptions,
  fromStep: number,
  learner: Learner,
  environments: Environments,
): Promise<void> {
  const info = await readRunInfo(run);
  info.starts.push({
    time: new Date().toISOString(),
    fromStep,
    commandLine,
    commit: await programCommit(),
    versions: {
      deno: Deno.version.deno,
      v8: Deno.version.v8,
      tensorflow: tensorflowVersion(),
      chrome: environments.chromeVersion,
    },
    pageScript: environments.scriptHash,
    engine: config.learner.engine,
    device: learner.device,
  });
  await writeRunInfo(run, info);
}
