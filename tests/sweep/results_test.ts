import { assert, assertEquals } from "@std/assert";
import { sweepResults } from "../../lib/sweep/results.ts";
import { reconcile, type Trial } from "../../lib/sweep/state.ts";
import { curve, finished, makePlan, nSteps } from "./fixtures.ts";

/** The results of these trainings, of settings numbered from 1. */
function resultsOf(...trials: Trial[]) {
  const count = Math.max(...trials.map(({ setting }) => setting));
  const settings = nSteps(...Array.from({ length: count }, (_, i) => i + 1));
  const plan = makePlan({ settings });
  return sweepResults(plan, reconcile(plan, null).state, trials);
}

Deno.test("sweepResults() puts all games of a setting's seeds together", () => {
  const { settings: [setting], games, keys } = resultsOf(
    finished(1, 1, [10, 50], [10, 20, 30, 100]),
    finished(1, 2, [30, 20], [40, 40, 60, 100]),
  );
  assertEquals([games, keys], [{ cap: 100, firstSeed: 1_000_000 }, []]);
  assertEquals(setting!.state, "finished");
  assertEquals([setting!.finished, setting!.steps, setting!.minutes], [
    ...[2, 2000, 2],
  ]);
  // The means of each seed's best, and of both seeds at each step.
  assertEquals(setting!.best, 40);
  assertEquals(setting!.curve, curve(20, 35));
  const { mean, median, iqm, capped, games: count } = setting!.figures!;
  assertEquals([count, mean.value, median.value], [8, 50, 40]);
  assertEquals([iqm.value, capped], [42.5, 0.25]);
  const [low, high] = mean.interval!;
  assert(low < 50 && high > 50 && high <= 100);
});

Deno.test("an interval over seeds is wider than one over their games alone", () => {
  const games = (score: number) =>
    Array.from({ length: 20 }, (_, i) => score + i % 2);
  const width = (a: number, b: number) => {
    const { settings } = resultsOf(
      finished(1, 1, [1], games(a)),
      finished(1, 2, [1], games(b)),
    );
    const [low, high] = settings[0]!.figures!.mean.interval!;
    return high - low;
  };
  assert(width(50, 50) < 1 && width(20, 80) > 60);
});

Deno.test("settings are ordered by the games that choose, never by the final ones", () => {
  const { settings } = resultsOf(
    finished(1, 1, [10, 20], [90, 90]),
    finished(2, 1, [10, 40], [5, 5]),
    { ...finished(3, 1, [99], []), state: "stopped", final: null },
    finished(4, 1, [30, 40], [7, 7]),
  );
  // Of 4 and 2, whose best are equal, 4 has learned faster; 3 has no games.
  assertEquals(settings.map(({ number }) => number), [4, 2, 1, 3]);
});

Deno.test("a setting that was given up or failed says so, with what it has", () => {
  const { settings } = resultsOf(
    finished(1, 1, [10], [10]),
    {
      ...finished(1, 2, [5], []),
      state: "stopped",
      reason: "low",
      final: null,
    },
    { ...finished(2, 1, [], []), state: "failed", reason: "no", final: null },
    { ...finished(3, 1, [], []), state: "waiting", final: null },
  );
  assertEquals(
    settings.map(({ state, reason, finished, steps, figures }) => [
      ...[state, reason, finished, steps, figures?.games],
    ]),
    [
      ["stopped", "low", 1, 1000, 1],
      ["failed", "no", 0, null, undefined],
      ["unfinished", "", 0, null, undefined],
    ],
  );
});

Deno.test("a learning curve goes as far as all of its seeds", () => {
  const { settings } = resultsOf(
    finished(1, 1, [10, 20, 30], [1]),
    finished(1, 2, [30, 40], [1]),
  );
  assertEquals(settings[0]!.curve, curve(20, 30));
});
