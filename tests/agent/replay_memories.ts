/** Replay memories whose content is known, and plain lists that say the same. */
import { type Learner, ReplayMemory } from "../../lib/agent/mod.ts";
import { FRAME_BYTES, OBSERVATION_BYTES, STACK } from "../../lib/constants.ts";
import { Random } from "../../lib/random.ts";

export type Options = ConstructorParameters<typeof ReplayMemory>[0];

/** A memory of a single game, one-step returns, 100 steps. */
export const memoryOf = (options: Partial<Options> = {}) =>
  new ReplayMemory({
    ...{ capacity: 100, environments: 1, discount: 0.9, nStep: 1 },
    ...options,
  });

/** @param taught Q-values of a teacher in each place */
export const newBatch = (size: number, taught = 0): Learner["batch"] => ({
  size,
  observations: new Uint8Array(size * OBSERVATION_BYTES),
  nextObservations: new Uint8Array(size * OBSERVATION_BYTES),
  actions: new Int32Array(size),
  returns: new Float32Array(size),
  discounts: new Float32Array(size),
  weights: new Float32Array(size),
  ...(taught > 0 && { teacherQ: new Float32Array(size * taught) }),
});

/** Adds steps whose frames and rewards are these numbers. */
export function addSteps(
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
export function numberedFrame(number: number): Uint8Array {
  const frame = new Uint8Array(FRAME_BYTES);
  for (let i = 0; i < FRAME_BYTES; i++) {
    frame[i] = Math.imul(number * FRAME_BYTES + i, 0x9e3779b1) >>> 24;
  }
  new DataView(frame.buffer).setUint32(0, number);
  return frame;
}

/** The number of a stack's frame, oldest first. */
export function frameNumber(
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
export interface Episode {
  steps: Step[];
  end?: "terminated" | "truncated" | "lost";
  /** Number of the last state's frame, of a truncated episode. */
  finalFrame?: number;
}

/** Plays random episodes into a memory and into plain lists. */
export class Recorder {
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
export function expected(
  episode: Episode,
  t: number,
  nStep: number,
  gamma: number,
) {
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

export const UNIFORM = {};
export const PRIORITIZED = { prioritized: { alpha: 0.6 } };

/** The numbers of a stack's frames, the oldest first. */
export const stackAt = (stacks: Uint8Array, place: number) =>
  [0, 1, 2, 3].map((channel) => frameNumber(stacks, place, channel));

/** Draws a batch and gives its transitions other priorities. */
export function sampleAndUpdate(
  memory: ReplayMemory,
  batch: Learner["batch"],
  random: Random,
): void {
  const indices = memory.sample(batch, random, 0.5);
  const errors = Float32Array.from(indices, () => random.normal());
  memory.updatePriorities(indices, errors);
}

/** A memory with `count` one-step episodes: all can be drawn, by reward. */
export function rewardsMemory(count: number, options?: Partial<Options>) {
  const memory = memoryOf(options);
  addSteps(memory, [0, count], { terminated: true });
  return memory;
}

/** Bytes of all that a memory stores. */
export const bytesOf = (memory: ReplayMemory) =>
  memory.chunks().reduce((sum, { length }) => sum + length, 0);
