import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { ChromeCrashedError } from "../../lib/errors.ts";
import { freshCounters, train } from "../../lib/training/mod.ts";
import { fakeTraining } from "./fakes.ts";

const neverStop = new AbortController().signal;

/** Trains with fakes; what happened, in order. */
async function trained(
  sets: readonly string[],
  { signal = neverStop, ...options }: Parameters<typeof fakeTraining>[1] & {
    signal?: AbortSignal;
  } = {},
) {
  const { parts, start, hooks, events } = await fakeTraining(sets, options);
  const reason = await train(parts, start, hooks, signal);
  return { ...parts, reason, events };
}

Deno.test("train() makes an update per stepsPerUpdate steps after the warm-up", async () => {
  for (const stepsPerUpdate of [1, 3, 4, 9]) {
    const { learner, counters } = await trained([
      "training.steps=101",
      "replay.warmup=20",
      `training.stepsPerUpdate=${stepsPerUpdate}`,
    ]);
    // Two games: 102 steps, of which the last two are not learned from yet.
    assertEquals(counters.step, 102);
    assertEquals(learner.updates, Math.ceil((100 - 20) / stepsPerUpdate));
  }
});

Deno.test("train() makes updatesPerRun updates at once when so many are due", async () => {
  const at: number[] = [];
  const counters = freshCounters();
  const { learner } = await trained([
    ...["training.steps=101", "replay.warmup=20", "training.stepsPerUpdate=3"],
    "learner.updatesPerRun=4",
  ], { counters, onUpdate: () => at.push(counters.step) });
  // 80 steps are learned from, 12 by each four updates; the last wait.
  assertEquals(learner.updates, 24);
  assertEquals(at.slice(0, 8), [30, 30, 30, 30, 42, 42, 42, 42]);
  assertEquals(counters.owed, 102 - 20 - 24 * 3);
});

Deno.test("train() evaluates, saves and logs at its steps, and saves at the end", async () => {
  const { events, reason } = await trained([
    ...["training.steps=20", "training.logEvery=10", "replay.warmup=16"],
    ...["training.checkpointEvery=8", "evaluation.every=12"],
  ]);
  assertEquals(reason, "steps");
  assertEquals(events, [
    ...["save 8", "log 10", "evaluate 12", "save 12", "save 16", "log 20"],
    "save 20",
  ]);
});

Deno.test("train() owes no update of before a resume that changes how many are due", async () => {
  for (const set of ["training.stepsPerUpdate=1", "replay.warmup=16"]) {
    const counters = { ...freshCounters(), step: 40_000, owed: 1 };
    const { learner } = await trained(["training.steps=40020", set], {
      counters,
      updates: 5000,
    });
    assertLess(learner.updates - 5000, 21);
  }
});

Deno.test("train() stops in the middle of a backlog, not of a step's own updates", async () => {
  const sets = ["training.stepsPerUpdate=1", "training.steps=1000"];
  for (const [owed, updates] of [[500, 3], [2, 2]] as const) {
    const stop = new AbortController();
    const counters = { ...freshCounters(), step: 100, owed };
    const { learner, reason, events } = await trained(sets, {
      ...{ counters, signal: stop.signal, filled: 50 },
      onUpdate: (updates) => updates === Math.min(3, owed) && stop.abort(),
    });
    assertEquals([reason, learner.updates], ["signal", updates]);
    assertEquals(events, ["save 102"]);
  }
});

Deno.test("train() evaluates once more when the time is over", async () => {
  const sets = ["training.minutes=1", "evaluation.every=10"];
  const counters = { ...freshCounters(), step: 14, evaluatedStep: 10 };
  const late = { ...counters, wallSeconds: 61 };
  const ended = await trained(sets, { counters: late });
  assertEquals([ended.reason, ended.events], [
    "minutes",
    ["evaluate 14", "save 14"],
  ]);
  const again = await trained(sets, { counters: ended.counters });
  assertEquals([again.reason, again.events], ["minutes", ["save 14"]]);
  // A run of so many steps is evaluated at its own.
  const bySteps = await trained(["training.steps=14", "evaluation.every=10"], {
    counters,
  });
  assertEquals(bySteps.events, ["save 14"]);
});

Deno.test("train() makes an evaluation that was broken off when it goes on", async () => {
  const stop = new AbortController();
  const { counters, events } = await trained(["evaluation.every=10"], {
    signal: stop.signal,
    onEvaluate: () => {
      stop.abort();
      return null;
    },
  });
  assertEquals(events, ["evaluate 10", "save 10"]);
  const { events: after } = await trained(["training.steps=12"], { counters });
  assertEquals(after, ["evaluate 10", "save 10", "save 12"]);
});

Deno.test("train() waits for the updates under way when Chrome is lost", async () => {
  let finished = 0;
  const { parts, start, hooks } = await fakeTraining([
    "training.stepsPerUpdate=1",
  ], {
    counters: { ...freshCounters(), step: 100, owed: 2 },
    filled: 50,
    onStep: () => Promise.reject(new ChromeCrashedError("gone")),
    onUpdate: () => finished++,
  });
  await assertRejects(
    () => train(parts, start, hooks, neverStop),
    ChromeCrashedError,
  );
  assertEquals(finished, 2);
});
