/** Made-up plans and trainings; no results. */
import { type Config, loadConfig } from "../../lib/config/mod.ts";
import type { SweepPlan } from "../../lib/sweep/plan.ts";
import type { Values } from "../../lib/sweep/settings.ts";
import type { Trial } from "../../lib/sweep/state.ts";

const base: Config = await loadConfig();

/** A plan of settings that differ in `learner.nStep`. */
export function makePlan(plan: Partial<SweepPlan> = {}): SweepPlan {
  return {
    name: "steps",
    file: "/sweeps/steps.yaml",
    text: "",
    base,
    seeds: [1, 2],
    parallel: 1,
    stopping: "none",
    settings: nSteps(1, 3),
    ...plan,
  };
}

/** Settings with these values of `learner.nStep`. */
export function nSteps(...values: number[]): Values[] {
  return values.map((value) => ({ "learner.nStep": value }));
}

/** Evaluations every 1,000 steps with these means. */
export function curve(...means: number[]) {
  return means.map((mean, i) => ({ step: 1000 * (i + 1), mean }));
}

/** A training that has finished with these evaluations and final scores. */
export function finished(
  setting: number,
  seed: number,
  means: number[],
  scores: number[],
): Trial {
  return {
    run: `steps-0${setting}-seed-${seed}`,
    ...{ setting, seed, state: "finished", reason: "" },
    ...{ steps: 1000 * means.length, minutes: means.length },
    evaluations: curve(...means),
    final: { scores, cap: 100, firstSeed: 1_000_000 },
  };
}
