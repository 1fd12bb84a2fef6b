import { OBSERVATION_BYTES } from "../constants.ts";
import type { Batch } from "./types.ts";

/**
 * A batch of `size` transitions, empty, in JavaScript's memory.
 *
 * @param taught how many Q-values of a teacher each has; 0: it has none
 */
export function newBatch(size: number, taught: number): Batch {
  return {
    size,
    observations: new Uint8Array(size * OBSERVATION_BYTES),
    nextObservations: new Uint8Array(size * OBSERVATION_BYTES),
    actions: new Int32Array(size),
    returns: new Float32Array(size),
    discounts: new Float32Array(size),
    weights: new Float32Array(size),
    ...(taught > 0 && { teacherQ: new Float32Array(size * taught) }),
  };
}
