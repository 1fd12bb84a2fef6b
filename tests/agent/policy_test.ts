import { assertAlmostEquals, assertEquals } from "@std/assert";
import { epsilonGreedy, greedy, randomAction } from "../../lib/agent/mod.ts";
import { Random } from "../../lib/random.ts";

Deno.test("greedy() takes the largest Q-value of each row, the first of equal ones", () => {
  const out = new Uint8Array(4);
  greedy(Float32Array.of(0, 1, 0, 2, 2, 1, -3, -2, -1, 0, 0, 0), out);
  assertEquals([...out], [1, 0, 2, 0]);
});

Deno.test("epsilonGreedy() with epsilon 0 is greedy, with 1 random", () => {
  const qValues = Float32Array.from({ length: 2000 }, (_, i) => i % 2);
  const out = new Uint8Array(1000);
  const random = new Random(1);
  const draw = randomAction(2, [3, 1]);
  epsilonGreedy(qValues, 0, draw, random, out);
  assertEquals(out.every((action) => action === 1), true);
  epsilonGreedy(qValues, 1, draw, random, out);
  const jumps = out.reduce((sum, action) => sum + action, 0);
  assertAlmostEquals(jumps / 1000, 0.25, 0.05);
});

Deno.test("epsilonGreedy() explores in a share epsilon of the states", () => {
  const out = new Uint8Array(20_000);
  const qValues = Float32Array.from({ length: 40_000 }, (_, i) => i % 2);
  epsilonGreedy(qValues, 0.3, randomAction(2, [1, 0]), new Random(5), out);
  const explored = out.filter((action) => action === 0).length;
  assertAlmostEquals(explored / 20_000, 0.3, 0.01);
});

Deno.test("epsilonGreedy() repeats from a saved random state", () => {
  const qValues = new Float32Array(300);
  const random = new Random(9);
  random.uniform();
  const state = random.state;
  const play = (random: Random) => {
    const out = new Uint8Array(100);
    epsilonGreedy(qValues, 0.5, randomAction(3, null), random, out);
    return out;
  };
  assertEquals(play(Random.fromState(state)), play(random));
});

Deno.test("randomAction() draws in proportion, never an action of probability 0", () => {
  const random = new Random(4);
  const draw = randomAction(3, [2, 6, 0]);
  const counts = [0, 0, 0];
  for (let k = 0; k < 10_000; k++) counts[draw(random)]!++;
  assertAlmostEquals(counts[0]! / 10_000, 0.25, 0.02);
  assertEquals(counts[2], 0);
});
