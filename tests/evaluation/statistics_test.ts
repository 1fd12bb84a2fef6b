import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import {
  bootstrapInterval,
  hierarchicalInterval,
  interquartileMean,
  mean,
  median,
  pairedDifference,
  probabilityOfImprovement,
  probabilityOfImprovementInterval,
  share,
  summarizeScores,
} from "../../lib/evaluation/mod.ts";

// Reference numbers made once by SciPy 1.17.1 and NumPy on these 27 scores:
//   x.mean(), x.std(ddof=1), np.median(x), np.percentile(x, [25, 75]),
//   scipy.stats.trim_mean(x, 0.25), and for each of mean, median, trim_mean
//   scipy.stats.bootstrap((x,), f, n_resamples=1_000_000, method="percentile",
//                         rng=np.random.default_rng(7))
const SCORES = [
  [51, 140, 266, 328, 500, 524, 638, 774, 922, 954, 1363, 1487, 1536, 1610],
  [1664, 1664, 1669, 2358, 2963, 3000, 3000, 5000, 5000, 5482, 8000, 8000],
  [8000],
].flat();
const SCIPY = {
  mean: 2477.5185185185187,
  mean95: [1617.925, 3444.7778],
  median: 1610,
  median95: [922, 2963],
  iqm: 1706.8,
  iqm95: [1088.1983, 2924.4683],
  sd: 2476.802643769248,
  quartiles: [706, 3000],
};
// Six standard deviations of SciPy's own bounds over 30 seeds of 10,000
// resamples: 7.7 and 14.2 for the mean, 6.7 and 16.1 for the IQM, 0 for the
// median, whose bounds are scores.
const MONTE_CARLO = { mean95: [46, 85], median95: [0, 0], iqm95: [40, 97] };

Deno.test("summarizeScores() has NumPy's and SciPy's figures", () => {
  const summary = summarizeScores(SCORES);
  for (const field of ["mean", "median", "iqm", "sd"] as const) {
    assertAlmostEquals(summary[field], SCIPY[field], 1e-9, field);
  }
  assertEquals(summary.quartiles, [706, 3000]);
  assertEquals([summary.min, summary.max], [51, 8000]);
});

Deno.test("summarizeScores() has SciPy's percentile bootstrap intervals", () => {
  const summary = summarizeScores(SCORES);
  for (const field of ["mean95", "median95", "iqm95"] as const) {
    for (const bound of [0, 1] as const) {
      assertAlmostEquals(
        summary[field][bound],
        SCIPY[field][bound]!,
        MONTE_CARLO[field][bound]!,
        `${field}[${bound}]`,
      );
    }
  }
});

Deno.test("summarizeScores() is the same each time, whatever the games' order", () => {
  assertEquals(summarizeScores(SCORES), summarizeScores(SCORES.toReversed()));
});

Deno.test("bootstrapInterval() covers the true mean about 95 times in 100", () => {
  // 200 samples of 30 uniform numbers; the percentile bootstrap is known to
  // cover a little less than its name at this size.
  let covered = 0;
  for (let trial = 0; trial < 200; trial++) {
    const values = Array.from(
      { length: 30 },
      (_, i) =>
        Math.abs(Math.sin(12.9898 * (trial * 30 + i + 1)) * 43758.5) % 1,
    );
    const [low, high] = bootstrapInterval(values, mean, { resamples: 500 });
    if (low <= 0.5 && 0.5 <= high) covered++;
  }
  assert(covered >= 180 && covered <= 200, `covered ${covered} of 200`);
});

Deno.test("bootstrapInterval() of one value is that value", () => {
  assertEquals(bootstrapInterval([7], median), [7, 7]);
});

Deno.test("interquartileMean() drops floor(n / 4) values at each end", () => {
  assertEquals(interquartileMean([1000, 3, 1, 2]), 2.5);
  assertEquals(interquartileMean([9, 1, 2]), 4);
});

Deno.test("no figure is told of an empty sample", () => {
  assertThrows(() => mean([]), RangeError, "at least one value");
});

Deno.test("summarizeScores() of one score has no deviation", () => {
  assertEquals(summarizeScores([5]).sd, 0);
});

Deno.test("share() counts the values for which its condition holds", () => {
  assertEquals(share([1, 2, 3, 4], (value) => value > 3), 0.25);
});

Deno.test("probabilityOfImprovement() is Mann and Whitney's U over n m", () => {
  // scipy.stats.mannwhitneyu([3, 5, 5, 7, 9], [4, 5, 6]).statistic / 15
  assertAlmostEquals(
    probabilityOfImprovement([3, 5, 5, 7, 9], [4, 5, 6]),
    0.6,
  );
  assertEquals(probabilityOfImprovement([2, 3], [0, 1]), 1);
  assertEquals(probabilityOfImprovement([1, 1], [1]), 0.5);
});

Deno.test("probabilityOfImprovementInterval() is certain of apart samples", () => {
  assertEquals(
    probabilityOfImprovementInterval([5, 6, 7], [1, 2, 3]),
    [1, 1],
  );
  const [low, high] = probabilityOfImprovementInterval([1, 2, 3], [1, 2, 3]);
  assert(low < 0.5 && high > 0.5, `${low} to ${high}`);
});

Deno.test("pairedDifference() has SciPy's interval over the pairs", () => {
  // scipy.stats.bootstrap((SCORES - other,), np.mean, n_resamples=1_000_000,
  // method="percentile", rng=np.random.default_rng(7)), SciPy 1.17.1
  const other = [
    [60, 200, 200, 400, 450, 600, 600, 800, 900, 1000, 1300, 1500, 1500, 1600],
    [1700, 1600, 1700, 2500, 2900, 3100, 2900, 5100, 4900, 5500, 7900, 8000],
    [7500],
  ].flat();
  const { difference, difference95: [low, high] } = pairedDifference(
    SCORES,
    other,
  );
  assertAlmostEquals(difference, 17.88888888888889, 1e-9);
  assertAlmostEquals(low, -19.7037, 2.5);
  assertAlmostEquals(high, 66.037, 5);
  assertThrows(() => pairedDifference([1], [1, 2]), RangeError, "1 and 2");
});

Deno.test("hierarchicalInterval() is wide where runs differ and games do not", () => {
  const runs = [Array(50).fill(100), Array(50).fill(300), Array(50).fill(500)];
  // Three runs drawn of three: all the same lowest one once in 27 draws.
  assertEquals(hierarchicalInterval(runs, mean), [100, 500]);
  const pooled = bootstrapInterval(runs.flat(), mean);
  assert(pooled[0] > 250 && pooled[1] < 350, `pooled ${pooled}`);
  assertThrows(() => hierarchicalInterval([[1], []], mean), RangeError);
});
