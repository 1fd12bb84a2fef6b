import { assertAlmostEquals, assertEquals } from "@std/assert";
import { huber, nStepReturn, tdTarget } from "../../lib/agent/td.ts";

Deno.test("nStepReturn() sums discounted rewards", () => {
  assertEquals(nStepReturn([1, 2, 4], 0.5), 1 + 1 + 1);
  assertEquals(nStepReturn([-1], 0.9), -1);
  assertAlmostEquals(
    nStepReturn([0.05, 0.05, -1], 0.97),
    0.05 + 0.97 * 0.05 - 0.97 ** 2,
    1e-15,
  );
});

Deno.test("tdTarget() bootstraps from the largest target value", () => {
  const target = tdTarget({
    return: 0.5,
    discount: 0.5,
    nextTarget: [1, 3, 2],
  });
  assertEquals(target, 0.5 + 0.5 * 3);
});

Deno.test("tdTarget() double: the online network chooses, the target network values", () => {
  const target = tdTarget({
    return: 0.5,
    discount: 0.5,
    nextTarget: [1, 3, 2],
    nextOnline: [0.1, 0.2, 0.3],
  });
  assertEquals(target, 0.5 + 0.5 * 2);
});

Deno.test("tdTarget() of a terminal state is the return alone", () => {
  const target = tdTarget({ return: -1, discount: 0, nextTarget: [5, 6] });
  assertEquals(target, -1);
});

Deno.test("huber() is quadratic inside 1 and linear outside, with slope 1", () => {
  assertEquals([0, 0.5, -1, 3].map(huber), [0, 0.125, 0.5, 2.5]);
  const slope = (huber(2.001) - huber(2)) / 0.001;
  assertAlmostEquals(slope, 1, 1e-9);
});
