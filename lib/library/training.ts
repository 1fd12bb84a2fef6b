/**
 * Training: a run in a folder of its own, as `deno task train` makes it, with a
 * reward, a network and settings of your own.
 *
 * @module
 */
import { runTarget } from "../agents/mod.ts";
import type { RewardFunction } from "../env/mod.ts";
import type { Evaluation } from "../evaluation/mod.ts";
import { createRun, removeUnstartedRun } from "../runs/mod.ts";
import { findTeacher, runTraining } from "../training/mod.ts";
import { type Settings, wholeConfig } from "./settings.ts";

export type { Decision, RewardFunction } from "../env/mod.ts";
export type { Evaluation, Settings };

/** What {@linkcode trainAgent} trains. */
export interface TrainingOptions {
  /**
   * A config's file, or keys of it: `{ training: { steps: 5000 }, network:
   * { layers: "nature" } }`.
   */
  config?: string | Settings;
  /** The run's name. @default `script-1`, `script-2`, … */
  name?: string;
  /** What decisions are rewarded with, in place of the config's `reward`. */
  reward?: RewardFunction;
  /** Ends training, saved, after the step that is under way. */
  signal?: AbortSignal;
}

/** How a training ended. */
export interface TrainedAgent {
  /** The run, as `loadAgent` and every command name it. */
  agent: string;
  /** Folder of its best checkpoint. */
  checkpoint: string;
  /** Why it ended. */
  reason: "steps" | "minutes" | "target" | "patience" | "signal";
  /** Agent steps of all games together. */
  steps: number;
  /** Games that ended. */
  games: number;
  /** Seconds of training, evaluations included. */
  seconds: number;
  /**
   * The best checkpoint on seeds that chose nothing; null: the signal ended
   * the training.
   */
  evaluation: Evaluation | null;
}

/**
 * Trains an agent; how it goes is told on stderr. Its run can be played,
 * watched, compared and reported by all commands.
 *
 * @throws ConfigError when a key is wrong, UsageError when the name is taken or
 * there is no such teacher,
 * ChromeNotFoundError and TensorFlowNotFoundError when one is missing,
 * DivergedError when the loss is not finite any more
 */
export async function trainAgent(
  options: TrainingOptions = {},
): Promise<TrainedAgent> {
  const { name, reward, signal = new AbortController().signal } = options;
  const config = await wholeConfig(options.config);
  const teacher = await findTeacher(config);
  const run = await createRun({
    ...{ config, name, configName: "script" },
    ownReward: reward !== undefined,
  });
  try {
    const { counters, checkpoint, reason, evaluation } = await runTraining({
      ...{ config, run, teacher, reward, signal },
      former: null,
      commandLine: Deno.args,
      onEvaluation: () => Promise.resolve(),
    });
    const { step: steps, games, wallSeconds: seconds } = counters;
    return {
      ...{ agent: runTarget(run), checkpoint, reason },
      ...{ steps, games, seconds, evaluation },
    };
  } finally {
    await removeUnstartedRun(run);
  }
}
