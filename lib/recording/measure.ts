/** Measures an agent, with pictures of some of its games. */
import type { Config } from "../config/mod.ts";
import { Environments, LockstepEnv } from "../env/mod.ts";
import {
  type Baseline,
  evaluate,
  evaluateBaselines,
  type EvaluateOptions,
  type Evaluation,
  type EvaluationReport,
  evaluationReport,
  greedyPolicy,
  openGameGroups,
  PAGE_SCRIPT,
  playedSetting,
  seatsPerGroup,
} from "../evaluation/mod.ts";
import { loadSharp } from "../sharp.ts";
import { tensorflowVersion } from "../tensorflow/mod.ts";
import { type Agent, loadPlayer } from "../agents/mod.ts";
import type { Player } from "./moments.ts";
import { recordGames, type Recordings } from "./recording.ts";

/** How an agent plays the games that measure it. */
export interface GamesOptions extends EvaluateOptions {
  clock: Config["env"]["clock"];
  /** Whether simple players play the same games. */
  baselines: boolean;
  /** The evaluation of which these games are a part. @default themselves */
  whole?: Pick<EvaluateOptions, "episodes" | "firstSeed">;
}

/** How an agent is measured. */
export interface MeasureOptions extends GamesOptions {
  /** What repeats the measurement. */
  command: string;
  /** The games, where they have been played already. */
  played?: PlayedGames | undefined;
}

/** An agent's games and those of simple players; JSON keeps all of it. */
export interface PlayedGames {
  evaluation: Evaluation;
  baselines: Baseline[];
  /** Names and versions of what they were played with. */
  versions: Record<string, string>;
}

/** An agent's games, and pictures of some of them. */
export interface Measurement extends Recordings {
  report: EvaluationReport;
}

/** What an agent plays with. */
interface Table {
  /** Chrome, open with the config's settings. */
  environments: Environments;
  player: Player;
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
  await loadSharp(); // for the pictures at its end
  return await atTable(agent, options, async (table, config) => {
    const { evaluation, baselines, versions } = options.played ??
      await play(table, options);
    const report = evaluationReport(
      {
        run: agent.name,
        checkpoint: agent.checkpoint,
        ...playedSetting(config),
        command: options.command,
        versions,
      },
      evaluation,
      baselines,
    );
    return await recordEvaluation({ ...table, config, evaluation, report });
  });
}

/** Plays games as {@linkcode measureAgent} does, and records none. */
export async function playGames(
  agent: Agent,
  options: GamesOptions,
): Promise<PlayedGames> {
  return await atTable(agent, options, (table) => play(table, options));
}

async function atTable<Result>(
  agent: Agent,
  { clock }: GamesOptions,
  use: (table: Table, config: Config) => Promise<Result>,
): Promise<Result> {
  const config = { ...agent.config, env: { ...agent.config.env, clock } };
  using player = await loadPlayer(agent);
  await using environments = await Environments.open(config);
  return await use({ environments, player }, config);
}

async function play(
  { environments, player }: Table,
  options: GamesOptions,
): Promise<PlayedGames> {
  const { episodes, firstSeed, maxScore, whole = options } = options;
  await using games = await openGameGroups(environments, episodes);
  const { groups } = games;
  const policy = greedyPolicy(
    player,
    "evaluation",
    seatsPerGroup(whole.episodes),
  );
  const evaluation = await evaluate(groups, policy, options);
  const [env] = groups;
  const same = { episodes, firstSeed, maxScore };
  return {
    evaluation,
    baselines: options.baselines && env instanceof LockstepEnv
      ? await evaluateBaselines(env, same, whole.firstSeed)
      : [],
    versions: {
      Deno: Deno.version.deno,
      TensorFlow: tensorflowVersion(),
      Chrome: environments.chromeVersion,
      [PAGE_SCRIPT]: environments.scriptHash,
    },
  };
}

/** Games that were played, and what they were played with. */
export interface PlayedEvaluation extends Table {
  config: Config;
  evaluation: Evaluation;
  report: EvaluationReport;
  /** Whether animations are wanted as GIF, too. */
  gif?: boolean;
}

/**
 * Records the best, the median and the earliest games that ended in a crash;
 * with the live clock nothing can be played again.
 */
export async function recordEvaluation(
  { environments, player, config, evaluation, report, gif }: PlayedEvaluation,
): Promise<Measurement> {
  if (environments.clock === "live") {
    return { report, recordings: [], qCharts: [] };
  }
  await using env = environments.createLockstep({
    training: false,
    numEnvs: 1,
  });
  const recorded = await recordGames(env, player, evaluation, config, { gif });
  return { report, ...recorded };
}
