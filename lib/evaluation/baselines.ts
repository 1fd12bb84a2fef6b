/**
 * What the agent's scores are compared with: simple players on the same seeds
 * of the same game, measured in the same way.
 */
import type { LockstepEnv } from "../env/mod.ts";
import { evaluate, type EvaluateOptions } from "./evaluate.ts";
import type { Evaluation } from "./games.ts";
import { alwaysJumpPolicy, noOpPolicy, randomPolicy } from "./policies.ts";
import { scriptedPolicy } from "./scripted_player.ts";

/** A simple player and its games. */
export interface Baseline {
  name: string;
  evaluation: Evaluation;
}

/** The scripted player hardly ever dies, so a few of its games tell enough. */
const SCRIPTED_EPISODES = 20;

/**
 * Plays the same games with the players that see nothing (no key at all,
 * random actions, always jump) and the first 20 of them with the one that sees
 * all: it reads the page's state, which no agent may.
 *
 * @param first seed of the evaluation's first game, of which these may be a part
 */
export async function evaluateBaselines(
  env: LockstepEnv,
  options: EvaluateOptions,
  first = options.firstSeed,
): Promise<Baseline[]> {
  const { episodes, firstSeed } = options;
  const players = [
    ["no action", noOpPolicy, episodes],
    ["random actions", randomPolicy(env.numActions), episodes],
    ["always jump", alwaysJumpPolicy, episodes],
    [
      "scripted player",
      scriptedPolicy(env),
      Math.min(episodes, first + SCRIPTED_EPISODES - firstSeed),
    ],
  ] as const;
  const baselines: Baseline[] = [];
  for (const [name, policy, episodes] of players) {
    if (episodes <= 0) continue;
    const evaluation = await evaluate(env, policy, { ...options, episodes });
    baselines.push({ name, evaluation });
  }
  return baselines;
}
