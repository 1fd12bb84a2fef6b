import { assert, assertEquals } from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import type { EpisodeSchedule, VectorEnv } from "../../lib/env/mod.ts";
import { type PlayedGame, playedGame } from "../../lib/evaluation/mod.ts";
import type { GameRecord } from "../../lib/runs/mod.ts";
import { trainingEpisodes, TrainingGames } from "../../lib/training/mod.ts";

const STEP = 5000;

/** Training games of which all begin before a crash, once there is one. */
async function trainingGames() {
  const config = await loadConfig(undefined, [
    ...["game.speed=accelerating", "env.randomStartSpeed.share=0.5"],
    ...["env.crashStarts.share=1", "env.crashStarts.games=4"],
  ]);
  let schedule: EpisodeSchedule | undefined;
  const env = {
    reset: (given: EpisodeSchedule) => Promise.resolve(void (schedule = given)),
    restore: (_: unknown, given: EpisodeSchedule) =>
      Promise.resolve(void (schedule = given)),
    state: () => ({ environments: [] }),
  };
  const games = new TrainingGames(env as unknown as VectorEnv, config);
  await games.begin();
  return {
    ...{ config, games },
    next: (environment: number, episode: number) =>
      schedule!(environment, episode)!,
  };
}

const episode = {
  ...{ episode: 0, score: 50, frames: 400, speed: 6, return: 0 },
};

/** A greedy game of so many decisions. */
function greedy(
  seed: number,
  decisions: number,
  end: "crash" | "truncated",
): PlayedGame {
  const actions = Uint8Array.from({ length: decisions }, (_, i) => i % 3);
  return playedGame({ ...episode, seed, actions, end }, 50, 3);
}

/** A training game that ended after so many decisions. */
const record = (environment: number, episode: number, decisions: number) =>
  ({
    ...{ environment, episode },
    actions: new Uint8Array(decisions),
  }) as GameRecord;

Deno.test("training games begin 10 to 80 decisions before crashes of greedy games on training seeds", async () => {
  const { config, games, next } = await trainingGames();
  const regular = trainingEpisodes(config);
  assertEquals(next(0, 0), regular(0, 0));
  const { options, found } = games.search(STEP)!;
  const { firstSeed, startOf } = options;
  assert(firstSeed >= 0 && firstSeed + options.episodes <= 500_000);
  assertEquals(games.search(STEP)!.options.firstSeed, firstSeed);

  const crash = greedy(firstSeed, 200, "crash");
  const played = [crash, greedy(firstSeed + 1, 300, "truncated")];
  assertEquals(found(played), { found: 1, practised: 1 });
  assertEquals(found(played), { found: 0, practised: 1 }, "known already");
  const leads = Array.from({ length: 500 }, (_, i) => {
    const { before, maxSteps, ...start } = next(1, i + 1);
    assert(before !== undefined);
    assertEquals(maxSteps, 200 - before.length + 40, "it ends soon after");
    assert(crash.played.startsWith(before));
    assertEquals(start, startOf!(firstSeed));
    return 200 - before.length;
  });
  assertEquals([Math.min(...leads), Math.max(...leads)], [10, 80]);
  assertEquals(next(0, 0), regular(0, 0), "what was told stays");
});

Deno.test("a crash that was survived three times in a row is practised no more", async () => {
  const { config, games, next } = await trainingGames();
  const { options: { firstSeed }, found } = games.search(STEP)!;
  found([greedy(firstSeed, 200, "crash")]);
  [150, 150, 30, 150, 150].forEach((decisions, i) => {
    assert(next(0, i).before !== undefined, `${i}`);
    assertEquals(games.ended(record(0, i, decisions)), false);
  });
  assert(next(0, 5).before !== undefined);
  assert(next(0, 6).before !== undefined);
  games.ended(record(0, 5, 150));
  assert(next(0, 6).before !== undefined, "told before the last one ended");
  assertEquals(next(0, 7), trainingEpisodes(config)(0, 7));
  assertEquals(games.ended(record(0, 7, 150)), true, "a whole game");
});

Deno.test("what is practised goes on from a checkpoint", async () => {
  const stored = await trainingGames();
  const { options: { firstSeed }, found } = stored.games.search(STEP)!;
  found([greedy(firstSeed, 200, "crash"), greedy(firstSeed + 1, 9, "crash")]);
  stored.next(0, 1);
  const text = JSON.stringify(stored.games.state());
  const told = stored.next(0, 1);
  stored.games.ended(record(0, 1, 500));

  const resumed = await trainingGames();
  await resumed.games.restore(JSON.parse(text));
  resumed.games.ended(record(0, 1, 500));
  assertEquals(resumed.games.state(), stored.games.state());
  assertEquals(resumed.next(0, 1), stored.next(0, 1));
  assert(told.before !== undefined);
  assertEquals(resumed.next(3, 8), stored.next(3, 8));
});
