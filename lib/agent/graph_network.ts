import type { GraphBuilder, Output } from "../tensorflow/mod.ts";
import type { Member, Network, ResolvedLayer } from "./network.ts";

/**
 * Q(s, ·) of a batch of observations, by each member of the network.
 *
 * @param weights in the order of `network.weights`
 * @param observations [n, 80, 80, 4] uint8
 * @param padding [2, 2] int32: rows of zeros that dense layers compute before
 * and behind the others, and no columns: [[before, behind], [0, 0]]
 * @returns [members, n, actions]; n counts the rows of zeros too
 */
export function qNetwork(
  g: GraphBuilder,
  network: Network,
  weights: readonly Output[],
  observations: Output,
  padding?: Output,
): Output {
  const byName = new Map(
    network.weights.map(({ name }, i) => [name, weights[i]!]),
  );
  // Pixels become 0 to 1. The first layers are linear, so that their kernels can
  // be scaled instead: they have a hundredth of the numbers of a batch.
  for (const { hidden } of network.members) {
    const first = hidden[0]!.kernel.name;
    byName.set(first, g.mul(byName.get(first)!, g.float(1 / 255)));
  }
  const pixels = g.cast(observations, "uint8", "float32");
  return g.stack(
    network.members.map((member) =>
      memberNetwork(g, member, byName, pixels, padding)
    ),
  );
}

/** @returns [n, actions] */
function memberNetwork(
  g: GraphBuilder,
  { hidden, outputs }: Member,
  weights: ReadonlyMap<string, Output>,
  pixels: Output,
  padding?: Output,
): Output {
  let x = pixels;
  let flat = false;
  const linear = (layer: ResolvedLayer): Output => {
    const kernel = weights.get(layer.kernel.name)!;
    const bias = weights.get(layer.bias.name)!;
    if (layer.type === "conv2d") {
      return g.biasAdd(g.conv2d(x, kernel, layer), bias);
    }
    if (!flat) {
      flat = true;
      x = g.reshape(x, [-1, layer.kernel.shape[0]!]);
      if (padding) x = g.pad(x, padding);
    }
    return g.biasAdd(g.matMul(x, kernel), bias);
  };
  for (const layer of hidden) {
    x = linear(layer);
    if (layer.type === "conv2d" && layer.pool > 1) {
      x = g.maxPool(x, layer.pool, { stride: layer.pool, padding: "valid" });
    }
    x = g.relu(x);
  }
  const [output, advantage] = outputs.map(linear);
  if (!advantage) return output!;
  // Wang et al., "Dueling Network Architectures for Deep Reinforcement
  // Learning", ICML 2016, equation 9.
  return g.add(output!, g.sub(advantage, g.mean(advantage, [1], true)));
}
