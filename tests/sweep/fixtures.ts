/** Made-up plans and trainings, and what a sweep makes of them; no results. */
import { configToYaml, loadConfig } from "../../lib/config/mod.ts";
import {
  runSweep,
  sweepFolder,
  type SweepPlan,
  type SweepResults,
} from "../../lib/sweep/mod.ts";
import { inFolder } from "../folder.ts";

/** A training, as a sweep's files have it. */
export type Trial = SweepResults["settings"][number]["trials"][number];

/** What a sweep's `state.json` holds. */
export interface State {
  settings: { number: number; values: Record<string, unknown> }[];
  trials: Trial[];
}

const base = await loadConfig();

/** A plan of settings that differ in `learner.nStep`. */
export function makePlan(plan: Partial<SweepPlan> = {}): SweepPlan {
  return {
    ...{ name: "steps", file: "/sweeps/steps.yaml", text: "", base },
    ...{ seeds: [1, 2], parallel: 1, threads: null, stopping: "none" },
    settings: nSteps(1, 3),
    ...plan,
  };
}

/** Settings with these values of `learner.nStep`. */
export const nSteps = (...values: number[]) =>
  values.map((value) => ({ "learner.nStep": value }));

/** Evaluations every 1,000 steps with these means. */
export const curve = (...means: number[]) =>
  means.map((mean, i) => ({ step: 1000 * (i + 1), mean }));

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

/**
 * A sweep that is stopped before it trains anything: what it finds, says and
 * leaves.
 *
 * @param earlier what its folder held: a state, or a text in place of one
 */
export async function swept(plan: SweepPlan, earlier?: State | string) {
  return await inFolder(async (root) => {
    const folder = sweepFolder(plan.name, root);
    if (earlier !== undefined) {
      await Deno.mkdir(folder.path);
      await Deno.writeTextFile(folder.config, configToYaml(plan.base));
      const text = typeof earlier === "string"
        ? earlier
        : JSON.stringify(earlier);
      await Deno.writeTextFile(folder.state, text);
    }
    const said: string[] = [];
    const results = await runSweep({
      ...{ plan, root, signal: AbortSignal.abort(), children: new Set() },
      say: (line) => said.push(line),
    });
    const read = Deno.readTextFile;
    return {
      ...{
        said,
        results,
        state: JSON.parse(await read(folder.state)) as State,
      },
      ...{ csv: await read(folder.csv), page: await read(folder.page) },
    };
  });
}

/** The same where these trainings were, of the plan's settings. */
export function sweptAfter(plan: SweepPlan, trials: Trial[]) {
  const settings = plan.settings.map((values, i) => ({
    ...{ number: i + 1, values },
  }));
  return swept(plan, { settings, trials });
}
