/** One training run from its folder to its trained agent. */
import {
  createLearner,
  createMemory,
  decodeModel,
  initialState,
  type Learner,
  type NamedTensor,
  numericsHash,
  type Player,
  resolveNetwork,
  summarise,
} from "../agent/mod.ts";
import { type Agent, loadPlayer } from "../agents/mod.ts";
import {
  type Config,
  differences,
  differenceText,
  lastingDifferences,
} from "../config/mod.ts";
import { Environments, type RewardFunction, withReward } from "../env/mod.ts";
import { CheckpointError, DinoDqnError, UsageError } from "../errors.ts";
import type { Evaluation } from "../evaluation/mod.ts";
import { ifThere } from "../files.ts";
import { hash32, Random } from "../random.ts";
import {
  endText,
  EVALUATIONS,
  findBest,
  GAMES,
  hasTrained,
  INTERVALS,
  programCommit,
  readRunInfo,
  type RunFolder,
  type RunStart,
  updateRunConfig,
  writeRunInfo,
} from "../runs/mod.ts";
import { overhear, say } from "../say.ts";
import { acquireLock, Log } from "../system/mod.ts";
import { tensorflowVersion } from "../tensorflow/mod.ts";
import { points } from "../text.ts";
import { arithmeticNotes } from "./arithmetic.ts";
import { Checkpoints } from "./checkpoint.ts";
import {
  comparableBest,
  type Counters,
  forgetBest,
  freshCounters,
  type StopReason,
} from "./counters.ts";
import { TrainingGames } from "./episodes.ts";
import {
  openEvaluationGames,
  playGreedily,
  playUnless,
  type Purpose,
} from "./greedy_games.ts";
import { train } from "./loop.ts";
import { trainingParts } from "./parts.ts";
import { Progress } from "./progress.ts";
import { Sinks } from "./sinks.ts";
import { teacherOf } from "./teacher.ts";

/** What a training is started with. */
export interface TrainingOptions {
  config: Config;
  run: RunFolder;
  /** What the run was trained by, to go on from there; null: it is new. */
  former: Config | null;
  /** Weights to begin a new run with. @default random ones */
  weights?: NamedTensor[] | undefined;
  /** `learner.teacher` of a new run, found. @default looked for when it begins */
  teacher?: Agent | null;
  /** What decisions are rewarded with, in place of the config's `reward`. */
  reward?: RewardFunction | undefined;
  /** The best checkpoint is of the evaluations after this step. @default {0} */
  bestAfter?: number;
  /** How the program was called, for `run.json`. */
  commandLine: string[];
  /** Stops training after the step that is under way, saved. */
  signal: AbortSignal;
  /**
   * Receives each evaluation made during training; one that it cannot write
   * (the disk is full) is told and does not end the training.
   */
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

/** Chrome and TensorFlow, as a training needs them. */
export interface Stage extends AsyncDisposable {
  environments: Environments;
  learner: Learner;
  /** What its CPU computes: `numericsHash`. */
  numerics: string;
}

/**
 * Trains in a run's folder until the config's budget, its target or the signal
 * ends it, then measures the best checkpoint on held-out seeds. A run that is
 * resumed is written to only when all of it was read and fits.
 *
 * @param open opens Chrome and TensorFlow
 * @throws RunLockedError if another process trains there, UsageError if the run
 * was not made for this config, CheckpointError if there is nothing sound to
 * resume from, and what `Environments.open`, `createLearner`, `train` and `onEnd`
 * throw
 */
export async function runTraining(
  options: TrainingOptions,
  open: (config: Config) => Promise<Stage> = openStage,
): Promise<TrainingOutcome> {
  const { config, run } = options;
  await checkFiles(run);
  using _lock = await acquireLock(run.lock, `The run ${run.name}`);
  checkLasting(options);
  await checkReward(options);
  const taughtBy = await teacherOf(run, config, options.teacher);
  say(`Training in ${run.path}`);
  if (taughtBy) say(`Its teacher: ${config.learner.teacher}`);
  await using stage = await open(config);
  // After the learner, whose threads are not to be decided by another's.
  using teacher = taughtBy && await loadPlayer(taughtBy);
  const { environments, learner } = stage;
  using heard = new DisposableStack();
  const outcome = await trainAndMeasure(options, stage, teacher, heard);
  // The report tells how it ended.
  await recordEnd(run, outcome);
  await options.onEnd?.(outcome, { environments, player: learner });
  return outcome;
}

async function openStage(config: Config): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const network = resolveNetwork(config.network, config.game.actions);
  const random = new Random(hash32(config.seed, 0));
  const learner = opened.use(await createLearner(config, network, random));
  const environments = opened.use(await Environments.open(config));
  // After the learner, whose threads are not to be decided by another's.
  const numerics = await numericsHash();
  const kept = opened.move();
  return {
    ...{ learner, environments, numerics },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/**
 * Leaves the learner with the weights that were measured, if any were, and the
 * run's log open until `heard` is disposed of.
 */
async function trainAndMeasure(
  options: TrainingOptions,
  { environments, learner, numerics }: Stage,
  teacher: Player | null,
  heard: DisposableStack,
): Promise<TrainingOutcome> {
  const { config, run, signal } = options;
  await using created = await environments.create({ training: true });
  const env = options.reward ? withReward(created, options.reward) : created;
  await using matches = await openEvaluationGames(config, environments);
  await using progress = new Progress({ plan: config });
  using sinks = new Sinks(run);
  const games = new TrainingGames(env, config);
  const network = resolveNetwork(config.network, config.game.actions);
  const memory = createMemory(config);
  const random = new Random(hash32(config.seed, 1));
  const counters = freshCounters();
  const parts = { config, learner, teacher, memory, random, counters };
  const warn = (message: string) => progress.log(`warning: ${message}`);
  await using checkpoints = new Checkpoints(
    counters,
    trainingParts({ ...parts, network, games, sinks }),
    { folder: run.checkpoints, keep: config.training.keepCheckpoints, warn },
  );

  if (options.former && await goesOn(run, checkpoints)) {
    progress.log(`Going on from step ${points(counters.step)}.`);
    forgetBest(counters, options.bestAfter ?? 0);
  } else {
    if (options.weights) await learner.setState(initialState(options.weights));
    await games.begin();
    sinks.open();
  }
  const lastStart = await recordStart(
    ...[options, counters.step, learner, environments, numerics] as const,
  );
  const log = new Log(run.log, () => {});
  heard.use(overhear((line) => log.say(line)));
  for (const note of arithmeticNotes(config, learner, lastStart)) warn(note);
  sinks.describe(counters.step, config);
  progress.log(`${summarise(network)}\nRuns on ${learner.device}.`);

  const play = (purpose: Purpose, least = 0) =>
    playGreedily(config, learner, matches, { purpose, least, signal });
  /** Whether the signal did not break it off. */
  const searchCrashes = async () => {
    const search = games.search(counters.step);
    if (!search || counters.step >= config.training.steps) return true;
    const { options } = search;
    const played = await playUnless(signal, learner, matches, options);
    if (!played) return false;
    const { found, practised } = search.found(played.games);
    progress.log(
      `${points(options.episodes)} greedy games on training seeds: ` +
        `${points(found)} new crashes; ${points(practised)} are practised.`,
    );
    return true;
  };
  const reason = await train({ ...parts, env }, games.first!, {
    onGame(record) {
      if (!games.ended(record)) return;
      sinks.add(GAMES, record);
      progress.game(record);
    },
    onInterval(record) {
      sinks.add(INTERVALS, record);
      progress.interval(record);
    },
    async evaluate() {
      const { step } = counters;
      if (!await searchCrashes()) return null;
      const began = performance.now();
      const best = comparableBest(counters, config.evaluation);
      const { endEarly } = config.evaluation;
      const evaluation = await play("selection", endEarly ? best?.mean : 0);
      if (!evaluation) return null;
      const seconds = (performance.now() - began) / 1000;
      const { scores, atMost } = evaluation;
      sinks.add(EVALUATIONS, { step, scores, atMost });
      progress.evaluation(step, evaluation, seconds);
      await options.onEvaluation(step, evaluation).catch((error) => {
        if (!(error instanceof DinoDqnError)) throw error;
        warn(`${error.message} Training goes on.`);
      });
      return evaluation.mean;
    },
    checkpoint: () => checkpoints.save(),
  }, signal);
  progress.end(counters);
  await checkpoints.settled();

  const { checkpoint, model } = await findBest(run.checkpoints, { warn });
  if (reason === "signal") {
    return { reason, counters, checkpoint, evaluation: null };
  }
  progress.log(`Training has ended: ${endText(reason, config)}.`);
  await learner.setState(initialState(decodeModel(network, model)));
  const evaluation = await play("test");
  return {
    ...{ counters, checkpoint, evaluation },
    reason: evaluation ? reason : "signal",
  };
}

/**
 * Who made a run's folder does not decide what is written elsewhere.
 *
 * @throws UsageError if a file that is written in place is a link, or no file, or
 * the teacher's folder is none
 */
async function checkFiles(run: RunFolder): Promise<void> {
  const files = [run.lock, run.scores, run.metrics, run.log];
  for (const path of files) await checkIsNoLink(path, "file", "folder");
  await checkIsNoLink(run.teacher, "folder", "file");
}

async function checkIsNoLink(
  path: string,
  wanted: "file" | "folder",
  other: "file" | "folder",
): Promise<void> {
  const there = await ifThere(Deno.lstat(path));
  if (!there || there[wanted === "file" ? "isFile" : "isDirectory"]) return;
  throw new UsageError(
    `${path} is a link or a ${other}, and training writes to it: put the ` +
      `${wanted} itself there, or remove it`,
  );
}

/** @throws UsageError if the run was made for another config */
function checkLasting({ run, config, former }: TrainingOptions): void {
  const changed = lastingDifferences(former ?? config, config);
  if (changed.length === 0) return;
  throw new UsageError(
    `The run ${run.name} cannot go on with another config: ` +
      `${changed.map(differenceText).join("; ")}. Its network, its replay ` +
      "memory, its seed and its games are its own; train a new run with that",
  );
}

/** A script's reward is in no config: nobody else can go on by it. */
async function checkReward({ run, reward }: TrainingOptions): Promise<void> {
  if (reward || !(await readRunInfo(run)).ownReward) return;
  throw new UsageError(
    `The run ${run.name} learned from the reward of a script, not from its ` +
      "config's, so it cannot go on here; begin a new run with its weights: " +
      `--from ${run.name}`,
  );
}

/** Whether the run goes on from a checkpoint; one that has none begins anew. */
async function goesOn(
  run: RunFolder,
  checkpoints: Checkpoints,
): Promise<boolean> {
  if (await checkpoints.restoreNewest()) return true;
  const { from } = await readRunInfo(run);
  if (from !== undefined) {
    throw new CheckpointError(
      `The run ${run.name} began with the agent ${from} and has no checkpoint ` +
        `to go on from; start a new run with --from ${from}`,
    );
  }
  if (await hasTrained(run)) {
    throw new CheckpointError(
      `The run ${run.name} has trained before, but there is no checkpoint in ` +
        `${run.checkpoints} to go on from; put one back, or start a new run`,
    );
  }
  return false;
}

/**
 * Notes in the run's folder with what it trains from now on.
 *
 * @returns its start before this one
 */
async function recordStart(
  { run, config, former, commandLine }: TrainingOptions,
  fromStep: number,
  { device, threads, precision }: Learner,
  { chromeVersion: chrome, scriptHash: pageScript }: Environments,
  numerics: string,
): Promise<RunStart | undefined> {
  if (differences(former ?? config, config).length > 0) {
    await updateRunConfig(run, config);
  }
  const { deno, v8 } = Deno.version;
  const info = await readRunInfo(run);
  const last = info.starts.at(-1);
  info.starts.push({
    time: new Date().toISOString(),
    fromStep,
    commandLine,
    commit: await programCommit(),
    versions: { deno, v8, tensorflow: tensorflowVersion(), chrome },
    ...{ pageScript, engine: config.learner.engine },
    ...{ device, threads, precision, numerics, end: null },
  });
  await writeRunInfo(run, info);
  return last;
}

/** Notes how the training ended. */
async function recordEnd(
  run: RunFolder,
  { reason, counters }: TrainingOutcome,
): Promise<void> {
  const info = await readRunInfo(run);
  const time = new Date().toISOString();
  const { step, wallSeconds: seconds } = counters;
  info.starts.at(-1)!.end = { time, reason, step, seconds };
  await writeRunInfo(run, info);
}
