import { assertEquals } from "@std/assert";
import { medianStop, type Progress } from "../../lib/sweep/stopping.ts";
import { curve } from "./fixtures.ts";

const RULE = { rule: "median", after: 2000, others: 3 } as const;

/** Settings 1, 2, …, each with the curves of its seeds. */
const settings = (...all: ReturnType<typeof curve>[][]): Progress[] =>
  all.map((curves, i) => ({ setting: i + 1, curves }));

Deno.test("medianStop() compares the best so far with the others' averages", () => {
  const others = [[curve(10, 30)], [curve(20, 60)], [curve(90, 100)]];
  // Averages up to step 2,000: 20, 40 and 95; their median is 40.
  assertEquals(
    medianStop(1, 2000, settings([curve(39, 5)], ...others), RULE),
    { step: 2000, best: 39, median: 40 },
  );
  assertEquals(
    medianStop(1, 2000, settings([curve(40, 5)], ...others), RULE),
    null,
  );
});

Deno.test("medianStop() looks at no evaluation after the step", () => {
  const all = settings(
    [curve(5, 5, 900)],
    ...[[curve(9, 9, 0)], [curve(9, 9, 0)], [curve(9, 9, 0)]],
  );
  assertEquals(medianStop(1, 2000, all, RULE)?.best, 5);
  assertEquals(medianStop(1, 3000, all, RULE), null);
});

Deno.test("medianStop() stops nothing early, nor beside too few others", () => {
  const [low, high] = [[curve(1, 1)], [curve(50, 50)]];
  const all = settings(low, high, high, high);
  assertEquals(medianStop(1, 1000, all, RULE), null);
  assertEquals(medianStop(1, 2000, all.slice(0, 3), RULE), null);
  // One that has not come so far does not count.
  const behind = settings(low, high, high, [curve(50)]);
  assertEquals(medianStop(1, 2000, behind, RULE), null);
  assertEquals(medianStop(1, 2000, all, "none"), null);
  assertEquals(medianStop(1, 2000, all, RULE)?.median, 50);
});

Deno.test("medianStop() takes the mean of a setting's seeds", () => {
  const others = Array(3).fill([curve(40, 40), curve(60, 60)]);
  const unlucky = settings([curve(100, 100), curve(2, 2)], ...others);
  assertEquals(medianStop(1, 2000, unlucky, RULE), null);
  const bad = settings([curve(90, 90), curve(2, 2)], ...others);
  assertEquals(medianStop(1, 2000, bad, RULE)?.best, 46);
});

Deno.test("medianStop() goes on where nothing was evaluated", () => {
  const others = Array(3).fill([curve(9, 9)]);
  assertEquals(medianStop(1, 2000, settings([[]], ...others), RULE), null);
  assertEquals(medianStop(7, 2000, settings([[]], ...others), RULE), null);
});
