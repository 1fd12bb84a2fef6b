/** Measures an agent, and writes down all that is told about it. */
import { basename, join, resolve } from "node:path";
import type { Learner } from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import { Environments, LockstepEnv } from "../env/mod.ts";
import {
  evaluate,
  evaluateBaselines,
  type EvaluateOptions,
  type Evaluation,
  greedyPolicy,
  medianAndBest,
  openGameGroups,
  type PlayedGame,
  storedGame,
} from "../evaluation/mod.ts";
import { tensorflowVersion } from "../tensorflow/mod.ts";
import { type Agent, loadLearner, RUNS_FOLDER } from "../training/mod.ts";
import {
  type EvaluationReport,
  evaluationReport,
  gameName,
  PAGE_SCRIPT,
} from "./evaluation_report.ts";
import { points } from "./evaluation_sections.ts";
import { type Files, replaceFolder } from "./folder.ts";
import type { PageChart } from "./page.ts";
import {
  CRASH_ROLES,
  recordCrash,
  type RecordedGame,
  recordGame,
  type Recording,
} from "./recording.ts";
import { readRecordings, reportFiles } from "./report.ts";
import { readReport, readRunData } from "./run_data.ts";

/** Where the evaluations of agents go that are no run's. */
const EVALUATIONS_FOLDER = resolve(RUNS_FOLDER, "../evaluations");

/** How an agent is measured. */
export interface MeasureOptions extends EvaluateOptions {
  clock: Config["env"]["clock"];
  /** Whether simple players play the same games. */
  baselines: boolean;
  /** What repeats the measurement. */
  command: string;
}

/** An agent's games, and pictures of some of them. */
export interface Measurement {
  report: EvaluationReport;
  recordings: Recording[];
  qCharts: PageChart[];
}

/**
 * Plays games with an agent and, if asked for, with simple players on the same
 * seeds; with the lock-step clock the best and the median one are recorded.
 *
 * @throws ChromeNotFoundError, TensorFlowNotFoundError where one is missing
 */
export async function measureAgent(
  agent: Agent,
  options: MeasureOptions,
): Promise<Measurement> {
  const { clock, episodes, firstSeed, maxScore } = options;
  const config = { ...agent.config, env: { ...agent.config.env, clock } };
  using learner = await loadLearner(agent);
  await using environments = await Environments.open(config);
  await using games = await openGameGroups(environments, episodes);
  const { groups } = games;
  const evaluation = await evaluate(groups, greedyPolicy(learner), options);
  const [env] = groups;
  const baselines = options.baselines && env instanceof LockstepEnv
    ? await evaluateBaselines(env, { episodes, firstSeed, maxScore })
    : [];
  const report = evaluationReport(
    {
      run: agent.name,
      checkpoint: agent.checkpoint,
      game: gameName(config),
      speed: config.game.speed,
      clock,
      command: options.command,
      versions: {
        Deno: Deno.version.deno,
        TensorFlow: tensorflowVersion(),
        Chrome: environments.chromeVersion,
        [PAGE_SCRIPT]: environments.scriptHash,
      },
    },
    evaluation,
    baselines,
  );
  if (!(env instanceof LockstepEnv)) {
    return { report, recordings: [], qCharts: [] };
  }
  await using single = await environments.createLockstep({
    training: false,
    numEnvs: 1,
  });
  const recorded = await recordGames(single, learner, evaluation, config);
  return { report, ...recorded };
}

/**
 * The report of games that were played already, with the best and the median
 * one recorded; with the live clock nothing can be played again.
 */
export async function recordEvaluation(
  agent: Agent,
  report: EvaluationReport,
  evaluation: Evaluation,
): Promise<Measurement> {
  const { config } = agent;
  if (config.env.clock === "live") {
    return { report, recordings: [], qCharts: [] };
  }
  using learner = await loadLearner(agent);
  await using environments = await Environments.open(config);
  await using single = await environments.create({
    training: false,
    numEnvs: 1,
  }) as LockstepEnv;
  return {
    report,
    ...await recordGames(single, learner, evaluation, config),
  };
}

/** An evaluation during training: its page, its tables and two of its games. */
export async function evaluationFiles(
  report: EvaluationReport,
  evaluation: Evaluation,
  config: Config,
): Promise<Files> {
  return await reportFiles({
    title: `${report.run}, ${report.checkpoint}`,
    subtitle: "An evaluation during training",
    evaluation: report,
    recordings: keptGames(evaluation, config),
    chartFiles: false,
  });
}

/** The best and the median game as they are stored, without pictures. */
function keptGames(
  evaluation: Evaluation,
  config: Config,
): Recording[] {
  const { best, median } = medianAndBest(evaluation);
  return ([["best", best], ["median", median]] as const)
    .map(([role, game]) => ({
      role,
      game: storedGame(game, config, evaluation.cap),
      webp: null,
    }));
}

/** The games that crashed first, at most as many as are shown. */
function earliestCrashes({ games }: Evaluation): PlayedGame[] {
  return games.filter(({ end }) => end === "crash")
    .toSorted((a, b) => a.score - b.score)
    .slice(0, CRASH_ROLES.length);
}

/**
 * Records the best and the median game, the latter with its Q-values, and the
 * earliest crashes.
 */
async function recordGames(
  env: LockstepEnv,
  learner: Learner,
  evaluation: Evaluation,
  config: Config,
): Promise<Pick<Measurement, "recordings" | "qCharts">> {
  const recorded: RecordedGame[] = [];
  for (const { role, game } of keptGames(evaluation, config)) {
    recorded.push(await recordGame(env, learner, role, game));
  }
  const crashes: Recording[] = [];
  for (const [i, game] of earliestCrashes(evaluation).entries()) {
    const stored = storedGame(game, config, evaluation.cap);
    crashes.push(await recordCrash(env, learner, CRASH_ROLES[i]!, stored));
  }
  return {
    recordings: [...recorded.map(({ recording }) => recording), ...crashes],
    qCharts: [recorded.at(-1)!.qChart],
  };
}

/** The folder that an agent's report goes to. */
export function reportFolder(
  agent: Pick<Agent, "name" | "run">,
  clock: Config["env"]["clock"],
): string {
  const ending = clock === "live" ? "-live" : "";
  return agent.run
    ? agent.run.report + ending
    : join(EVALUATIONS_FOLDER, basename(agent.name) + ending);
}

/**
 * Writes the report of an agent: how it plays and, when it is of a run, how it
 * was trained. A measurement that is absent is taken from the folder's earlier
 * report, if there is one.
 *
 * @throws UsageError when the run's files cannot be read or the folder cannot
 * be written
 */
export async function writeReport(
  folder: string,
  { name, checkpoint, run }: Pick<Agent, "name" | "run"> & {
    checkpoint?: string;
  },
  measurement?: Measurement,
): Promise<void> {
  const data = run ? await readRunData(run) : undefined;
  const earlier = measurement ?? {
    report: await readReport(folder),
    ...await readRecordings(folder),
  };
  const { recordings, qCharts } = earlier;
  const evaluation = earlier.report ?? undefined;
  const played = evaluation?.checkpoint ?? checkpoint;
  const speed = evaluation?.speed ?? data?.config.game.speed;
  const files = await reportFiles({
    title: name,
    subtitle: [
      speed === "accelerating"
        ? "The real, accelerating dinosaur game of chrome://dino"
        : `The dinosaur game of chrome://dino at the constant speed ${speed}`,
      ...(played ? [`checkpoint ${played}`] : []),
      ...(evaluation ? [`${points(evaluation.episodes)} games`] : []),
    ].join(" · "),
    ...{ evaluation, recordings, qCharts, run: data },
  });
  await replaceFolder(folder, files);
}
