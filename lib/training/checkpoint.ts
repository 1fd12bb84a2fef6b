/** Everything that a run needs to go on exactly where it was. */
import {
  decodeState,
  encodeModel,
  encodeState,
  type LearnerState,
  type Network,
  type ReplayMemory,
  type StateSpecs,
} from "../agent/mod.ts";
import type { EnvState } from "../env/types.ts";
import { CheckpointError } from "../errors.ts";
import type { RandomState } from "../random.ts";
import {
  type CheckpointFiles,
  checkpointPath,
  listCheckpoints,
  MODEL,
  pruneCheckpoints,
  readCheckpointFiles,
  removeLeftovers,
  setAside,
  WEIGHTS,
  writeCheckpointFiles,
} from "../runs/mod.ts";
import type { StoredCounters } from "./counters.ts";
import type { SinkPositions } from "./metric_sink.ts";
import { chunkReader, compressChunks } from "./replay_file.ts";

/** What a checkpoint stores, the replay memory aside. */
export interface TrainingState {
  counters: StoredCounters;
  learner: LearnerState;
  /** Where the games are; null with a clock that cannot be turned back. */
  env: EnvState | null;
  /** Streams of random numbers, by name. */
  randoms: Record<string, RandomState>;
  /** How far the metrics were written. */
  sinks: SinkPositions;
}

/** How {@linkcode saveCheckpoint} saves. */
export interface SaveCheckpointOptions {
  /** Newest checkpoints kept, beside the best one. */
  keep: number;
  /** The network, to be stored so that other programs can load it. */
  network: Network;
}

/** A checkpoint that was found complete. */
export interface LoadedCheckpoint {
  path: string;
  state: TrainingState;
  /**
   * Fills a replay memory made from the same config.
   * @throws CheckpointError if it has another shape
   */
  restoreMemory(memory: ReplayMemory): Promise<void>;
}

/** {@linkcode StoredState}. */
const STATE = "state.json";
/** All of the learner's tensors. */
const LEARNER = "learner.bin";
/** The replay memory, compressed. */
const REPLAY = "replay.bin";

/** The content of `state.json`. */
type StoredState = Omit<TrainingState, "learner"> & {
  learner: StateSpecs;
  memory: ReturnType<ReplayMemory["state"]>;
};

/**
 * Saves a checkpoint as `step-N` and removes those that are not to be kept.
 *
 * Everything is copied (the replay memory: compressed) before this returns its
 * promise: training may go on while the files are written.
 *
 * @param folder the run's folder of checkpoints
 * @returns the checkpoint's path
 * @throws CheckpointError if it cannot be written; the earlier ones are then
 * as they were, and training may go on without it
 */
export async function saveCheckpoint(
  folder: string,
  state: TrainingState,
  memory: ReplayMemory,
  { keep, network }: SaveCheckpointOptions,
): Promise<string> {
  const { learner, ...rest } = state;
  const { step, best } = state.counters;
  const { specs, bytes } = encodeState(learner);
  const stored: StoredState = {
    ...rest,
    learner: specs,
    memory: memory.state(),
  };
  const text = new TextEncoder();
  const model = encodeModel(
    network,
    learner.sets.average ?? learner.sets.online,
  );
  const content: CheckpointFiles = {
    [MODEL]: text.encode(model.model),
    [WEIGHTS]: model.weights,
    [STATE]: text.encode(JSON.stringify(stored)),
    [LEARNER]: bytes,
    [REPLAY]: compressChunks(memory.chunks()),
  };
  const bestThen = best ? { step: best.step, mean: best.mean } : null;
  const path = await writeCheckpointFiles(folder, step, content, bestThen);
  await pruneCheckpoints(folder, keep, bestThen);
  return path;
}

/**
 * Loads the newest checkpoint that is complete. Damaged ones that are newer are
 * set aside, as `step-N.damaged`.
 *
 * Only for the process that holds the run's lock.
 *
 * @param warn told of each damaged checkpoint, in a sentence
 * @throws CheckpointError if none is complete
 */
export async function loadNewestCheckpoint(
  folder: string,
  warn: (message: string) => void,
): Promise<LoadedCheckpoint> {
  await removeLeftovers(folder);
  const steps = await listCheckpoints(folder);
  for (const [i, step] of steps.entries()) {
    const path = checkpointPath(folder, step);
    try {
      return await loadCheckpoint(path);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      const older = steps[i + 1];
      const next = older === undefined
        ? "there is none before it"
        : `trying the one before it, step-${older}`;
      warn(`${error.message}; ${next}`);
      await setAside(path);
    }
  }
  throw new CheckpointError(
    steps.length === 0
      ? `There is no checkpoint in ${folder}: the run ended before its first one; start it anew`
      : `None of the ${steps.length} checkpoints in ${folder} is complete; start the run anew`,
  );
}

/** @throws CheckpointError if the checkpoint is missing or damaged */
export async function loadCheckpoint(path: string): Promise<LoadedCheckpoint> {
  const { files } = await readCheckpointFiles(path, [STATE, LEARNER, REPLAY]);
  const { learner, memory, ...rest }: StoredState = JSON.parse(
    new TextDecoder().decode(files[STATE]),
  );
  const fill = chunkReader(files[REPLAY]!);
  return {
    path,
    state: {
      ...rest,
      learner: decodeState(learner, files[LEARNER]!),
    },
    restoreMemory: (target) => target.restore(memory, fill),
  };
}

/**
 * The newest checkpoint of which every file is as it was written; unlike
 * {@linkcode loadNewestCheckpoint} it moves nothing, so anybody may ask.
 *
 * @param warn told of each damaged checkpoint, in a sentence
 * @returns its counters; null: there is none
 */
export async function newestSoundCounters(
  folder: string,
  warn: (message: string) => void,
): Promise<StoredCounters | null> {
  for (const step of await listCheckpoints(folder)) {
    try {
      const { files } = await readCheckpointFiles(checkpointPath(folder, step));
      const { counters }: StoredState = JSON.parse(
        new TextDecoder().decode(files[STATE]),
      );
      return counters;
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      warn(error.message);
    }
  }
  return null;
}
