import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import {
  mean,
  pairedDifference,
  probabilityOfImprovement,
  summarizeRuns,
  summarizeScores,
} from "../../lib/evaluation/mod.ts";

// Reference numbers made once by SciPy 1.17.1 and NumPy on these 27 scores:
//   x.mean(), x.std(ddof=1), np.median(x), np.percentile(x, [25, 75]),
//   scipy.stats.trim_mean(x, 0.25)
const SCORES = [
  [51, 140, 266, 328, 500, 524, 638, 774, 922, 954, 1363, 1487, 1536, 1610],
  [1664, 1664, 1669, 2358, 2963, 3000, 3000, 5000, 5000, 5482, 8000, 8000],
  [8000],
].flat();
const SCIPY = {
  mean: 2477.5185185185187,
  median: 1610,
  iqm: 1706.8,
  sd: 2476.802643769248,
};

Deno.test("summarizeScores() has NumPy's and SciPy's figures", () => {
  const summary = summarizeScores(SCORES, 10_000);
  for (const field of ["mean", "median", "iqm", "sd"] as const) {
    assertAlmostEquals(summary[field], SCIPY[field], 1e-9, field);
  }
  assertEquals(summary.quartiles, [706, 3000]);
  assertEquals([summary.min, summary.max], [51, 8000]);
});

Deno.test("summarizeScores() is the same each time, whatever the games' order", () => {
  assertEquals(
    summarizeScores(SCORES, 8000),
    summarizeScores(SCORES.toReversed(), 8000),
  );
});

Deno.test("summarizeScores() drops floor(n / 4) values at each end for the middle", () => {
  assertEquals(summarizeScores([1000, 3, 1, 2], 2000).iqm, 2.5);
  assertEquals(summarizeScores([9, 1, 2], 2000).iqm, 4);
  assertThrows(() => mean([]), RangeError, "at least one value");
  assertThrows(() => summarizeScores([], 100), RangeError, "at least one");
});

Deno.test("summarizeScores() tells no interval of what a single game says nothing of", () => {
  const { sd, mean95, median95, iqm95, capped95 } = summarizeScores([40], 100);
  assertEquals({ sd, mean95, median95, iqm95 }, {
    ...{ sd: 0, mean95: null, median95: null, iqm95: null },
  });
  assertEquals(capped95?.map((bound) => bound.toFixed(3)), ["0.000", "0.793"]);
  // Equal scores do not tell how far their mean may be off.
  assertEquals(summarizeScores([40, 40, 40], 100).mean95, null);
});

Deno.test("summarizeScores() counts crashes per points, with Garwood's interval", () => {
  // Of 2 events 0.242 to 7.22 are to be expected, by Garwood's table.
  const summary = summarizeScores([500, 1000, 500, 1000, 1000], 1000);
  assertAlmostEquals(summary.crashesPer100k, 2 / 4000 * 1e5, 1e-9);
  const [low, high] = summary.crashesPer100k95!;
  assertAlmostEquals(low, 0.242209 / 4000 * 1e5, 1e-3);
  assertAlmostEquals(high, 7.224688 / 4000 * 1e5, 1e-3);
  const none = summarizeScores(Array(20).fill(1000), 1000);
  assertEquals(none.crashesPer100k95![0], 0);
  // The rule of three, exact: -ln 0.025 crashes.
  assertAlmostEquals(none.crashesPer100k95![1], 3.688879 * 5, 1e-4);
});

Deno.test("summarizeScores() gives the share at the cap Wilson's interval", () => {
  const interval = (capped: number, n: number) =>
    summarizeScores([
      ...Array<number>(capped).fill(4000),
      ...Array<number>(n - capped).fill(100),
    ], 4000).capped95!.map((bound) => (100 * bound).toFixed(1));
  assertEquals(interval(100, 100), ["96.3", "100.0"]);
  assertEquals(interval(84, 100), ["75.6", "89.9"]);
  assertEquals(interval(20, 20), ["83.9", "100.0"]);
  assertEquals(interval(0, 20), ["0.0", "16.1"]);
});

Deno.test("summarizeScores() knows games at the cap alone from certainty", () => {
  const { mean95, median95, iqm95 } = summarizeScores(
    Array(20).fill(4000),
    4000,
  );
  assertEquals(mean95![1], 4000);
  assertAlmostEquals(mean95![0], 0.8389 * 4000, 1);
  // Were it below the cap, 20 games at the cap would be one chance in a million.
  assertAlmostEquals(median95![0], 4000, 1e-9);
  assert(iqm95![0] > 3900 && iqm95![1] <= 4000, `${iqm95}`);
});

Deno.test("probabilityOfImprovement() is Mann and Whitney's U over n m", () => {
  // scipy.stats.mannwhitneyu([3, 5, 5, 7, 9], [4, 5, 6]).statistic / 15
  const of = (a: number[], b: number[]) =>
    probabilityOfImprovement(a, b).improvement;
  assertAlmostEquals(of([3, 5, 5, 7, 9], [4, 5, 6]), 0.6);
  assertEquals(of([2, 3], [0, 1]), 1);
  assertEquals(of([1, 1], [1]), 0.5);
});

Deno.test("probabilityOfImprovement() is not certain of a few games that are apart", () => {
  const { improvement95: [low, high] } = probabilityOfImprovement(
    ...[[5, 6, 7], [1, 2, 3]] as const,
  );
  assert(low < 0.7 && high === 1, `${low} to ${high}`);
  const alike = probabilityOfImprovement([1, 2, 3], [1, 2, 3]).improvement95;
  assertAlmostEquals(alike[0] + alike[1], 1, 1e-9);
});

Deno.test("pairedDifference() holds Student's interval of the pairs", () => {
  const other = [
    [60, 200, 200, 400, 450, 600, 600, 800, 900, 1000, 1300, 1500, 1500, 1600],
    [1700, 1600, 1700, 2500, 2900, 3100, 2900, 5100, 4900, 5500, 7900, 8000],
    [7500],
  ].flat();
  const { difference, difference95 } = pairedDifference(SCORES, other);
  assertAlmostEquals(difference, 17.88888888888889, 1e-9);
  // Mean -+ t * s / sqrt(27), where t of 26 degrees of freedom is 2.0555; the
  // few large differences upwards widen it on that side.
  const [low, high] = difference95!;
  assertAlmostEquals(low, -28.2650, 1e-3);
  assert(high > 64.0, `to ${high}`);
  assertThrows(() => pairedDifference([1], [1, 2]), RangeError, "1 and 2");
  assertEquals(pairedDifference([5, 6], [4, 5]), {
    difference: 1,
    difference95: null,
  });
});

Deno.test("summarizeRuns() is wide where runs differ and games do not", () => {
  const runs = [100, 300, 500].map((score) => Array<number>(50).fill(score));
  const { mean, mean95 } = summarizeRuns(runs, 4000);
  assertEquals(mean, 300);
  // 4.3027 is Student's t of two degrees of freedom; the deviation is 200.
  assertAlmostEquals(mean95![0], 0);
  assertAlmostEquals(mean95![1], 300 + 4.3027 * 200 / Math.sqrt(3), 0.01);
  // Of one run they are those of its games; of equal ones no smaller.
  assertEquals(summarizeRuns([SCORES], 8000), summarizeScores(SCORES, 8000));
  assertEquals(
    summarizeRuns([SCORES, SCORES], 8000).mean95,
    summarizeScores([...SCORES, ...SCORES], 8000).mean95,
  );
  assertThrows(() => summarizeRuns([[1], []], 100), RangeError);
});
