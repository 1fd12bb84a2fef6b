import { assert, assertEquals, assertMatch } from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import { Environments } from "../../lib/env/mod.ts";
import {
  evaluate,
  evaluateBaselines,
  medianAndBest,
  type Policy,
  randomPolicy,
} from "../../lib/evaluation/mod.ts";

const config = await loadConfig(undefined, [
  "game.speed=accelerating",
  "game.actions=3",
  "exploration.actionProbabilities=null",
  "env.pages=1",
]);
const OPTIONS = { episodes: 7, firstSeed: 1_000_000, maxScore: 48 };

Deno.test("evaluate() gives the same games however many are played at once", async () => {
  await using environments = await Environments.open(config);
  await using one = await environments.create({ training: false, numEnvs: 1 });
  await using three = await environments.create({
    training: false,
    numEnvs: 3,
  });
  const alone = await evaluate(one, randomPolicy(3), OPTIONS);
  const together = await evaluate(three, randomPolicy(3), OPTIONS);
  assertEquals(together, alone);
  const inGroups = await evaluate([one, three], randomPolicy(3), OPTIONS);
  assertEquals(inGroups, alone);

  assertEquals(
    alone.games.map((game) => game.seed),
    Array.from({ length: 7 }, (_, i) => 1_000_000 + i),
  );
  for (const { score, end, played, actions, frames, obstacle } of alone.games) {
    assertEquals(end === "cap", score === 48, `${end} at ${score}`);
    assertEquals(obstacle === null, end === "cap");
    assertMatch(played, /^[012]+$/);
    assertEquals(
      Object.values(actions).reduce((sum, count) => sum + count),
      played.length,
    );
    assert(frames > 4 * (played.length - 1) && frames <= 4 * played.length);
  }
  assert(alone.capped > 0 && alone.capped < 1, `capped ${alone.capped}`);
  const decisions = alone.actionsBySpeed.flatMap(({ actions }) =>
    Object.values(actions)
  ).reduce((sum, count) => sum + count);
  assertEquals(
    decisions,
    alone.games.reduce((sum, game) => sum + game.played.length, 0),
  );
});

Deno.test("A game's seed and actions play to the same score again", async () => {
  await using environments = await Environments.open(config);
  await using env = await environments.create({ training: false, numEnvs: 2 });
  const first = await evaluate(env, randomPolicy(3), {
    ...OPTIONS,
    maxScore: 4000,
  });
  const { best } = medianAndBest(first);
  const replay: Policy = (_, count, games) =>
    Promise.resolve(Uint8Array.from(
      { length: count },
      (_, i) => games[i] ? Number(best.played[games[i].step]) : 0,
    ));
  const again = await evaluate(env, replay, {
    episodes: 1,
    firstSeed: best.seed,
    maxScore: 4000,
  });
  assertEquals(again.games, [best]);
});

Deno.test("evaluateBaselines() measures the players that see nothing", async () => {
  await using environments = await Environments.open(config);
  await using env = environments.createLockstep({
    training: false,
    numEnvs: 8,
  });
  const baselines = await evaluateBaselines(env, { ...OPTIONS, episodes: 8 });
  assertEquals(baselines.map(({ name }) => name), [
    "no action",
    "random actions",
    "always jump",
    "scripted player",
  ]);
  // Standing still ends at the first obstacle, which comes after 3 seconds.
  const [noAction] = baselines;
  assert(
    noAction!.evaluation.max < 50,
    `no action: ${noAction!.evaluation.max}`,
  );
  assertEquals(noAction!.evaluation.capped, 0);
});
