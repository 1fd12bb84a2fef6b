/** Finding a run's checkpoint and reading the network in it. */
import { join } from "node:path";
import type { ModelFiles } from "../agent/mod.ts";
import { CheckpointError } from "../errors.ts";
import { ifThere } from "../files.ts";
import { say } from "../say.ts";
import {
  type CheckpointManifest,
  checkpointPath,
  listCheckpoints,
  readCheckpointFiles,
  readManifest,
} from "./checkpoint_files.ts";

/** The weights that play, as a tfjs model: the moving average, if kept. */
export const MODEL = "model.json";
export const WEIGHTS = "weights.bin";

/** More than a model.json has, however large its network is. */
const MODEL_BYTES = 16 * 2 ** 20;

/** How a checkpoint is found. */
export interface FindCheckpointOptions {
  /** Told in a sentence when another one stands in for the best. */
  warn?: (message: string) => void;
  /** The most bytes that the network's weights have. @default {Infinity} */
  mostBytes?: number;
}

/**
 * The network of a checkpoint as the files of a tfjs model, as it plays.
 *
 * @param mostBytes the most that its weights have @default {Infinity}
 * @throws CheckpointError if the checkpoint is missing or damaged
 */
export async function readCheckpointModel(
  path: string,
  mostBytes?: number,
): Promise<ModelFiles> {
  const { files } = await readCheckpointFiles(
    path,
    [MODEL, WEIGHTS],
    mostBytes && mostBytes + MODEL_BYTES,
  );
  return {
    model: new TextDecoder().decode(files[MODEL]),
    weights: files[WEIGHTS]!,
  };
}

/**
 * Finds a checkpoint of a run.
 *
 * @param which `best`, `last`, or its name: `step-5000`
 * @returns its path
 * @throws CheckpointError if there is none, naming those that there are
 */
export async function findCheckpoint(
  folder: string,
  which: string,
  options: FindCheckpointOptions = {},
): Promise<string> {
  const steps = await someCheckpoints(folder);
  if (which === "best") return (await findBest(folder, options)).checkpoint;
  if (which === "last") return checkpointPath(folder, steps[0]!);
  const path = join(folder, which);
  if (await ifThere(Deno.stat(path))) return path;
  throw new CheckpointError(
    `There is no checkpoint ${which} in ${folder}; there is best, last, ${
      steps.map((step) => `step-${step}`).join(", ")
    }`,
  );
}

/**
 * The steps of a run's checkpoints, the newest first.
 *
 * @throws CheckpointError if there is none
 */
export async function someCheckpoints(folder: string): Promise<number[]> {
  const steps = await listCheckpoints(folder);
  if (steps.length > 0) return steps;
  throw new CheckpointError(
    `There is no checkpoint in ${folder}: none was saved yet, or none could ` +
      "be; train on",
  );
}

/**
 * Finds a run's best checkpoint: the one with the highest mean score in the
 * evaluations so far; before the first of them the last. Where its network is
 * lost or damaged it is the newest of which that is sound.
 *
 * @returns its path and its network
 * @throws CheckpointError if there is none
 */
export async function findBest(
  folder: string,
  { warn = (message) => say(`warning: ${message}`), mostBytes }:
    FindCheckpointOptions = {},
): Promise<{ checkpoint: string; model: ModelFiles }> {
  const steps = await someCheckpoints(folder);
  const best = await bestEvaluation(folder, steps);
  const candidates = new Set([...best ? [best.step] : [], ...steps]);
  const amiss: string[] = [];
  for (const step of candidates) {
    const checkpoint = checkpointPath(folder, step);
    let model: ModelFiles;
    try {
      model = await readCheckpointModel(checkpoint, mostBytes);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      amiss.push(error.message);
      continue;
    }
    if (amiss.length > 0) {
      warn(`${amiss.join("; ")}; step-${step} takes its place`);
    }
    return { checkpoint, model };
  }
  throw new CheckpointError(`${amiss.join("; ")}; no other one is left`);
}

/**
 * The best evaluation of a run, as its newest checkpoint that can be read names
 * it; null: there was none.
 *
 * @param steps of the run's checkpoints, the newest first
 */
export async function bestEvaluation(
  folder: string,
  steps: readonly number[],
): Promise<CheckpointManifest["best"]> {
  for (const step of steps) {
    const manifest = await readManifest(checkpointPath(folder, step))
      .catch(() => null);
    if (manifest) return manifest.best;
  }
  return null;
}
