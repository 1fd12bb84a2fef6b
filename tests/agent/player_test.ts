import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import {
  createLearner,
  createPlayer,
  initialWeights,
  type Network,
  type Player,
} from "../../lib/agent/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { OBSERVATION_BYTES } from "../../lib/constants.ts";
import { CheckpointError } from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import { networkOf, smallNetwork } from "./fixtures.ts";

/** As many as one group of an evaluation has. */
const ROWS = 50;
const CPU = { engine: "graph", device: "cpu" } as const;
const config = await loadConfig(undefined, [
  "learner.device=cpu",
  "learner.threads=1",
]);
const observations = ((random) =>
  Uint8Array.from(
    { length: ROWS * OBSERVATION_BYTES },
    () => random.integer(6) === 0 ? random.integer(256) : 0,
  ))(new Random(3));

const playerOf = (network: Network) =>
  createPlayer(network, initialWeights(network, new Random(1)), CPU);

/** Asks for some observations; the answer's rows. */
async function ask(
  player: Pick<Player, "qValues">,
  rows: readonly number[],
): Promise<string[]> {
  const seen = new Uint8Array(rows.length * OBSERVATION_BYTES);
  rows.forEach((row, i) =>
    seen.set(
      observations.subarray(
        row * OBSERVATION_BYTES,
        (row + 1) * OBSERVATION_BYTES,
      ),
      i * OBSERVATION_BYTES,
    )
  );
  const q = await player.qValues(seen, rows.length);
  const actions = q.length / rows.length;
  return rows.map((_, i) =>
    q.subarray(i * actions, (i + 1) * actions).join(" ")
  );
}

for (
  const [name, network] of [
    ["the tutorial's network", networkOf("tutorial")],
    ["Nature's network", networkOf("nature")],
    ["a dueling ensemble", smallNetwork({ dueling: true, members: 3 })],
    ["dense layers alone", networkOf([{ type: "dense", units: 64 }])],
  ] as const
) {
  Deno.test(`A player of ${name}: neither a row's place nor the number of rows changes a bit, from 1 to ${ROWS}`, async () => {
    using player = await playerOf(network);
    const all = Array.from({ length: ROWS }, (_, row) => row);
    const answers = await ask(player, all);
    assertEquals(new Set(answers).size, ROWS);
    const random = new Random(2);
    const counts = [...all.slice(1, 33), 40, 49, ROWS];
    for (const count of counts) {
      const rows = all.map((row) => ({ row, key: random.uniform() }))
        .sort((a, b) => a.key - b.key).slice(0, count).map(({ row }) => row);
      assertEquals(
        await ask(player, rows),
        rows.map((row) => answers[row]!),
        `${count} rows`,
      );
    }
  });

  Deno.test(`A player of ${name} answers bit for bit as a learner with its weights`, async () => {
    using player = await playerOf(network);
    using learner = await createLearner(config, network, new Random(1));
    for (const count of [1, 7, ROWS]) {
      assertEquals(
        await player.qValues(observations, count),
        await learner.qValues(observations, count),
      );
    }
  });
}

Deno.test("createPlayer() on either engine: the same Q-values, nothing left behind", async () => {
  const network = smallNetwork({ dueling: true, members: 2 });
  const weights = initialWeights(network, new Random(1));
  using graph = await createPlayer(network, weights, CPU);
  const expected = await graph.qValues(observations, 5);
  const player = await createPlayer(network, weights, {
    ...CPU,
    engine: "eager",
  });
  const q = await player.qValues(observations, 5);
  assertEquals(q.length, expected.length);
  q.forEach((value, i) => assertLess(Math.abs(value - expected[i]!), 1e-6));
  assertEquals([graph.device, player.device], ["CPU", "CPU"]);
  player[Symbol.dispose]();
});

Deno.test("A player refuses weights of another network, and fewer observations than it is asked for", async () => {
  const network = smallNetwork();
  const weights = initialWeights(network, new Random(1));
  await assertRejects(
    () => createPlayer(network, weights.slice(1), CPU),
    CheckpointError,
    "weights that play do not fit",
  );
  using player = await playerOf(network);
  await assertRejects(
    () => player.qValues(new Uint8Array(OBSERVATION_BYTES), 2),
    RangeError,
    "Expected 2 observations of 25600 bytes",
  );
});

Deno.test("A player may be asked several times at once: each gets its own answer", async () => {
  using player = await playerOf(smallNetwork());
  const rows = [[0, 1, 2], [3], [4, 5], [6, 7, 8, 9]];
  const alone: string[][] = [];
  for (const some of rows) alone.push(await ask(player, some));
  for (let i = 0; i < 20; i++) {
    assertEquals(
      await Promise.all(rows.map((some) => ask(player, some))),
      alone,
    );
  }
});

Deno.test("A player may be disposed of while it answers", async () => {
  const player = await playerOf(smallNetwork());
  const answer = player.qValues(observations, 1);
  player[Symbol.dispose]();
  player[Symbol.dispose]();
  assert((await answer).every(Number.isFinite));
  await assertRejects(
    () => player.qValues(observations, 1),
    Error,
    "disposed of",
  );
});
