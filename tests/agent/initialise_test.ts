import { assertAlmostEquals, assertEquals } from "@std/assert";
import { initialWeights } from "../../lib/agent/mod.ts";
import { Random } from "../../lib/random.ts";
import { networkOf } from "./fixtures.ts";

const network = networkOf("tutorial", 2, { dueling: true });

Deno.test("initialWeights() has He's deviation in hidden kernels, less in the outputs, biases 0", () => {
  const weights = initialWeights(network, new Random(1));
  assertEquals(
    weights.map(({ name, shape }) => ({ name, shape })),
    network.weights,
  );
  for (const { name, shape, data } of weights) {
    const fanIn = data.length / shape.at(-1)!;
    const deviation = Math.sqrt(
      data.reduce((sum, x) => sum + x * x, 0) / data.length,
    );
    const expected = name.endsWith("bias")
      ? 0
      : name.startsWith("value") || name.startsWith("advantage")
      ? 0.3 / Math.sqrt(fanIn)
      : Math.sqrt(2 / fanIn);
    // The deviation of n numbers is known to about 1 / sqrt(2n) of itself.
    const tolerance = 4 * expected / Math.sqrt(2 * data.length);
    assertAlmostEquals(deviation, expected, tolerance, name);
  }
});

Deno.test("initialWeights() repeats for equal seeds and differs for others", () => {
  const first = (seed: number) =>
    initialWeights(network, new Random(seed))[0]!.data;
  assertEquals(first(1), first(1));
  assertEquals(first(1)[0] === first(2)[0], false);
});
