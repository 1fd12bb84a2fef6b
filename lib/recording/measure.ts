/** Measures an agent, with pictures of some of its games. */
import type { Config } from "../config/mod.ts";
import { Environments, LockstepEnv } from "../env/mod.ts";
import {
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
} from "../evaluation/mod.ts";
import { tensorflowVersion } from "../tensorflow/mod.ts";
import { type Agent, loadPlayer } from "../agents/mod.ts";
import type { Player } from "./moments.ts";
import { recordGames, type Recordings } from "./recording.ts";

/** How an agent is measured. */
export interface MeasureOptions extends EvaluateOptions {
  clock: Config["env"]["clock"];
  /** Whether simple players play the same games. */
  baselines: boolean;
  /** What repeats the measurement. */
  command: string;
}

/** An agent's games, and pictures of some of them. */
export interface Measurement extends Recordings {
  report: EvaluationReport;
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
  using player = await loadPlayer(agent);
  await using environments = await Environments.open(config);
  await using games = await openGameGroups(environments, episodes);
  const { groups } = games;
  const evaluation = await evaluate(groups, greedyPolicy(player), options);
  const [env] = groups;
  const baselines = options.baselines && env instanceof LockstepEnv
    ? await evaluateBaselines(env, { episodes, firstSeed, maxScore })
    : [];
  const report = evaluationReport(
    {
      run: agent.name,
      checkpoint: agent.checkpoint,
      ...playedSetting(config),
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
  return await recordEvaluation(
    { environments, player, config, evaluation, report },
  );
}

/** Games that were played, and what they were played with. */
export interface PlayedEvaluation {
  /** Chrome, open with the config's settings. */
  environments: Environments;
  player: Player;
  config: Config;
  evaluation: Evaluation;
  report: EvaluationReport;
}

/**
 * Records the best, the median and the earliest games that ended in a crash;
 * with the live clock nothing can be played again.
 */
export async function recordEvaluation(
  { environments, player, config, evaluation, report }: PlayedEvaluation,
): Promise<Measurement> {
  if (environments.clock === "live") {
    return { report, recordings: [], qCharts: [] };
  }
  await using env = environments.createLockstep({
    training: false,
    numEnvs: 1,
  });
  return { report, ...await recordGames(env, player, evaluation, config) };
}
