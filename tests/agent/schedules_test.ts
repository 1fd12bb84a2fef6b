import { assertEquals } from "@std/assert";
import { linear } from "../../lib/agent/mod.ts";

Deno.test("linear() goes from initial to final and stays there", () => {
  const epsilon = { initial: 1, final: 0.5, steps: 100 };
  assertEquals(
    [-1, 0, 1, 50, 100, 1e9].map((step) => linear(epsilon, step)),
    [1, 1, 0.995, 0.75, 0.5, 0.5],
  );
});

Deno.test("linear() gives exactly initial and final at its ends", () => {
  const rate = { initial: 0.1, final: 0.3, steps: 7 };
  assertEquals(linear(rate, 0), 0.1);
  assertEquals(linear(rate, 7), 0.3);
});
