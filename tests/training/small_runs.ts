/** Runs that are trained with fakes, in a moment. */
import { join } from "node:path";
import { type NamedTensor } from "../../lib/agent/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import {
  createRun,
  listCheckpoints,
  type RunFolder,
} from "../../lib/runs/mod.ts";
import { runTraining } from "../../lib/training/mod.ts";
import { fakeConfig, type FakeOptions, fakeStage } from "./fakes.ts";

export const SMALL = [
  "network.layers=[{type: dense, units: 1}]",
  ...["training.steps=60", "training.logEvery=10"],
  ...["training.checkpointEvery=20", "evaluation.every=30"],
  ...["evaluation.episodes=4", "evaluation.finalEpisodes=4"],
];

/** How a run is trained with fakes. */
interface Attempt extends FakeOptions {
  resume?: boolean;
  weights?: NamedTensor[];
  reward?: Parameters<typeof runTraining>[0]["reward"];
  bestAfter?: number | undefined;
  sets?: readonly string[];
  stop?: AbortController;
  onEvaluation?: Parameters<typeof runTraining>[0]["onEvaluation"];
}

export const makeRun = async (root: string, sets: readonly string[] = []) => {
  const config = await fakeConfig([...SMALL, ...sets]);
  return await createRun({ config, name: "a", configName: "x", root });
};

export async function trainRun(
  run: RunFolder,
  {
    resume = false,
    weights,
    reward,
    bestAfter = 0,
    sets = [],
    stop = new AbortController(),
    onEvaluation = () => Promise.resolve(),
    ...fakes
  }: Attempt = {},
) {
  const config = await loadConfig(run.config, sets);
  return await runTraining(
    {
      ...{ config, run, weights, reward, bestAfter, onEvaluation },
      former: resume ? await loadConfig(run.config) : null,
      ...{ commandLine: ["train"], signal: stop.signal },
    },
    (config) => fakeStage(config, fakes),
  );
}

/** All that must not change when a run is not resumed. */
export async function contentOf(run: RunFolder) {
  const files = [run.config, run.info, run.scores, run.metrics];
  return {
    texts: await Promise.all(files.map((file) => Deno.readTextFile(file))),
    steps: await listCheckpoints(run.checkpoints),
  };
}

export const damage = async (run: RunFolder) => {
  for (const step of await listCheckpoints(run.checkpoints)) {
    await Deno.writeTextFile(
      join(run.checkpoints, `step-${step}`, "state.json"),
      "",
    );
  }
};
