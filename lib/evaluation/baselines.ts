/**
 * What the agent's scores are compared with: simple players on the same seeds
 * of the same game, measured in the same way.
 */
import type { LockstepEnv } from "../env/mod.ts";
import { evaluate, type EvaluateOptions, type Evaluation } from "./evaluate.ts";
import { alwaysJumpPolicy, noOpPolicy, randomPolicy } from "./policies.ts";
import { scriptedPolicy } from "./scripted_player.ts";

/** A simple player and its games. */
export interface Baseline {
  name: string;
  evaluation: Evaluation;
}

/**
 * Plays the same games with the players that see nothing (no key at all,
 * random actions, always jump) and with the one that sees all: it reads the
 * page's state, which no agent may.
 */
export async function evaluateBaselines(
  env: LockstepEnv,
  options: EvaluateOptions,
): Promise<Baseline[]> {
  const players = [
    ["no action", noOpPolicy],
    ["random actions", randomPolicy(env.numActions)],
    ["always jump", alwaysJumpPolicy],
    ["scripted player", scriptedPolicy(env)],
  ] as const;
  const baselines: Baseline[] = [];
  for (const [name, policy] of players) {
    baselines.push({ name, evaluation: await evaluate(env, policy, options) });
  }
  return baselines;
}
