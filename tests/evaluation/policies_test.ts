import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { OBSERVATION_BYTES } from "../../lib/constants.ts";
import {
  alwaysJumpPolicy,
  greedyPolicy,
  noOpPolicy,
  randomPolicy,
} from "../../lib/evaluation/mod.ts";

const observations = new Uint8Array();
const game = (seed: number, step: number) => ({ seed, step });

Deno.test("greedyPolicy() takes the highest Q-value of the evaluation weights", async () => {
  const asked: unknown[] = [];
  const policy = greedyPolicy({
    qValues: (_, count, weights) => {
      asked.push(count, weights);
      return Promise.resolve(Float32Array.of(1, 2, 3, 0, 0, -1));
    },
  });
  const games = [game(1, 0), game(2, 0)];
  assertEquals(await policy(observations, 2, games), Uint8Array.of(2, 0));
  assertEquals(asked, [2, "evaluation"]);
});

Deno.test("greedyPolicy() leaves games that are over out of float32 graphs on a CPU alone", async () => {
  const seen = new Uint8Array(3 * OBSERVATION_BYTES);
  for (const row of [0, 1, 2]) seen[row * OBSERVATION_BYTES] = row + 1;
  const games = [game(1, 0), null, game(3, 0)];
  for (
    const [engine, device, precision, rows] of [
      ["graph", "CPU", "float32", [1, 3]],
      ["graph", "CPU", "bfloat16", [1, 2, 3]],
      ["graph", "GPU", "float32", [1, 2, 3]],
      ["eager", "CPU", "float32", [1, 2, 3]],
    ] as const
  ) {
    const policy = greedyPolicy({
      ...{ engine, device, precision },
      qValues: (observations, count) => {
        const first = Array.from(
          { length: count },
          (_, i) => observations[i * OBSERVATION_BYTES],
        );
        assertEquals(first, [...rows]);
        // The last game's best action is 1.
        return Promise.resolve(
          Float32Array.from(
            { length: 2 * count },
            (_, i) => i === 2 * count - 1 ? 1 : 0,
          ),
        );
      },
    });
    assertEquals(await policy(seen, 3, games), Uint8Array.of(0, 0, 1));
  }
});

Deno.test("noOpPolicy and alwaysJumpPolicy do the same at every decision", async () => {
  const games = [game(1, 0), null];
  assertEquals(await noOpPolicy(observations, 2, games), Uint8Array.of(0, 0));
  assertEquals(
    await alwaysJumpPolicy(observations, 2, games),
    Uint8Array.of(1, 1),
  );
});

Deno.test("randomPolicy() depends on the game alone, and is uniform", async () => {
  const policy = randomPolicy(3);
  const games = Array.from({ length: 3000 }, (_, i) => game(7, i));
  const together = await policy(observations, games.length, games);
  assertEquals(
    await policy(observations, 2, [null, games[5]!]),
    Uint8Array.of(0, together[5]!),
  );
  const other = await policy(
    observations,
    games.length,
    games.map(({ step }) => game(8, step)),
  );
  assertNotEquals(other, together);
  for (const action of [0, 1, 2]) {
    const count = together.filter((each) => each === action).length;
    // Five standard deviations of a binomial of 3,000 draws.
    assert(Math.abs(count - 1000) < 130, `action ${action}: ${count}`);
  }
});

Deno.test("greedyPolicy() asks for as many rows as the whole evaluation where their number changes bits", async () => {
  for (const [engine, asked] of [["eager", 5], ["graph", 2]] as const) {
    const policy = greedyPolicy(
      {
        ...{ engine, device: "CPU", precision: "float32" },
        qValues: (observations, count) => {
          assertEquals(
            [count, observations.length],
            [asked, asked * OBSERVATION_BYTES],
          );
          return Promise.resolve(new Float32Array(2 * count).fill(1, 3));
        },
      },
      "evaluation",
      5,
    );
    const seen = new Uint8Array(2 * OBSERVATION_BYTES);
    const games = [game(1, 0), game(2, 0)];
    assertEquals(await policy(seen, 2, games), Uint8Array.of(0, 1));
  }
});
