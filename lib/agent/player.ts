import type { LearnerConfig } from "../config/mod.ts";
import type { Network } from "./network.ts";
import type { NamedTensor, Player } from "./types.ts";

/**
 * Makes the player that the config asks for: its network with one set of
 * weights, and nothing to learn with. Only that engine is loaded.
 *
 * @param weights one per entry of `network.weights`, in that order
 * @throws CheckpointError if the weights do not fit the network
 * @throws TensorFlowNotFoundError if there is no TensorFlow, or no GPU where
 * the config asks for one
 */
export async function createPlayer(
  network: Network,
  weights: readonly NamedTensor[],
  { engine, device }: Pick<LearnerConfig, "engine" | "device">,
): Promise<Player> {
  if (engine === "eager") {
    const { createEagerPlayer } = await import("./eager_learner.ts");
    return await createEagerPlayer(network, weights, device);
  }
  const { createGraphPlayer } = await import("./graph_player.ts");
  return createGraphPlayer(network, weights, device);
}
