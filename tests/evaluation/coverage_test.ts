import { assert } from "@std/assert";
import { coverage, coverageOfRuns, falseAlarms, truthOf } from "./coverage.ts";

const GAMES = [10, 20, 50, 100];
const CAP = 4000;

for (const name of ["exponential", "capped", "log-normal"] as const) {
  Deno.test(`95 % intervals of ${name} scores hold the truth 92 to 97 times in 100`, () => {
    const truth = truthOf(name);
    for (const games of GAMES) {
      const held = {
        ...coverage(name, truth, games, {
          trials: Math.max(1000, 30_000 / games),
          draws: 200,
        }),
        mean: coverage(name, truth, games, { trials: 2000, draws: 1 }).mean,
      };
      for (const figure of ["mean", "median", "iqm"] as const) {
        // Where the truth is the cap itself, an interval cannot miss it above.
        const most = truth[figure] === CAP ? 1 : 0.97;
        assert(
          held[figure] >= 0.92 && held[figure] <= most,
          `${figure} of ${games} games: ${held[figure]}`,
        );
      }
    }
  });
}

Deno.test("95 % intervals of means hold it no less often of other shapes", () => {
  for (const name of ["more capped", "bimodal"] as const) {
    const truth = truthOf(name);
    for (const games of GAMES) {
      const held = coverage(name, truth, games, { trials: 1000, draws: 1 });
      assert(held.mean >= 0.92, `${name}, ${games} games: ${held.mean}`);
    }
  }
});

Deno.test("the interval over runs holds the mean of all runs that there might be", () => {
  for (const runs of [2, 3, 5, 10]) {
    const held = coverageOfRuns(runs, 20, 1000);
    assert(held >= 0.92 && held < 0.985, `${runs} runs: ${held}`);
  }
});

Deno.test("equal agents seem to differ upwards in at most 3 of 100 nights", () => {
  for (const name of ["exponential", "more capped", "bimodal"] as const) {
    for (const games of [10, 50, 200]) {
      const alarms = falseAlarms(name, games, 3000);
      assert(alarms <= 0.03, `${name}, ${games} games: ${alarms}`);
    }
  }
});
