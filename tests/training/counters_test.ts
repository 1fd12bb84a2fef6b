import { assertEquals } from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import { TrainingClock } from "../../lib/training/clock.ts";
import {
  countSteps,
  forgetBest,
  freshCounters,
  isBest,
  restoreCounters,
  stopReason,
} from "../../lib/training/counters.ts";

const config = await loadConfig(undefined, [
  ...["evaluation.target=90", "evaluation.patience=3", "replay.warmup=96"],
]);
const { signal } = new AbortController();

Deno.test("isBest() takes the later one of equal evaluations", () => {
  const counters = freshCounters();
  const means = [50, 70, 60, 70].map((mean, i) => {
    counters.step = i;
    return isBest(counters, mean, config);
  });
  assertEquals(means, [true, true, false, true]);
  assertEquals([counters.best?.step, counters.evaluationsWithoutBetter], [
    ...[3, 2],
  ]);
});

Deno.test("isBest() does not compare an evaluation with one of other games", () => {
  const counters = freshCounters();
  isBest(counters, 100, config);
  for (const set of ["evaluation.maxScore=50", "evaluation.episodes=3"]) {
    const other = withSet(set);
    assertEquals(stopReason(config, counters, signal), "target");
    assertEquals(stopReason(other, counters, signal), null);
    const copy = structuredClone(counters);
    assertEquals(isBest(copy, 40, other), true);
    assertEquals(copy.best?.mean, 40);
  }
  assertEquals(isBest(counters, 40, config), false);
  // A checkpoint of before: it does not say of which games its best one is.
  counters.best = { step: 1, mean: 100 };
  assertEquals(isBest(counters, 40, config), false);
});

Deno.test("stopReason() is the first that holds", () => {
  const counters = { ...freshCounters(), step: 1e6, wallSeconds: 1e6 };
  const reason = (set: string) => stopReason(withSet(set), counters, signal);
  assertEquals(reason("training.steps=1000"), "steps");
  assertEquals(reason("training.steps=2000000"), null);
  assertEquals(
    stopReason(
      {
        ...config,
        training: { ...config.training, steps: 2e6, minutes: 1 },
      },
      counters,
      signal,
    ),
    "minutes",
  );
  counters.evaluationsWithoutBetter = 3;
  assertEquals(reason("training.steps=1000"), "patience");
  isBest(counters, 90, config);
  assertEquals(reason("training.steps=1000"), "target");
  const stopped = AbortSignal.abort();
  assertEquals(stopReason(config, counters, stopped), "signal");
});

Deno.test("restoreCounters() gives an earlier version's checkpoint what it lacks", () => {
  const { warmup } = config.replay;
  const { stepsPerUpdate } = config.training;
  const counters = freshCounters();
  let updates = 0;
  for (let i = 0; i < 30; i++) {
    for (; counters.owed > 0; updates++) counters.owed -= stepsPerUpdate;
    countSteps(counters, 12, config);
    const { owed: _owed, evaluatedStep: _step, interval, ...rest } = counters;
    const { steps: _steps, seconds: _seconds, ...sums } = interval;
    const restored = freshCounters();
    restoreCounters(restored, { ...rest, interval: sums }, config, updates);
    // Twelve steps at once, where the config has eight games.
    const most = config.env.instances;
    assertEquals(restored.owed, Math.min(counters.owed, most), `${i}`);
  }
  assertEquals(updates, Math.ceil((348 - warmup) / stepsPerUpdate));
});

Deno.test("TrainingClock counts no pause as training", () => {
  let now = 1000;
  const clock = new TrainingClock(100, () => now);
  const turn = (milliseconds: number) => {
    clock.beginTurn();
    now += milliseconds;
    return clock.endTurn();
  };
  assertEquals([20, 30, 60_000, 30].map(turn), [0.02, 0.03, 0.03, 0.03]);
  // Slow from now on: no pause.
  assertEquals([4000, 4000].map(turn), [0.03, 4]);
  assertEquals(clock.seconds(), 100 + 68.08);
});

function withSet(set: string) {
  const [key, value] = set.split("=") as [string, string];
  const [group, name] = key.split(".") as ["training", "steps"];
  return {
    ...config,
    [group]: { ...config[group], [name]: Number(value) },
  };
}

Deno.test("forgetBest() lets later evaluations be the best, whatever an earlier one had", () => {
  const counters = { ...freshCounters(), step: 400 };
  const isNowBest = (mean: number) => isBest(counters, mean, config);
  assertEquals(isNowBest(99), true);
  counters.step = 800;
  assertEquals(isNowBest(50), false);
  forgetBest(counters, 399);
  assertEquals(counters.best?.step, 400);
  forgetBest(counters, 400);
  assertEquals([counters.best, counters.evaluationsWithoutBetter], [null, 0]);
  assertEquals(isNowBest(50), true);
  // A training that is begun again in the same night keeps what it found.
  forgetBest(counters, 400);
  assertEquals(counters.best?.step, 800);
});
