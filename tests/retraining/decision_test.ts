import { assertEquals, assertThrows } from "@std/assert";
import { decide, firstSeedOfNight } from "../../lib/retraining/decision.ts";

/** An agent's games, of a network of 1,000 numbers unless told otherwise. */
function contender(scores: number[], capped = 0, parameters = 1000) {
  return { scores, capped, parameters };
}

const games = (score: (game: number) => number) =>
  Array.from({ length: 100 }, (_, game) => score(game));

Deno.test("decide() promotes a challenger that is better beyond chance", () => {
  const champion = contender(games((i) => 500 + (i % 7) * 40));
  const better = contender(champion.scores.map((s, i) => s + 40 + i % 20));
  const { result, reason, difference, difference95 } = decide(better, champion);
  assertEquals(result, "promoted");
  assertEquals(reason, "the challenger made 50 points more per game");
  assertEquals(difference, 49.5);
  assertEquals(difference95![0] > 0, true);
});

Deno.test("decide() keeps the champion when the difference may be chance", () => {
  const champion = contender(games(() => 500));
  const luckyOnce = contender(games((i) => i === 0 ? 5000 : 500));
  const { result, reason, difference, difference95 } = decide(
    luckyOnce,
    champion,
  );
  assertEquals([result, difference], ["kept", 45]);
  assertEquals(difference95![0] <= 0, true);
  assertEquals(
    reason,
    "the challenger made 45 points more per game, which may be chance",
  );
});

Deno.test("decide() keeps the champion against a worse or an equal one", () => {
  const champion = contender(games((i) => 500 + i));
  const worse = contender(champion.scores.map((s) => s - 30));
  assertEquals(decide(worse, champion).result, "kept");
  assertEquals(
    decide(worse, champion).reason,
    "the challenger made 30 points fewer per game",
  );
  assertEquals(decide(champion, champion).result, "kept");
  assertEquals(
    decide(champion, champion).reason,
    "the challenger made as many points",
  );
});

Deno.test("decide() lets the smaller network win where both reached every cap", () => {
  const all = games(() => 20_000);
  const champion = contender(all, 1, 1000);
  for (
    const [parameters, result] of [
      [999, "promoted"],
      [1000, "kept"],
      [1001, "kept"],
    ] as const
  ) {
    const challenger = contender(all, 1, parameters);
    assertEquals(decide(challenger, champion).result, result);
  }
});

Deno.test("decide() does not count the network's size when one game fell short", () => {
  const champion = contender(games(() => 20_000), 1, 1000);
  const small = contender(games((i) => i === 0 ? 19_000 : 20_000), 0.99, 10);
  assertEquals(decide(small, champion).result, "kept");
});

Deno.test("decide() refuses games that are no pairs", () => {
  assertThrows(
    () => decide(contender([1, 2]), contender([1])),
    RangeError,
    "equal lengths",
  );
});

Deno.test("firstSeedOfNight() gives every night 1,000 seeds of its own", () => {
  assertEquals([1, 2, 365].map(firstSeedOfNight), [
    1_001_000,
    1_002_000,
    1_365_000,
  ]);
});
