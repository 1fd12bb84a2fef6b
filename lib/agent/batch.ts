import { OBSERVATION_BYTES } from "../constants.ts";
import type { Batch } from "./types.ts";

/** A batch of `size` transitions, empty, in JavaScript's memory. */
export function newBatch(size: number): Batch {
  return {
    size,
    observations: new Uint8Array(size * OBSERVATION_BYTES),
    nextObservations: new Uint8Array(size * OBSERVATION_BYTES),
    actions: new Int32Array(size),
    returns: new Float32Array(size),
    discounts: new Float32Array(size),
    weights: new Float32Array(size),
  };
}
