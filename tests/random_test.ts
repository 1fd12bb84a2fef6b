import { assertEquals, assertNotEquals } from "@std/assert";
import { hash32, Random } from "../lib/random.ts";

Deno.test("Random continues a saved state with the same numbers", () => {
  const random = new Random(7);
  random.uniform();
  const copy = Random.fromState(JSON.parse(JSON.stringify(random.state)));
  const draw = (r: Random) => [r.uniform(), r.integer(100), r.normal()];
  assertEquals(draw(copy), draw(random));
});

Deno.test("Random.uniform is uniform over ten bins (chi-squared, fixed seed)", () => {
  const random = new Random(1);
  const bins = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) bins[random.integer(10)]! += 1;
  const chi2 = bins.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
  // 27.88 is the 99.9th percentile with 9 degrees of freedom.
  assertEquals(chi2 < 27.88, true, `chi-squared ${chi2}`);
});

Deno.test("hash32 depends on every number and on their order", () => {
  assertNotEquals(hash32(1, 2), hash32(2, 1));
  assertNotEquals(hash32(1, 2), hash32(1, 3));
  assertEquals(hash32(1, 2), hash32(1, 2));
});
