import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Config, TRAINING_SEEDS_END } from "../../lib/config/mod.ts";
import { trainingEpisodes } from "../../lib/training/mod.ts";

/** The keys that the schedule depends on. */
function episodes(
  seed: number,
  share: number,
  {
    randomStartScore = 0,
    liveShare = 0,
    plainStarts = 0,
    stochasticFrameSkip = 0,
  } = {},
) {
  const env = {
    liveShare,
    randomStartSpeed: { share, low: 6, high: 13 },
    randomStartScore,
    plainStarts,
    stochasticFrameSkip,
  };
  return trainingEpisodes({ seed, env } as Config);
}

Deno.test("trainingEpisodes never uses a seed that an evaluation uses", () => {
  for (const seed of [0, 1, 0xffff_ffff]) {
    const schedule = episodes(seed, 0.5);
    for (let environment = 0; environment < 64; environment++) {
      for (let episode = 0; episode < 500; episode++) {
        const start = schedule(environment, episode)!;
        assert(Number.isInteger(start.seed));
        assert(start.seed >= 0 && start.seed < TRAINING_SEEDS_END);
      }
    }
  }
});

Deno.test("trainingEpisodes starts the configured share of games at a random speed", () => {
  const schedule = episodes(3, 0.25);
  const speeds = Array.from({ length: 8000 }, (_, i) => schedule(i % 8, i >> 3))
    .flatMap((start) => start!.speed ?? []);
  assertAlmostEquals(speeds.length / 8000, 0.25, 0.02);
  assert(speeds.every((speed) => speed >= 6 && speed < 13));
  const mean = speeds.reduce((a, b) => a + b) / speeds.length;
  assertAlmostEquals(mean, 9.5, 0.2);
});

Deno.test("trainingEpisodes starts every game with as many points as may be", () => {
  const schedule = episodes(3, 0.25, { randomStartScore: 20_000 });
  const points = Array.from(
    { length: 8000 },
    (_, i) => schedule(i % 8, i >> 3)!.points!,
  );
  assert(points.every((each) => Number.isInteger(each)));
  assert(Math.min(...points) < 50 && Math.max(...points) > 19_950);
  assert(Math.max(...points) <= 20_000);
  const mean = points.reduce((a, b) => a + b) / points.length;
  assertAlmostEquals(mean, 10_000, 200);
  assertEquals(episodes(3, 0.25)(0, 0)!.points, undefined);
});

Deno.test("trainingEpisodes leaves a share of the games as they are played", () => {
  const games = (plainStarts: number) => {
    const more = { randomStartScore: 20_000, plainStarts };
    const schedule = episodes(3, 0.25, more);
    return Array.from({ length: 8000 }, (_, i) => schedule(i % 8, i >> 3)!);
  };
  const usual = games(0);
  const some = games(0.4);
  const plain = some.filter((start) => !("points" in start));
  assertAlmostEquals(plain.length / 8000, 0.4, 0.02);
  for (const start of plain) assertEquals(Object.keys(start), ["seed"]);
  // Of the others as many are faster as before, and each game has its seed.
  const fast = some.filter(({ speed }) => speed !== undefined);
  assertAlmostEquals(fast.length / (8000 - plain.length), 0.25, 0.02);
  assertEquals(some.map(({ seed }) => seed), usual.map(({ seed }) => seed));
  assert(games(1).every((start) => Object.keys(start).join() === "seed"));
});

Deno.test("trainingEpisodes makes decisions uneven in every game, or in none", () => {
  const uneven = { plainStarts: 0.5, stochasticFrameSkip: 0.1 };
  for (let episode = 0; episode < 100; episode++) {
    const start = episodes(3, 0.5, uneven)(0, episode)!;
    assertEquals(start.stochasticFrameSkip, 0.1);
    assert(!("stochasticFrameSkip" in episodes(3, 0.5)(0, episode)!));
  }
});

Deno.test("trainingEpisodes varies a share of the games as live play does", () => {
  const schedule = episodes(3, 0.25, { liveShare: 0.5 });
  const games = Array.from({ length: 8000 }, (_, i) => schedule(i % 8, i >> 3)!)
    .flatMap(({ live }) => live ?? []);
  assertAlmostEquals(games.length / 8000, 0.5, 0.02);
  const range = (
    values: number[],
  ) => [Math.min(...values), Math.max(...values)];
  assertEquals(range(games.map(({ delay }) => delay)), [0, 6]);
  assertEquals(range(games.map(({ x }) => x)), [6, 28]);
  assert(games.every(({ delay, x }) => Number.isInteger(delay + x)));
  assertEquals(episodes(3, 0.25)(0, 0)!.live, undefined);
});

Deno.test("trainingEpisodes repeats for a seed and differs for another", () => {
  assertEquals(episodes(5, 0.5)(2, 40), episodes(5, 0.5)(2, 40));
  const seeds = (seed: number) =>
    Array.from({ length: 100 }, (_, i) => episodes(seed, 0)(0, i)!.seed);
  assertEquals(new Set(seeds(1)).size, 100);
  assert(seeds(1).filter((s) => seeds(2).includes(s)).length < 5);
});
