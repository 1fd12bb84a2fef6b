import { assert, assertEquals, assertRejects } from "@std/assert";
import { OBSERVATION_BYTES, PARKED } from "../../lib/constants.ts";
import type {
  EpisodeSchedule,
  EpisodeStart,
  StepInfo,
  VectorEnv,
} from "../../lib/env/mod.ts";
import { ChromeCrashedError, UsageError } from "../../lib/errors.ts";
import {
  evaluate,
  type EvaluateOptions,
  noOpPolicy,
} from "../../lib/evaluation/mod.ts";
import { hash32, Random } from "../../lib/random.ts";

/** How a fake game ends. */
type Ending = "crash" | "truncated" | "interrupted";

/**
 * A fake environment, for what Chrome cannot be made to do on purpose. As the
 * real one it asks for the next episode when it begins one.
 */
class FakeEnv implements VectorEnv {
  readonly numActions = 2;
  /** Seeds in the order in which their games ended. */
  readonly played: number[] = [];
  steps = 0;
  #schedule: EpisodeSchedule = () => null;
  #games: { episode: number; start: EpisodeStart | null; step: number }[] = [];

  /** @param decisions of a game, by its seed. */
  constructor(
    readonly numEnvs: number,
    readonly ending: (seed: number) => Ending = () => "crash",
    readonly score: (seed: number) => number = () => 40,
    readonly decisions: (seed: number) => number = () => 1,
  ) {}

  reset(schedule: EpisodeSchedule) {
    this.#schedule = schedule;
    this.#games = Array.from(
      { length: this.numEnvs },
      (_, i) => this.#begin(i, 0),
    );
    return Promise.resolve(this.#observations());
  }

  #begin(environment: number, episode: number) {
    const start = this.#schedule(environment, episode);
    if (start) this.#schedule(environment, episode + 1);
    return { episode, start, step: 0 };
  }

  step(actions: Uint8Array) {
    this.steps++;
    const infos = Array.from(actions, (action, i): StepInfo => {
      const game = this.#games[i]!;
      const { episode, start } = game;
      const score = start ? this.score(start.seed) : 0;
      const info = { score, frames: 4, speed: 6 };
      if (action === PARKED) return info;
      assert(start, "a game was played on that nothing is left for");
      if (++game.step < this.decisions(start.seed)) return info;
      const end = this.ending(start.seed);
      const { seed } = start;
      // None is ever another action than the last one.
      const actions = new Uint8Array(game.step).fill(action);
      this.played.push(seed);
      this.#games[i] = this.#begin(i, episode + 1);
      return {
        ...info,
        episode: { ...{ episode, seed, ...info, return: 0, end }, actions },
      };
    });
    return Promise.resolve({
      ...this.#observations(),
      rewards: new Float32Array(this.numEnvs),
      terminated: new Uint8Array(this.numEnvs),
      truncated: new Uint8Array(this.numEnvs),
      finalFrames: [],
      infos,
    });
  }

  state(): never {
    throw new Error("not asked for");
  }

  restore(): never {
    throw new Error("not asked for");
  }

  async [Symbol.asyncDispose]() {}

  #observations() {
    return {
      observations: new Uint8Array(this.numEnvs * OBSERVATION_BYTES),
      frames: new Uint8Array(),
    };
  }
}

const OPTIONS: EvaluateOptions = {
  episodes: 5,
  firstSeed: 1_000_000,
  maxScore: 100,
};
const seeds = [0, 1, 2, 3, 4].map((i) => 1_000_000 + i);

Deno.test("evaluate() plays a game that Chrome broke off again, once more", async () => {
  const played: number[] = [];
  const env = new FakeEnv(2, (seed) => {
    played.push(seed);
    const times = played.filter((each) => each === seed).length;
    return seed === seeds[4] && times < 3 ? "interrupted" : "crash";
  });
  const { games, capped } = await evaluate(env, noOpPolicy, OPTIONS);
  assertEquals(games.map(({ seed }) => seed), seeds);
  assertEquals(played.filter((seed) => seed === seeds[4]).length, 3);
  assertEquals(capped, 0);
});

Deno.test("evaluate() gives up when Chrome breaks a game off every time", async () => {
  const env = new FakeEnv(2, () => "interrupted");
  await assertRejects(
    () => evaluate(env, noOpPolicy, OPTIONS),
    ChromeCrashedError,
    "5 of 5 games were broken off 3 times",
  );
});

Deno.test("evaluate() parks the games that nothing is left for", async () => {
  const env = new FakeEnv(8);
  const { games } = await evaluate(env, noOpPolicy, OPTIONS);
  assertEquals(games.length, 5);
});

Deno.test("evaluate() shares the seeds out over groups of games", async () => {
  const groups = [new FakeEnv(2), new FakeEnv(1)];
  const { games } = await evaluate(groups, noOpPolicy, OPTIONS);
  assertEquals(games.map(({ seed }) => seed), seeds);
});

Deno.test("evaluate() gives every seat a game before any has its second", async () => {
  const groups = [new FakeEnv(10), new FakeEnv(10)];
  await evaluate(groups, noOpPolicy, { ...OPTIONS, episodes: 20 });
  assertEquals(groups.map(({ played, steps }) => [played.length, steps]), [
    [10, 1],
    [10, 1],
  ]);
  // What is played is in the order of the seats, whatever the groups' sizes.
  const uneven = [new FakeEnv(1), new FakeEnv(3)];
  await evaluate(uneven, noOpPolicy, { ...OPTIONS, episodes: 2 });
  assertEquals(uneven.map(({ played }) => played), [[seeds[0]], [seeds[1]]]);
});

Deno.test("evaluate() stops all groups when one of them fails", async () => {
  const failure = new ChromeCrashedError("gone");
  const broken = new FakeEnv(1, () => {
    throw failure;
  });
  let played = 0;
  const endless = new FakeEnv(1, () => (played++, "interrupted"));
  const error = await assertRejects(() =>
    evaluate([endless, broken], noOpPolicy, { ...OPTIONS, episodes: 100 })
  );
  assertEquals(error, failure);
  assert(played < 100, `${played} games were played on`);
});

Deno.test("evaluate() refuses games that were cut before the cap", async () => {
  await assertRejects(
    () => evaluate(new FakeEnv(1, () => "truncated"), noOpPolicy, OPTIONS),
    UsageError,
    "env.maxEpisodeSteps: null",
  );
});

Deno.test("evaluate() counts a capped game at the cap, not above it", async () => {
  const env = new FakeEnv(1, () => "truncated", () => 101);
  const { scores, capped } = await evaluate(env, noOpPolicy, OPTIONS);
  assertEquals(scores, Array(5).fill(100));
  assertEquals(capped, 1);
});

Deno.test("evaluate() refuses options that make no sense", async () => {
  const env = new FakeEnv(1);
  for (
    const [wrong, message] of [
      [{ episodes: 0 }, "The episodes must be a whole number of at least 1"],
      [{ episodes: 1.5 }, "but is 1.5"],
      [{ firstSeed: -1 }, "The first seed must"],
      [{ maxScore: 0 }, "The highest score must"],
      [{ episodes: 1e9 }, "At most 1,000,000 games can be asked for"],
      // Its game is that of seed 5, which training may have had.
      [{ firstSeed: 2 ** 32 + 5 }, "the seeds up to 4,294,967,295 (after"],
    ] as const
  ) {
    await assertRejects(
      () => evaluate(env, noOpPolicy, { ...OPTIONS, ...wrong }),
      UsageError,
      message,
    );
  }
});

Deno.test("evaluate() stops when its signal says so", async () => {
  const env = new FakeEnv(1);
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(
    () => evaluate(env, noOpPolicy, { ...OPTIONS, signal }),
    Error,
    "enough",
  );
});

/** Games whose scores and lengths are by chance, in groups of these sizes. */
function chanceGames(chance: number, sizes: readonly number[]) {
  const draw = (seed: number, most: number) => hash32(chance, seed) % most;
  return sizes.map((size) =>
    new FakeEnv(
      size,
      (seed) => draw(seed, 101) === 100 ? "truncated" : "crash",
      (seed) => draw(seed, 101),
      (seed) => 1 + Math.floor(draw(seed, 101) / 3),
    )
  );
}

Deno.test("evaluate() with a mean to come to: the same choice, the same figures however its games are spread", async () => {
  const random = new Random(1);
  let [early, whole, saved, steps] = [0, 0, 0, 0];
  for (let chance = 0; chance < 30; chance++) {
    const options = { ...OPTIONS, episodes: 2 + random.integer(19) };
    const stepsOf = (envs: FakeEnv[]) =>
      envs.reduce((sum, env) => sum + env.steps, 0);
    const all = chanceGames(chance, [10, 10]);
    const full = await evaluate(all, noOpPolicy, options);
    const least = full.mean - 20 + 40 * random.uniform();
    const spread = [[10, 10], [20], [1, 19], [13, 14]];
    const results = [];
    for (const sizes of spread) {
      const envs = chanceGames(chance, sizes);
      results.push(await evaluate(envs, noOpPolicy, { ...options, least }));
      if (sizes !== spread[0]) continue;
      saved += stepsOf(all) - stepsOf(envs);
      steps += stepsOf(all);
    }
    const [result, ...others] = results;
    for (const other of others) assertEquals(other, result);
    assertEquals(result!.mean >= least, full.mean >= least);
    if (!result!.atMost) {
      assertEquals(result, full);
      whole++;
      continue;
    }
    early++;
    assert(result!.mean >= full.mean && result!.games.length < full.episodes);
    assertEquals([result!.mean95, result!.iqm95, result!.capped95], [
      ...[null, null, null],
    ]);
    assertEquals(result!.scores.length, full.episodes);
    for (const { seed, score } of result!.games) {
      const place = seed - OPTIONS.firstSeed;
      assertEquals([result!.scores[place], full.scores[place]], [score, score]);
    }
  }
  assert(early > 5 && whole > 5, `${early} ended early, ${whole} did not`);
  assert(saved > steps / 20, `${saved} of ${steps} steps were saved`);
});

Deno.test("evaluate() with a mean to come to: the same figures with more games than seats, after broken off ones too", async () => {
  const result = async (sizes: number[], broken = new Set<number>()) => {
    const envs = chanceGames(5, sizes).map((env) =>
      new FakeEnv(
        env.numEnvs,
        (seed) => broken.delete(seed) ? "interrupted" : env.ending(seed),
        env.score,
        env.decisions,
      )
    );
    const options = { ...OPTIONS, episodes: 40, least: 60 };
    return await evaluate(envs, noOpPolicy, options);
  };
  const expected = await result([20, 20]);
  assert(expected.atMost);
  for (const sizes of [[1], [3, 4], [16, 16], [40]]) {
    assertEquals(await result(sizes), expected);
  }
  const seeds = expected.games.map(({ seed }) => seed);
  assertEquals(await result([20, 20], new Set(seeds.slice(0, 9))), expected);
});
