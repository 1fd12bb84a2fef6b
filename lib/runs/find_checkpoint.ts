/** Finding a run's checkpoint and reading the network in it. */
import type { ModelFiles } from "../agent/mod.ts";
import { CheckpointError } from "../errors.ts";
import {
  checkpointPath,
  listCheckpoints,
  readCheckpointFiles,
  readManifest,
} from "./checkpoint_files.ts";

/** The weights that play, as a tfjs model: the moving average, if kept. */
export const MODEL = "model.json";
export const WEIGHTS = "weights.bin";

/**
 * The network of a checkpoint as the files of a tfjs model, as it plays.
 *
 * @throws CheckpointError if the checkpoint is missing or damaged
 */
export async function readCheckpointModel(path: string): Promise<ModelFiles> {
  const { files } = await readCheckpointFiles(path, [MODEL, WEIGHTS]);
  return {
    model: new TextDecoder().decode(files[MODEL]),
    weights: files[WEIGHTS]!,
  };
}

/**
 * Finds a checkpoint of a run. The best is the one with the highest mean score
 * in the evaluations so far; before the first of them it is the newest.
 *
 * @returns its path
 * @throws CheckpointError if there is none
 */
export async function findCheckpoint(
  folder: string,
  which: "best" | "newest" | number,
): Promise<string> {
  const steps = await listCheckpoints(folder);
  const [newest] = steps;
  if (newest === undefined) {
    throw new CheckpointError(
      `There is no checkpoint in ${folder}; train for longer`,
    );
  }
  let step = which === "newest" ? newest : which;
  if (step === "best") {
    const { best } = await readManifest(checkpointPath(folder, newest));
    step = best?.step ?? newest;
  }
  if (!steps.includes(step)) {
    throw new CheckpointError(
      `There is no checkpoint step-${step} in ${folder}; it has ${
        steps.map((step) => `step-${step}`).join(", ")
      }`,
    );
  }
  return checkpointPath(folder, step);
}
