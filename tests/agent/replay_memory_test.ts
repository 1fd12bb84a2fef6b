import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertThrows,
} from "@std/assert";
import { ReplayMemory } from "../../lib/agent/mod.ts";
import { FRAME_BYTES, OBSERVATION_BYTES, STACK } from "../../lib/constants.ts";
import { ConfigError } from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import {
  addSteps,
  bytesOf,
  type Episode,
  expected,
  frameNumber,
  memoryOf,
  newBatch,
  numberedFrame,
  PRIORITIZED,
  Recorder,
  rewardsMemory,
  sampleAndUpdate,
  stackAt,
  UNIFORM,
} from "./replay_memories.ts";

for (
  const [name, prioritized] of [
    ["uniform", UNIFORM],
    ["prioritised", PRIORITIZED],
  ] as const
) {
  for (const nStep of [1, 3, 5]) {
    Deno.test(`ReplayMemory ${name}: every sample with n = ${nStep} is what plain lists give`, () => {
      const gamma = 0.9;
      const environments = 3;
      const slots = 50;
      const memory = new ReplayMemory({
        capacity: environments * slots + 2,
        ...{ environments, discount: gamma, nStep, ...prioritized },
      });
      const recorder = new Recorder(memory, environments, new Random(nStep));
      const batch = newBatch(16);
      const random = new Random(7);
      let compared = 0;
      const seen = { terminated: 0, truncated: 0, bootstrapped: 0 };
      for (let round = 0; round < 300; round++) {
        // Environments need not be stepped equally often.
        recorder.step(0);
        if (round % 3) recorder.step(1);
        if (round > 40) recorder.step(2);
        if (!memory.canSample(batch.size)) continue;
        sampleAndUpdate(memory, batch, random);
        const where = new Map<number, [Episode, number]>();
        for (const episode of recorder.episodes.flat()) {
          episode.steps.forEach((s, t) => where.set(s.frame, [episode, t]));
        }
        for (let i = 0; i < batch.size; i++) {
          const newest = frameNumber(batch.observations, i, STACK - 1);
          const [episode, t] = where.get(newest)!;
          const want = expected(episode, t, nStep, gamma)!;
          assertEquals(stackAt(batch.observations, i), want.stack);
          assertEquals(batch.actions[i], want.action);
          assertAlmostEquals(batch.returns[i]!, want.return, 1e-6);
          assertEquals(batch.discounts[i], want.discount);
          if (want.nextStack) {
            assertEquals(stackAt(batch.nextObservations, i), want.nextStack);
          }
          if (want.discount === 0) seen.terminated++;
          else if (want.discount > Math.fround(gamma ** nStep)) {
            seen.truncated++;
          } else seen.bootstrapped++;
          compared++;
        }
      }
      assertGreater(compared, 4000);
      assertGreater(seen.terminated, 100);
      assertGreater(seen.bootstrapped, 1000);
      if (nStep > 1) assertGreater(seen.truncated, 100);
    });
  }
}

Deno.test("ReplayMemory.size counts exactly the transitions that can be drawn", () => {
  const nStep = 3;
  const slots = 40;
  const memory = memoryOf({ capacity: slots, nStep });
  const recorder = new Recorder(memory, 1, new Random(5));
  for (let round = 0; round < 200; round++) {
    recorder.step(0);
    const complete = recorder.episodes[0]!.flatMap((episode) =>
      episode.steps.flatMap((step, t) =>
        expected(episode, t, nStep, 0.9) ? [step.frame] : []
      )
    );
    // A slot holds one frame; the oldest three are parts of stacks only.
    const newest = Math.max(
      ...recorder.episodes[0]!.flatMap((
        e,
      ) => [...e.steps.map((s) => s.frame), e.finalFrame ?? 0]),
    );
    const oldest = newest > slots ? newest - slots + STACK : 1;
    assertEquals(memory.size, complete.filter((f) => f >= oldest).length);
  }
});

Deno.test("ReplayMemory.sample transposes every pixel of four frames", () => {
  const memory = memoryOf();
  addSteps(memory, [1000, 1005]);
  const batch = newBatch(1);
  const random = new Random(1);
  do memory.sample(batch, random); while (
    frameNumber(batch.observations, 0, 3) !== 1003
  );
  const stack = (numbers: number[]) => {
    const frames = numbers.map(numberedFrame);
    return Uint8Array.from(
      { length: OBSERVATION_BYTES },
      (_, i) => frames[i % STACK]![Math.floor(i / STACK)]!,
    );
  };
  assertEquals(batch.observations, stack([1000, 1001, 1002, 1003]));
  assertEquals(batch.nextObservations, stack([1001, 1002, 1003, 1004]));
});

Deno.test("ReplayMemory weighs prioritised samples by (N P)^-beta over the batch's largest", () => {
  const memory = rewardsMemory(4, { prioritized: { alpha: 0.5 } });
  const batch = newBatch(4);
  const random = new Random(3);
  // Equal priorities: one draw from each quarter finds each once.
  const indices = memory.sample(batch, random, 1);
  assertEquals([...indices], [0, 1, 2, 3]);
  assertEquals([...batch.weights], [1, 1, 1, 1]);
  const tdErrors = Float32Array.of(0, 0.25, -1, 4);
  memory.updatePriorities(indices, tdErrors);
  // The priority of no error: no transition is ever out of the draw.
  const priorities = [...tdErrors].map((e) => Math.sqrt(Math.abs(e) + 0.01));
  const total = priorities.reduce((a, b) => a + b, 0);
  for (let round = 0; round < 20; round++) {
    memory.sample(batch, random, 0.7);
    const weights = [...batch.returns].map((k) =>
      (4 * priorities[k]! / total) ** -0.7
    );
    const largest = Math.max(...weights);
    weights.forEach((w, i) =>
      assertAlmostEquals(batch.weights[i]!, w / largest, 1e-6)
    );
  }
});

Deno.test("ReplayMemory gives new transitions the largest priority so far", () => {
  const memory = rewardsMemory(2, { prioritized: { alpha: 1 } });
  const batch = newBatch(2);
  const indices = memory.sample(batch, new Random(1));
  memory.updatePriorities(indices, Float32Array.of(2.99, -0.49));
  addSteps(memory, [9, 10], { terminated: true });
  // Priorities 3, 0.5 and 3: the third transition's share is 3 of 6.5.
  const random = new Random(2);
  let third = 0;
  for (let round = 0; round < 2000; round++) {
    memory.sample(batch, random);
    third += batch.returns.filter((r) => r === 9).length;
  }
  assertAlmostEquals(third / 4000, 3 / 6.5, 0.02);
});

Deno.test("ReplayMemory refuses a capacity that is too small or too large", () => {
  for (
    const [capacity, message] of [
      [60, "are 7 each, which is too few for 3-step returns; use at least 64"],
      [1e12, "need 6400000.0 GB of memory"],
    ] as const
  ) {
    const options = { environments: 8, nStep: 3, capacity };
    assertThrows(() => memoryOf(options), ConfigError, message);
  }
});

Deno.test("ReplayMemory refuses wrong frames, environments and early sampling", () => {
  const memory = rewardsMemory(3);
  const step = { action: 0, reward: 0, terminated: true, truncated: false };
  assertThrows(
    () => memory.add(0, { ...step, frame: new Uint8Array(10) }),
    RangeError,
    "Expected a frame of 6400 bytes, but got 10",
  );
  assertThrows(
    () => memory.add(1, { ...step, frame: new Uint8Array(FRAME_BYTES) }),
    RangeError,
    "Expected an environment of 1, but got 1",
  );
  assert(memory.canSample(3));
  assert(!memory.canSample(4));
  assertThrows(
    () => memory.sample(newBatch(4), new Random(1)),
    RangeError,
    "Expected at least 4 transitions",
  );
});

Deno.test("ReplayMemory keeps and samples frames beyond 2^31 bytes", () => {
  // The tenth ring begins at 2.19 GB. Only pages written to take memory.
  const memory = memoryOf({ capacity: 380_000, environments: 10 });
  addSteps(memory, [0, 20], { environment: () => 9 });
  const batch = newBatch(4);
  memory.sample(batch, new Random(1));
  for (let i = 0; i < 4; i++) {
    assertEquals(frameNumber(batch.observations, i, 3), batch.returns[i]);
  }
});

Deno.test("ReplayMemory keeps a frame once: 100,000 steps take under 0.7 GB", () => {
  const steps = 800;
  const games = { capacity: steps, environments: 8, nStep: 3 };
  const memory = memoryOf({ ...games, ...PRIORITIZED });
  addSteps(memory, [0, 2 * steps], { environment: (k) => k % 8 });
  const bytes = bytesOf(memory);
  assertEquals(bytes / steps, FRAME_BYTES + 1 + 4 + 1 + 8);
  // The sums of priorities: at most four more numbers of 8 bytes per step.
  assertLess(100_000 * (bytes / steps + 4 * 8), 0.7e9);
  // In a full ring the three oldest steps are parts of stacks only, and the
  // three newest wait for their n-step return.
  assertEquals(memory.size, steps - 8 * 6);
});
