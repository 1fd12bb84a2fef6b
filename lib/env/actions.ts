import { PARKED } from "../constants.ts";
import type { VectorEnv } from "./types.ts";

/**
 * A copy of an environment's actions: the caller may change its own.
 *
 * @throws RangeError when they are not that many, or not in range.
 */
export function checkedActions(
  actions: Uint8Array,
  { numEnvs, numActions }: Pick<VectorEnv, "numEnvs" | "numActions">,
): Uint8Array {
  if (actions.length !== numEnvs) {
    throw new RangeError(
      `${actions.length} actions for ${numEnvs} environments.`,
    );
  }
  for (const action of actions) {
    if (action >= numActions && action !== PARKED) {
      throw new RangeError(
        `Action ${action} is out of range: there are ${numActions}.`,
      );
    }
  }
  return actions.slice();
}
