import {
  assert,
  assertEquals,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { isDeepStrictEqual } from "node:util";
import { ReplayMemory } from "../../lib/agent/mod.ts";
import { FRAME_BYTES } from "../../lib/constants.ts";
import { CheckpointError } from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import {
  addSteps,
  bytesOf,
  frameNumber,
  memoryOf,
  newBatch,
  numberedFrame,
  type Options,
  PRIORITIZED,
  Recorder,
  rewardsMemory,
  sampleAndUpdate,
  stackAt,
  UNIFORM,
} from "./replay_memories.ts";

/** A memory with the content of another, made with options of its own. */
async function restored(
  memory: ReplayMemory,
  options: Options,
): Promise<ReplayMemory> {
  const copy = new ReplayMemory(options);
  const stored = memory.chunks().map((chunk) => chunk.slice());
  const state = JSON.parse(JSON.stringify(memory.state()));
  await copy.restore(state, (chunk) => chunk.set(stored.shift()!));
  return copy;
}

Deno.test("ReplayMemory continues exactly from its stored state and chunks", async () => {
  for (const prioritized of [UNIFORM, PRIORITIZED]) {
    const options = {
      ...{ capacity: 90, environments: 2, discount: 0.95, nStep: 3 },
      ...prioritized,
    };
    for (const steps of [30, 100]) {
      const memory = new ReplayMemory(options);
      const recorder = new Recorder(memory, 2, new Random(4));
      const batch = newBatch(8);
      const random = new Random(6);
      for (let k = 0; k < steps; k++) {
        recorder.step(k % 2);
        if (!memory.canSample(8)) continue;
        sampleAndUpdate(memory, batch, random);
      }
      const slots = Math.min(steps, 90) * 1.3;
      assertLess(bytesOf(memory), slots * (FRAME_BYTES + 14));
      const copy = await restored(memory, options);
      assertEquals(copy.size, memory.size);
      const next = new Recorder(
        copy,
        2,
        Random.fromState(recorder.random.state),
      );
      next.step(0);
      recorder.step(0);
      const copyBatch = newBatch(8);
      assertEquals(
        copy.sample(copyBatch, Random.fromState(random.state), 0.5),
        memory.sample(batch, random, 0.5),
      );
      assertEquals(copyBatch.returns, batch.returns);
      assertEquals(copyBatch.weights, batch.weights);
    }
  }
});

for (const [before, after] of [[3, 5], [5, 1]] as const) {
  Deno.test(`ReplayMemory.restore() with ${after}-step returns in place of ${before} is as if it had always had them`, async () => {
    for (const prioritized of [UNIFORM, PRIORITIZED]) {
      for (const steps of [25, 120]) {
        const options = (nStep: number) => ({
          ...{ capacity: 80, environments: 2, discount: 0.95, nStep },
          ...prioritized,
        });
        const memories = [before, after].map((nStep) => {
          const memory = new ReplayMemory(options(nStep));
          const recorder = new Recorder(memory, 2, new Random(4));
          for (let k = 0; k < steps; k++) recorder.step(k % 2);
          return memory;
        });
        const [from, always] = memories as [ReplayMemory, ReplayMemory];
        const copy = await restored(from, options(after));
        assertEquals(copy.size, always.size);
        assert(isDeepStrictEqual(copy.chunks(), always.chunks()));
        const [batch, expected] = [newBatch(16), newBatch(16)];
        assertEquals(
          copy.sample(batch, new Random(6)),
          always.sample(expected, new Random(6)),
        );
        assert(isDeepStrictEqual(batch, expected));
      }
    }
  });
}

Deno.test("ReplayMemory keeps a teacher's Q-values with each step, also when it is stored", async () => {
  const options = { capacity: 20, environments: 2, discount: 0.9, nStep: 1 };
  const taughtOptions = { ...options, teacherQ: 3 };
  const memory = new ReplayMemory(taughtOptions);
  const valuesOf = (frame: number) => [frame, frame / 2, -frame];
  const add = (
    memory: ReplayMemory,
    first: number,
    end: number,
    taught = true,
  ) => {
    for (let k = first; k < end; k++) {
      memory.add(k % 2, {
        ...{ frame: numberedFrame(k), action: 0, reward: k },
        ...{ terminated: k % 7 === 0, truncated: k % 11 === 0 },
        finalFrame: numberedFrame(1000 + k),
        ...(taught && { teacherQ: Float32Array.from(valuesOf(k)) }),
      });
    }
  };
  add(memory, 0, 45);
  const copy = await restored(memory, taughtOptions);
  add(copy, 45, 50);
  for (const each of [memory, copy]) {
    const batch = newBatch(8, 3);
    for (let round = 0; round < 10; round++) {
      each.sample(batch, new Random(round));
      for (let i = 0; i < batch.size; i++) {
        assertEquals(
          [...batch.teacherQ!.subarray(3 * i, 3 * i + 3)],
          valuesOf(frameNumber(batch.observations, i, 3)),
        );
      }
    }
  }
  // Where nobody teaches, nothing is kept: a checkpoint is as it was.
  const plain = new ReplayMemory(options);
  add(plain, 0, 45, false);
  assertThrows(
    () => add(plain, 45, 46),
    RangeError,
    "Expected 0 Q-values of a teacher, but got 3",
  );
  assertEquals(bytesOf(memory) - bytesOf(plain), 20 * 3 * 4);
});

Deno.test("ReplayMemory.beginEpisode() keeps a game that was broken off apart from the next", async () => {
  const options = { capacity: 100, environments: 1, discount: 0.9, nStep: 3 };
  const memory = new ReplayMemory(options);
  addSteps(memory, [1, 11]);
  const copy = await restored(memory, options);
  copy.beginEpisode(0);
  addSteps(copy, [101, 111]);
  // The last three steps of each game have no state three steps later.
  assertEquals(copy.size, 7 + 7);
  const batch = newBatch(14);
  const random = new Random(1);
  const seen = new Set<number>();
  for (let round = 0; round < 20; round++) {
    copy.sample(batch, random);
    for (let i = 0; i < batch.size; i++) {
      const newest = frameNumber(batch.observations, i, 3);
      const first = newest > 100 ? 101 : 1;
      const stack = (newest: number) =>
        [3, 2, 1, 0].map((back) => Math.max(newest - back, first));
      assertEquals(stackAt(batch.observations, i), stack(newest));
      assertEquals(stackAt(batch.nextObservations, i), stack(newest + 3));
      seen.add(newest);
    }
  }
  assertEquals(seen.size, 14);
});

Deno.test("ReplayMemory.restore() refuses a memory of another shape", async () => {
  const memory = rewardsMemory(3);
  const other = memoryOf({ environments: 2 });
  await assertRejects(
    () => other.restore(memory.state(), () => {}),
    CheckpointError,
    "1 environments with 100 steps each, but the config asks for a uniform replay memory of 2 environments with 50 steps each",
  );
});
