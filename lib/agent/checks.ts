/** What learners refuse, in the same words on both engines. */
import { DivergedError } from "../errors.ts";
import { elements } from "../tensorflow/mod.ts";

/**
 * @param loss what an update reports
 * @param update its number
 * @throws DivergedError if the loss is not finite
 */
export function checkLoss(loss: number, update: number): void {
  if (Number.isFinite(loss)) return;
  throw new DivergedError(
    `The loss of update ${update} is ${loss}: training diverged. ` +
      "Continue from a checkpoint with a smaller learner.learningRate, " +
      "or set learner.gradientClipNorm",
  );
}

/**
 * @param shape of one observation, a byte per element
 * @returns the first `count` observations
 * @throws RangeError if there are not as many
 */
export function checkObservations(
  observations: Uint8Array,
  count: number,
  shape: readonly number[],
): Uint8Array {
  const size = elements(shape);
  const bytes = count * size;
  if (!Number.isInteger(count) || count < 1 || observations.length < bytes) {
    throw new RangeError(
      `Expected ${count} observations of ${size} bytes, ` +
        `but got ${observations.length} bytes`,
    );
  }
  return observations.subarray(0, bytes);
}
