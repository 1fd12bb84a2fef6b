import type { Config } from "../config/mod.ts";
import type { Random } from "../random.ts";
import { initialWeights } from "./initialise.ts";
import type { Network } from "./network.ts";
import type { Learner } from "./types.ts";

/**
 * Makes the learner that the config asks for. Only that engine is loaded.
 *
 * @param network the Q-network
 * @param random what the initial weights are drawn from
 * @throws TensorFlowNotFoundError if there is no TensorFlow, or no GPU where
 * the config asks for one
 */
export async function createLearner(
  config: Config,
  network: Network,
  random: Random,
): Promise<Learner> {
  const initial = initialWeights(network, random);
  if (config.learner.engine === "eager") {
    const { createEagerLearner } = await import("./eager_learner.ts");
    return await createEagerLearner(network, config.learner, initial);
  }
  const { createGraphLearner } = await import("./graph_learner.ts");
  return createGraphLearner(network, config.learner, initial);
}
