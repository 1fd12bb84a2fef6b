import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { isDeepStrictEqual } from "node:util";
import { type Learner, ReplayMemory } from "../../lib/agent/mod.ts";
import { FRAME_BYTES, OBSERVATION_BYTES, STACK } from "../../lib/constants.ts";
import { CheckpointError, ConfigError } from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";

type Options = ConstructorParameters<typeof ReplayMemory>[0];

/** A memory of a single game, one-step returns, 100 steps. */
const memoryOf = (options: Partial<Options> = {}) =>
  new ReplayMemory({
    ...{ capacity: 100, environments: 1, discount: 0.9, nStep: 1 },
    ...options,
  });

const newBatch = (size: number): Learner["batch"] => ({
  size,
  observations: new Uint8Array(size * OBSERVATION_BYTES),
  nextObservations: new Uint8Array(size * OBSERVATION_BYTES),
  actions: new Int32Array(size),
  returns: new Float32Array(size),
  discounts: new Float32Array(size),
  weights: new Float32Array(size),
});

/** Adds steps whose frames and rewards are these numbers. */
function addSteps(
  memory: ReplayMemory,
  [first, end]: readonly [number, number],
  { terminated = false, environment = () => 0 }: {
    terminated?: boolean;
    environment?: (number: number) => number;
  } = {},
): void {
  for (let k = first; k < end; k++) {
    memory.add(environment(k), {
      frame: numberedFrame(k),
      ...{ action: 0, reward: k, terminated, truncated: false },
    });
  }
}

/** A frame that is unlike every other: its number, then noise made from it. */
function numberedFrame(number: number): Uint8Array {
  const frame = new Uint8Array(FRAME_BYTES);
  for (let i = 0; i < FRAME_BYTES; i++) {
    frame[i] = Math.imul(number * FRAME_BYTES + i, 0x9e3779b1) >>> 24;
  }
  new DataView(frame.buffer).setUint32(0, number);
  return frame;
}

/** The number of a stack's frame, oldest first. */
function frameNumber(
  stacks: Uint8Array,
  place: number,
  channel: number,
): number {
  const byte = (i: number) =>
    stacks[place * OBSERVATION_BYTES + STACK * i + channel]!;
  return ((byte(0) * 256 + byte(1)) * 256 + byte(2)) * 256 + byte(3);
}

interface Step {
  frame: number;
  action: number;
  reward: number;
}

/** An episode as it was played: the naive record to compare with. */
interface Episode {
  steps: Step[];
  end?: "terminated" | "truncated" | "lost";
  /** Number of the last state's frame, of a truncated episode. */
  finalFrame?: number;
}

/** Plays random episodes into a memory and into plain lists. */
class Recorder {
  readonly episodes: Episode[][];
  #frames = 0;

  constructor(
    readonly memory: ReplayMemory,
    environments: number,
    readonly random: Random,
  ) {
    this.episodes = Array.from({ length: environments }, () => [{ steps: [] }]);
  }

  step(environment: number): void {
    const { random } = this;
    const played = this.episodes[environment]!;
    const episode = played.at(-1)!;
    const step = {
      frame: ++this.#frames,
      action: random.integer(3),
      reward: Math.fround(random.normal()),
    };
    const draw = random.uniform();
    const terminated = draw < 0.06;
    const truncated = draw >= 0.06 && draw < 0.12;
    const lost = truncated && random.uniform() < 0.3;
    if (lost) episode.finalFrame = step.frame;
    else episode.steps.push(step);
    if (truncated && !lost) episode.finalFrame = ++this.#frames;
    if (terminated) episode.end = "terminated";
    if (truncated) episode.end = lost ? "lost" : "truncated";
    this.memory.add(environment, {
      ...step,
      frame: numberedFrame(step.frame),
      terminated,
      truncated,
      finalFrame: truncated && !lost
        ? numberedFrame(episode.finalFrame!)
        : undefined,
    });
    if (episode.end) played.push({ steps: [] });
  }
}

/**
 * The n-step return G = Σ_{k=0}^{n-1} γ^k R_{t+k+1} (Sutton and Barto 2018,
 * equation 7.1, without its last term; Hessel et al. 2018, "Rainbow",
 * section "Multi-step learning").
 *
 * @param rewards R_{t+1} … R_{t+n}; fewer where the episode ended before
 * @param discount γ
 */
function nStepReturn(
  rewards: ArrayLike<number>,
  discount: number,
): number {
  let sum = 0;
  for (let k = rewards.length - 1; k >= 0; k--) {
    sum = rewards[k]! + discount * sum;
  }
  return sum;
}

/** What a transition must be, made from the plain list, or undefined. */
function expected(episode: Episode, t: number, nStep: number, gamma: number) {
  const { steps, end, finalFrame } = episode;
  const frames = steps.map((s) => s.frame);
  if (finalFrame !== undefined) frames.push(finalFrame);
  const stack = (t: number) =>
    [3, 2, 1, 0].map((back) => frames[Math.max(t - back, 0)]!);
  const rewards = steps.slice(t, t + nStep).map((s) => s.reward);
  const last = t + rewards.length;
  const terminated = end === "terminated" && last === steps.length;
  if (!terminated && frames[last] === undefined) return undefined;
  return {
    stack: stack(t),
    action: steps[t]!.action,
    return: Math.fround(nStepReturn(rewards, gamma)),
    discount: terminated ? 0 : Math.fround(gamma ** rewards.length),
    nextStack: terminated ? undefined : stack(last),
  };
}

const UNIFORM = {};
const PRIORITIZED = { prioritized: { alpha: 0.6 } };

/** The numbers of a stack's frames, the oldest first. */
const stackAt = (stacks: Uint8Array, place: number) =>
  [0, 1, 2, 3].map((channel) => frameNumber(stacks, place, channel));

/** Draws a batch and gives its transitions other priorities. */
function sampleAndUpdate(
  memory: ReplayMemory,
  batch: Learner["batch"],
  random: Random,
): void {
  const indices = memory.sample(batch, random, 0.5);
  const errors = Float32Array.from(indices, () => random.normal());
  memory.updatePriorities(indices, errors);
}

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

/** A memory with `count` one-step episodes: all can be drawn, by reward. */
function rewardsMemory(count: number, options?: Partial<Options>) {
  const memory = memoryOf(options);
  addSteps(memory, [0, count], { terminated: true });
  return memory;
}

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

const bytesOf = (memory: ReplayMemory) =>
  memory.chunks().reduce((sum, { length }) => sum + length, 0);

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
