import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { ChromeCrashedError } from "../../lib/errors.ts";
import { freshCounters, train, trainingParts } from "../../lib/training/mod.ts";
import { fakeTraining } from "./fakes.ts";
import { makeTraining } from "./fixtures.ts";

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

Deno.test("train() takes the later one of equal evaluations for the best", async () => {
  const means = [50, 70, 60, 70, 65];
  const { counters, events } = await trained(
    ["evaluation.every=2", "training.steps=10"],
    { onEvaluate: () => means.shift()! },
  );
  assertEquals(events.filter((event) => event.startsWith("save")), [
    ...["save 2", "save 4", "save 8", "save 10"],
  ]);
  assertEquals([counters.best?.step, counters.evaluationsWithoutBetter], [
    ...[8, 3],
  ]);
});

Deno.test("train() compares no evaluation with one of other games", async () => {
  const sets = [
    ...["evaluation.every=2", "training.steps=10", "evaluation.target=90"],
    ...["evaluation.episodes=4", "evaluation.maxScore=100"],
  ];
  const best = { step: 1, mean: 100, episodes: 4, cap: 100 };
  for (
    const [given, set, ends] of [
      [best, "seed=1", "target"],
      [best, "evaluation.maxScore=95", "steps"],
      [best, "evaluation.episodes=3", "steps"],
      // A checkpoint of before does not say of which games its best one is.
      [{ step: 1, mean: 100 }, "evaluation.episodes=3", "target"],
    ] as const
  ) {
    const { reason, counters } = await trained([...sets, set], {
      counters: { ...freshCounters(), best: given },
      onEvaluate: () => 40,
    });
    assertEquals([reason, counters.best?.mean], [
      ends,
      ends === "target" ? 100 : 40,
    ]);
  }
});

Deno.test("train() ends for the first reason that holds", async () => {
  const counters = {
    ...{ ...freshCounters(), step: 1000, evaluatedStep: 1000 },
    ...{ wallSeconds: 1000, evaluationsWithoutBetter: 3 },
    best: { step: 1, mean: 100 },
  };
  const more = [
    ["minutes", "training.minutes=1"],
    ["steps", "training.steps=1000"],
    ["patience", "evaluation.patience=3"],
    ["target", "evaluation.target=90"],
  ] as const;
  const sets: string[] = [];
  for (const [ends, set] of more) {
    sets.push(set);
    assertEquals((await trained(sets, { counters })).reason, ends);
  }
  const signal = AbortSignal.abort();
  assertEquals((await trained(sets, { counters, signal })).reason, "signal");
});

Deno.test("a checkpoint of an earlier version owes the updates that were due", async () => {
  for (let steps = 10; steps < 60; steps += 6) {
    const sets = ["training.stepsPerUpdate=5", `training.steps=${steps}`];
    const { config, counters, learner } = await trained(sets);
    const { owed, evaluatedStep: _step, interval, ...rest } = counters;
    const { steps: _steps, seconds: _seconds, ...sums } = interval;
    const restored = freshCounters();
    const { counters: part } = trainingParts({
      ...{ ...makeTraining(), config, learner, counters: restored },
    });
    const value = { ...rest, interval: sums };
    await part!.restore({ value, files: {} });
    assertEquals(restored, {
      ...{ ...rest, owed, evaluatedStep: 0 },
      interval: { ...sums, steps: 0, seconds: 0 },
    });
  }
});

Deno.test("train() counts no pause as training", async () => {
  const { now } = performance;
  let time = 0;
  // Slow from the last but one on: no pause.
  const turns = [20, 30, 60_000, 30, 4000, 4000];
  performance.now = () => time;
  try {
    const { parts, start, hooks } = await fakeTraining(
      ["training.steps=12", "training.logEvery=2"],
      {
        counters: { ...freshCounters(), wallSeconds: 100 },
        onStep: () => Promise.resolve(void (time += turns.shift()!)),
      },
    );
    const seconds: number[] = [];
    hooks.onInterval = (record) => seconds.push(record.seconds);
    await train(parts, start, hooks, neverStop);
    assertEquals(seconds, [0.02, 0.03, 0.03, 0.03, 0.03, 4]);
    assertEquals(parts.counters.wallSeconds, 100 + 68.08);
  } finally {
    performance.now = now;
  }
});
