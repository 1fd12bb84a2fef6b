/**
 * A problem whose answer is known: five fields in a row, steps to the left and
 * to the right. A step to the right of the last field ends the episode with
 * reward 1; every other reward is 0; left of the first field is a wall.
 */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Learner, ReplayMemory } from "../../lib/agent/mod.ts";
import {
  FRAME_BYTES,
  FRAME_SIZE,
  OBSERVATION_BYTES,
  STACK,
} from "../../lib/constants.ts";
import { Random } from "../../lib/random.ts";
import { LEARNER, learnerOf, networkOf } from "./fixtures.ts";

const STATES = 5;
const ACTIONS = ["left", "right"];
const RIGHT = 1;
const DISCOUNT = 0.8;

function chainStep(state: number, action: number) {
  const next = Math.max(0, state + (action === RIGHT ? 1 : -1));
  const terminated = next === STATES;
  return { next, terminated, reward: terminated ? 1 : 0 };
}

/** Q* by Q(s, a) = r + γ max_a' Q(s', a'), over and over. */
function exactQTable(): number[][] {
  let q = Array.from({ length: STATES }, () => ACTIONS.map(() => 0));
  for (let sweep = 0; sweep < 200; sweep++) {
    q = q.map((row, state) =>
      row.map((_, action) => {
        const { next, terminated, reward } = chainStep(state, action);
        return reward + (terminated ? 0 : DISCOUNT * Math.max(...q[next]!));
      })
    );
  }
  return q;
}

/** The state as a picture: one of five bright columns. */
function stateFrame(state: number): Uint8Array {
  const width = FRAME_SIZE / STATES;
  return Uint8Array.from(
    { length: FRAME_BYTES },
    (_, i) => Math.floor(i % FRAME_SIZE / width) === state ? 255 : 0,
  );
}

/** Walks at random; a walk begins anywhere, and is cut after 6 steps. */
function randomWalks(steps: number, nStep: number): ReplayMemory {
  const random = new Random(11);
  const memory = new ReplayMemory({
    capacity: 1000,
    environments: 1,
    discount: DISCOUNT,
    nStep,
  });
  let state = 0;
  let length = 0;
  for (let k = 0; k < steps; k++) {
    const action = random.integer(ACTIONS.length);
    const { next, terminated, reward } = chainStep(state, action);
    const truncated = !terminated && ++length === 6;
    memory.add(0, {
      frame: stateFrame(state),
      action,
      reward,
      terminated,
      truncated,
      finalFrame: truncated ? stateFrame(next) : undefined,
    });
    const ended = terminated || truncated;
    if (ended) length = 0;
    state = ended ? random.integer(STATES) : next;
  }
  return memory;
}

/** The learner's Q-values of each state in which the agent stands still. */
async function learnedQTable(learner: Learner): Promise<number[][]> {
  const observations = new Uint8Array(STATES * OBSERVATION_BYTES);
  for (let state = 0; state < STATES; state++) {
    stateFrame(state).forEach((pixel, i) =>
      observations.fill(
        pixel,
        state * OBSERVATION_BYTES + i * STACK,
        state * OBSERVATION_BYTES + (i + 1) * STACK,
      )
    );
  }
  const q = await learner.qValues(observations, STATES);
  return Array.from(
    { length: STATES },
    (_, state) => [...q.subarray(2 * state, 2 * state + 2)],
  );
}

Deno.test("the chain's exact Q-values lose a fifth with each step from the goal", () => {
  assertEquals(
    exactQTable().map((row) => row.map((q) => q.toFixed(2))),
    [
      ["0.33", "0.41"],
      ["0.33", "0.51"],
      ["0.41", "0.64"],
      ["0.51", "0.80"],
      ["0.64", "1.00"],
    ],
  );
});

for (const engine of ["graph", "eager"] as const) {
  Deno.test(`${engine}: learns the chain's exact Q-table from random walks`, async () => {
    const network = networkOf([
      { type: "conv2d", filters: 4, kernel: 16, stride: 16, padding: "valid" },
      { type: "dense", units: 32 },
    ], ACTIONS.length);
    const config = {
      ...LEARNER,
      engine,
      batchSize: 32,
      doubleQ: true,
      discount: DISCOUNT,
      nStep: 1,
      loss: "mse" as const,
      targetUpdate: { every: 25 },
    };
    using learner = await learnerOf(network, config);
    const memory = randomWalks(900, config.nStep);
    const random = new Random(2);
    const updates = 500;
    for (let k = 0; k < updates; k++) {
      memory.sample(learner.batch, random);
      await learner.update(3e-3 * (1 - k / updates));
    }
    const learned = await learnedQTable(learner);
    exactQTable().forEach((row, state) =>
      row.forEach((q, action) =>
        assertAlmostEquals(
          learned[state]![action]!,
          q,
          0.01,
          `Q(${state}, ${ACTIONS[action]})`,
        )
      )
    );
  });
}
