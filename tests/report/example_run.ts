/** A made-up run on the disk; no results. */
import { join } from "node:path";
import { configToYaml, loadConfig } from "../../lib/config/mod.ts";
import { type RunFolder, runFolderAt } from "../../lib/runs/mod.ts";
import { inFolder } from "../folder.ts";
import { exampleReport } from "../examples.ts";

/** A run's folder as training leaves it, with a few made-up lines. */
export async function makeRun(
  root: string,
  name = "run",
  sets: readonly string[] = [],
): Promise<RunFolder> {
  const run = runFolderAt(join(root, name));
  await Deno.mkdir(join(run.evaluations, "step-1000"), { recursive: true });
  await Deno.writeTextFile(
    run.config,
    configToYaml(await loadConfig(undefined, sets)),
  );
  const info = { name, seed: 3, starts: [] };
  await Deno.writeTextFile(run.info, JSON.stringify(info));
  await Deno.writeTextFile(run.scores, "game,score\n1,40\n2,60\n");
  await Deno.writeTextFile(
    run.metrics,
    "step,loss,q_mean,epsilon,wall_s\n500,,,0.9,10\n1500,0.1,0.2,0.8,30\n",
  );
  await Deno.writeTextFile(
    join(run.evaluations, "step-1000", "report.json"),
    JSON.stringify(exampleReport()),
  );
  return run;
}

export const withRun = (
  test: (run: RunFolder, root: string) => Promise<void>,
) => inFolder(async (root) => test(await makeRun(root), root));
