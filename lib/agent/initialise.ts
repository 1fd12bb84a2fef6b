import type { Random } from "../random.ts";
import { elements } from "../tensorflow/mod.ts";
import type { Network } from "./network.ts";
import type { NamedTensor } from "./types.ts";

/** By how much the output layers' weights are smaller than usual. */
const OUTPUT_SCALE = 0.3;

/**
 * Weights to start from. Kernels before a ReLU are drawn from N(0, 2 / fan-in),
 * which keeps the variance of the activations from layer to layer (K. He, X.
 * Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers", ICCV 2015, equation
 * 10); biases are 0.
 *
 * The output layers have no ReLU, so 1 / fan-in would keep the variance; they
 * start smaller still. Q-values that begin close to 0 let the first targets be
 * about the rewards alone: larger ones would be bootstrapped from, and
 * unlearning them is what the first thousand updates would be spent on.
 *
 * @returns one tensor per entry of `network.weights`, in that order
 */
export function initialWeights(
  network: Network,
  random: Random,
): NamedTensor[] {
  const outputs = new Set(
    network.members.flatMap(({ outputs }) =>
      outputs.map((layer) => layer.kernel.name)
    ),
  );
  return network.weights.map(({ name, shape }) => {
    const size = elements(shape);
    const data = new Float32Array(size);
    if (shape.length > 1) {
      const fanIn = size / shape.at(-1)!;
      const deviation = outputs.has(name)
        ? OUTPUT_SCALE * Math.sqrt(1 / fanIn)
        : Math.sqrt(2 / fanIn);
      for (let i = 0; i < size; i++) data[i] = deviation * random.normal();
    }
    return { name, shape: [...shape], data };
  });
}
