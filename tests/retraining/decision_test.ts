import { assert, assertEquals, assertThrows } from "@std/assert";
import { firstSeedOfNight } from "../../lib/evaluation/mod.ts";
import { decide } from "../../lib/retraining/decision.ts";
import { Random } from "../../lib/random.ts";

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

/**
 * How often an equal challenger is promoted where games bring one of two
 * scores: each outcome of the night with its probability.
 *
 * @param share of the games that reach the cap
 */
function promotedOfTwoScores(games: number, shares: readonly number[]) {
  const logFactorial = [0];
  for (let i = 1; i <= games; i++) {
    logFactorial.push(logFactorial.at(-1)! + Math.log(i));
  }
  const CAP = 20_000;
  const totals = shares.map(() => 0);
  for (let won = 1; won <= games; won++) {
    for (let lost = 0; lost < won && won + lost <= games; lost++) {
      const equal = games - won - lost;
      const scores = [won, lost, equal].flatMap((count, kind) =>
        Array<number[]>(count).fill([[CAP, 40], [40, CAP], [40, 40]][kind]!)
      );
      const [challenger, champion] = [0, 1].map((who) => {
        const own = scores.map((pair) => pair[who]!);
        return contender(own, own.filter((s) => s === CAP).length / games);
      });
      if (decide(challenger!, champion!).result !== "promoted") continue;
      shares.forEach((share, i) => {
        const differs = share * (1 - share);
        const log = logFactorial[games]! - logFactorial[won]! -
          logFactorial[lost]! - logFactorial[equal]! +
          (won + lost) * Math.log(differs) + equal * Math.log(1 - 2 * differs);
        totals[i]! += Math.exp(log);
      });
    }
  }
  return Math.max(...totals);
}

Deno.test("decide() promotes an equal challenger in at most 3 of 100 nights, though games end early or at the cap", () => {
  const shares = Array.from({ length: 25 }, (_, i) => (i + 1) / 50);
  const numbers = Array.from({ length: 26 }, (_, i) => i + 5);
  for (const games of [...numbers, 40, 80]) {
    const promoted = promotedOfTwoScores(games, shares);
    assert(promoted <= 0.03, `${games} games: ${promoted}`);
  }
});

Deno.test("decide() promotes an equal challenger in at most 3 of 100 nights, whatever its scores are like", () => {
  const CAP = 4000;
  const shapes: ((random: Random) => number)[] = [
    (random) => 40 - 700 * Math.log(1 - random.uniform()),
    (random) => 40 - 5000 * Math.log(1 - random.uniform()),
    (random) => CAP * Math.min(1, 2.5 * random.uniform()),
    (random) => 40 + Math.exp(5 + 2 * random.normal()),
  ];
  for (
    const [games, nights] of [[5, 4000], [8, 4000], [13, 4000], [37, 3000], [
      200,
      2000,
    ]] as const
  ) {
    for (const [shape, score] of shapes.entries()) {
      const random = new Random(games);
      const play = () => {
        const scores = Array.from(
          { length: games },
          () => Math.min(CAP, Math.round(score(random))),
        );
        return contender(
          scores,
          scores.filter((s) => s === CAP).length / games,
        );
      };
      let promoted = 0;
      for (let night = 0; night < nights; night++) {
        if (decide(play(), play()).result === "promoted") promoted++;
      }
      assert(
        promoted <= 0.03 * nights,
        `${games} games of shape ${shape}: ${promoted} of ${nights}`,
      );
    }
  }
});
