/** What a sweep has done so far; it goes on from there. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { UsageError } from "../errors.ts";
import type { SeedPurpose } from "../evaluation/mod.ts";
import { ifThere, readText } from "../files.ts";
import { replaceDurably } from "../system/mod.ts";
import type { SweepPlan } from "./plan.ts";

const finalSchema = z.object({
  scores: z.array(z.number()).min(1),
  /** Score at which a game ended, counted as capped. */
  cap: z.number(),
  /** Seed of the first game. */
  firstSeed: z.number(),
  /** What such games say; absent: an earlier version did not say. */
  seedPurpose: z.custom<SeedPurpose>().exactOptional(),
});

const trialSchema = z.object({
  /** Name of its run. */
  run: z.string(),
  /** Number of its setting. */
  setting: z.int(),
  seed: z.int(),
  /**
   * `waiting`: not begun. `begun`: it was interrupted, or is running.
   * `stopped`: given up early. `failed`: it ended with an error.
   */
  state: z.enum(["waiting", "begun", "finished", "stopped", "failed"]),
  /** Why it was stopped or has failed; empty otherwise. */
  reason: z.string(),
  /** Agent steps and minutes of training so far. */
  ...{ steps: z.number(), minutes: z.number() },
  /** Evaluations during training, in the order of their steps. */
  evaluations: z.array(z.object({ step: z.number(), mean: z.number() })),
  /** null: it has not finished. */
  final: finalSchema.nullable(),
});

const stateSchema = z.object({
  /** A setting keeps its number when others are added to the sweep's file. */
  settings: z.array(z.object({
    number: z.int(),
    values: z.record(z.string(), z.unknown()),
  })),
  trials: z.array(trialSchema),
});

/** Games of a finished training on seeds that chose nothing. */
export type FinalGames = z.infer<typeof finalSchema>;

/** One training: a setting with a seed. */
export type Trial = z.infer<typeof trialSchema>;

/** The content of `state.json`. */
export type SweepState = z.infer<typeof stateSchema>;

/** A plan beside what was done before. */
export interface Reconciled {
  state: SweepState;
  /** The plan's trainings, all settings with the first seed first. */
  trials: Trial[];
  /** What has changed since the last time, in sentences. */
  changes: string[];
}

/**
 * Finds the plan's settings and trainings in what was done before, and adds
 * those that are new. What the plan names no more is kept, but left alone.
 */
export function reconcile(
  { name, settings, seeds, stopping }: SweepPlan,
  earlier: SweepState | null,
): Reconciled {
  const state: SweepState = {
    settings: [...(earlier?.settings ?? [])],
    trials: [...(earlier?.trials ?? [])],
  };
  const known = state.settings.length;
  const numbers = settings.map((values) => {
    const found = state.settings.find((setting) =>
      isDeepStrictEqual(setting.values, values)
    );
    if (found) return found.number;
    const number = state.settings.length + 1;
    state.settings.push({ number, values });
    return number;
  });
  // Seed by seed, so that all settings can be told apart early.
  const trials = seeds.flatMap((seed) =>
    numbers.map((setting) => {
      const found = state.trials.find((trial) =>
        trial.setting === setting && trial.seed === seed
      );
      const trial = found ?? newTrial(name, setting, seed);
      if (!found) state.trials.push(trial);
      return trial;
    })
  );
  if (stopping === "none") {
    for (const trial of trials) {
      if (trial.state === "stopped") trial.state = "begun";
    }
  }
  const count = (n: number, what: string) =>
    n === 1 ? `one ${what}` : `${n} ${what}s`;
  const added = trials.filter(({ state }) => state === "waiting").length;
  const left = state.trials.length - trials.length;
  const begun = earlier?.trials.some(({ state }) => state !== "waiting");
  const fresh = state.settings.length - known;
  return {
    state,
    trials,
    changes: begun
      ? [
        ...(fresh > 0 && added > 0
          ? [`The sweep's file names ${count(fresh, "setting")} more.`]
          : []),
        ...(left > 0
          ? [
            `The sweep's file does not name ${
              count(left, "training")
            } of before any more; they are kept, and left out of the table.`,
          ]
          : []),
      ]
      : [],
  };
}

function newTrial(name: string, setting: number, seed: number): Trial {
  return {
    run: `${name}-${String(setting).padStart(2, "0")}-seed-${seed}`,
    ...{ setting, seed, state: "waiting", reason: "", steps: 0, minutes: 0 },
    ...{ evaluations: [], final: null },
  };
}

/**
 * Reads what was done before; null: nothing.
 *
 * @throws UsageError if the file cannot be used
 */
export async function readState(path: string): Promise<SweepState | null> {
  const text = await ifThere(readText(path));
  if (text === null) return null;
  try {
    const state: SweepState = JSON.parse(text);
    stateSchema.parse(state);
    // As it stands: another version's fields stay.
    return state;
  } catch (cause) {
    throw new UsageError(
      `${path} is not what a sweep leaves; remove its folder, or give the ` +
        "sweep another --name",
      { cause },
    );
  }
}

/** Writes what was done so far; readers see the old or the new file. */
export async function writeState(
  path: string,
  state: SweepState,
): Promise<void> {
  await replaceDurably(path, JSON.stringify(state, null, 2) + "\n");
}
