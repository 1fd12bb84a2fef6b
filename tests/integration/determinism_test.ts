import { assertEquals, assertNotEquals } from "@std/assert";
import { PARKED } from "../../lib/constants.ts";
import type { LockstepGames } from "../../lib/game/mod.ts";
import {
  begin,
  HashChain,
  openPage,
  pictureOf,
  someActions,
  takeGames,
} from "./lockstep_games.ts";

/** At this speed the T-rex meets its first obstacle after some 220 frames. */
const START = { seed: 42, speed: 13 };
const FRAMES = 250;
const ACTIONS = someActions(FRAMES, 1);

/** The whole picture is looked at this often; the crop in every frame. */
const PICTURE_EVERY = 10;

/**
 * Plays the same game in every place, each some frames behind the
 * one before it.
 *
 * @returns a hash over the frames of each.
 */
async function play(games: LockstepGames): Promise<string[]> {
  await begin(games, new Array(games.count).fill(START));
  const chains = Array.from({ length: games.count }, () => new HashChain());
  const end = FRAMES + PICTURE_EVERY * (games.count - 1);
  for (let frame = 0; frame < end; frame++) {
    const actions = chains.map((_, game) =>
      ACTIONS[frame - PICTURE_EVERY * game] ?? PARKED
    );
    const pictures = frame % PICTURE_EVERY === 0
      ? await games.pictures()
      : undefined;
    const steps = await games.step(Uint8Array.from(actions));
    for (const [game, chain] of chains.entries()) {
      const step = steps[game];
      if (actions[game] === PARKED) assertEquals(step, undefined);
      if (!step) continue;
      if (pictures) await chain.add(pictureOf(pictures, game));
      await chain.add(step.pixels);
    }
  }
  return chains.map(({ hex }) => hex);
}

Deno.test("Equal seeds and actions give equal frames in any process, history and place", async () => {
  await using first = await openPage();
  await using alone = takeGames(first, 1);
  const [expected] = await play(alone);
  assertEquals(await play(alone), [expected], "again in the same page");

  await using second = await openPage();
  await using games = takeGames(second, 8);
  await begin(games, Array.from({ length: 8 }, (_, game) => ({ seed: game })));
  for (const action of someActions(150, 2)) {
    await games.step(new Uint8Array(8).fill(action));
  }
  assertEquals(await play(games), new Array(8).fill(expected));
});

Deno.test("Another seed or another action gives other frames", async () => {
  await using page = await openPage();
  await using games = takeGames(page, 3);
  await begin(games, [{ seed: 1 }, { seed: 2 }, { seed: 1 }]);
  for (let frame = 0; frame < 40; frame++) await games.step(new Uint8Array(3));
  const before = await games.pictures();
  assertNotEquals(pictureOf(before, 0), pictureOf(before, 1));
  assertEquals(pictureOf(before, 0), pictureOf(before, 2));
  await games.step(Uint8Array.of(0, 0, 1));
  await games.step(new Uint8Array(3));
  const after = await games.pictures();
  assertNotEquals(pictureOf(after, 0), pictureOf(after, 2));
});
