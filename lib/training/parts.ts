/** What a checkpoint of a training is made of. */
import {
  decodeState,
  encodeModel,
  encodeState,
  type Learner,
  type Network,
  type ReplayMemory,
  type StateSpecs,
} from "../agent/mod.ts";
import type { Config } from "../config/mod.ts";
import type { Random, RandomState } from "../random.ts";
import { MODEL, WEIGHTS } from "../runs/mod.ts";
import type { Parts } from "./checkpoint.ts";
import {
  type Counters,
  restoreCounters,
  type StoredCounters,
} from "./counters.ts";
import type { TrainingGames, TrainingGamesState } from "./episodes.ts";
import { chunkReader, compressChunks } from "./replay_file.ts";
import type { SinkPositions, Sinks } from "./sinks.ts";

/** All of the learner's tensors. */
const LEARNER = "learner.bin";
/** The replay memory, compressed. */
const REPLAY = "replay.bin";

/** What {@linkcode trainingParts} makes parts of. */
export interface TrainingState {
  config: Config;
  network: Network;
  learner: Learner;
  memory: ReplayMemory;
  counters: Counters;
  random: Random;
  games: TrainingGames;
  sinks: Sinks;
}

/** The parts of a training's checkpoint. */
export function trainingParts(
  { config, network, learner, memory, counters, random, games, sinks }:
    TrainingState,
): Parts {
  return {
    learner: {
      needs: [LEARNER],
      async state() {
        const state = await learner.getState();
        const { average, online } = state.sets;
        const { model, weights } = encodeModel(network, average ?? online);
        const { specs, bytes } = encodeState(state);
        return {
          value: specs,
          files: {
            [MODEL]: new TextEncoder().encode(model),
            [WEIGHTS]: weights,
            [LEARNER]: bytes,
          },
        };
      },
      restore: ({ value, files }) =>
        learner.setState(decodeState(value as StateSpecs, files[LEARNER]!)),
    },
    memory: {
      needs: [REPLAY],
      state: () => ({
        value: memory.state(),
        files: { [REPLAY]: compressChunks(memory.chunks()) },
      }),
      restore: ({ value, files }) =>
        memory.restore(
          value as ReturnType<ReplayMemory["state"]>,
          chunkReader(files[REPLAY]!),
        ),
    },
    counters: {
      state: () => ({ value: counters }),
      restore({ value }) {
        const stored = value as StoredCounters;
        restoreCounters(counters, stored, config, learner.updates);
      },
    },
    randoms: {
      state: () => ({ value: { training: random.state } }),
      restore({ value }) {
        random.state = (value as { training: RandomState }).training;
      },
    },
    env: {
      state: () => ({ value: games.state() }),
      async restore({ value }) {
        const stored = value as TrainingGamesState;
        const { environments } = stored;
        await games.restore(stored);
        // A live game cannot be played again: another one has begun.
        environments.forEach(({ actions }, environment) => {
          if (actions === "") memory.beginEpisode(environment);
        });
      },
    },
    sinks: {
      state: () => ({ value: sinks.flush() }),
      restore: ({ value }) => sinks.open(value as SinkPositions),
    },
  };
}
