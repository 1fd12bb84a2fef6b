/** What a learner remembers: at its start, on its way back, and in files. */
import type { LearnerConfig } from "../config/mod.ts";
import { decodeTensors, encodeTensors } from "./model_format.ts";
import { checkWeights, type Network, type WeightSpec } from "./network.ts";
import type { LearnerState, NamedTensor } from "./types.ts";
import {
  eachSet,
  SET_NAMES,
  type SetName,
  type WeightSets,
} from "./weight_sets.ts";

/** The state before the first update: all weights alike, Adam's moments 0. */
export function initialState(weights: NamedTensor[]): LearnerState {
  const zeros = weights.map((tensor) => ({
    ...tensor,
    data: new Float32Array(tensor.data.length),
  }));
  return {
    updates: 0,
    sets: {
      online: weights,
      target: weights,
      firstMoments: zeros,
      secondMoments: zeros,
    },
  };
}

/**
 * A state's tensors for each set that a learner keeps. An average that the state
 * lacks starts from its online weights.
 *
 * @throws CheckpointError if a tensor's name or shape does not fit the network
 */
export function fittingSets(
  network: Network,
  config: LearnerConfig,
  { sets }: LearnerState,
): WeightSets<NamedTensor[]> {
  return eachSet(config, (set) => {
    const tensors = sets[set] ?? sets.online;
    checkWeights(network, tensors, `checkpoint's ${set} weights`);
    return tensors;
  });
}

/** What the tensors of a stored state are. JSON-safe. */
export interface StateSpecs {
  updates: number;
  tensors: Partial<Record<SetName, WeightSpec[]>>;
}

/** A state as bytes, all tensors one behind the other, and what they are. */
export function encodeState(
  { updates, sets }: LearnerState,
): { specs: StateSpecs; bytes: Uint8Array<ArrayBuffer> } {
  const present = SET_NAMES.flatMap((set) => {
    const tensors = sets[set];
    return tensors ? [{ set, tensors }] : [];
  });
  const tensors = Object.fromEntries(
    present.map(({ set, tensors }) => [
      set,
      tensors.map(({ name, shape }) => ({ name, shape })),
    ]),
  );
  return {
    specs: { updates, tensors },
    bytes: encodeTensors(present.flatMap(({ tensors }) => tensors)),
  };
}

/**
 * Reads what {@linkcode encodeState} wrote.
 *
 * @throws CheckpointError if there are not exactly as many bytes as the
 * tensors have
 */
export function decodeState(
  { updates, tensors }: StateSpecs,
  bytes: Uint8Array,
): LearnerState {
  const present = SET_NAMES.filter((set) => tensors[set]);
  const decoded = decodeTensors(present.flatMap((set) => tensors[set]!), bytes);
  const sets = Object.fromEntries(
    present.map((set) => [set, decoded.splice(0, tensors[set]!.length)]),
  ) as WeightSets<NamedTensor[]>;
  return { updates, sets };
}
