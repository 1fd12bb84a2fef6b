import { assertEquals, assertNotEquals } from "@std/assert";
import { LockstepBatch, type LockstepPage } from "../../lib/game/mod.ts";
import {
  CROP_BYTES,
  HashChain,
  never,
  openPage,
  pictureOf,
  someActions,
} from "./lockstep_games.ts";

/** At this speed the first obstacle comes after 220 frames. */
const START = { seed: 42, speed: 13 };
const FRAMES = 250;
const ACTIONS = someActions(FRAMES, 1);

/** A hash over every whole frame of one game alone. */
async function playAlone(page: LockstepPage): Promise<string> {
  await using game = await LockstepBatch.create(page, 1, CROP_BYTES);
  await game.reset([START]);
  const chain = new HashChain();
  await chain.add(await game.pictures());
  for (const action of ACTIONS) {
    await game.step([action], never);
    await chain.add(await game.pictures());
  }
  return chain.hex;
}

Deno.test("Equal seeds and actions give equal frames in any process, history and place", async () => {
  await using first = await openPage();
  const alone = await playAlone(first);
  assertEquals(await playAlone(first), alone, "again in the same page");

  await using second = await openPage();
  await using batch = await LockstepBatch.create(second, 8, CROP_BYTES);
  await batch.reset(Array.from({ length: 8 }, (_, game) => ({ seed: game })));
  for (const action of someActions(150, 2)) {
    await batch.step(new Array(8).fill(action), never);
  }
  // The same game in all eight places, each a frame behind the one before it.
  await batch.reset(new Array(8).fill(START));
  const chains = Array.from({ length: 8 }, () => new HashChain());
  const first8 = await batch.pictures();
  for (const [game, chain] of chains.entries()) {
    await chain.add(pictureOf(first8, game));
  }
  for (let frame = 0; frame < FRAMES + 7; frame++) {
    const plays = (game: number) => frame >= game && frame < FRAMES + game;
    await batch.step(
      chains.map((_, game) => plays(game) ? ACTIONS[frame - game]! : -1),
      never,
    );
    const pictures = await batch.pictures();
    for (const [game, chain] of chains.entries()) {
      if (plays(game)) await chain.add(pictureOf(pictures, game));
    }
  }
  assertEquals(chains.map(({ hex }) => hex), new Array(8).fill(alone));
});

Deno.test("Another seed or another action gives other frames", async () => {
  await using page = await openPage();
  await using batch = await LockstepBatch.create(page, 3, CROP_BYTES);
  await batch.reset([{ seed: 1 }, { seed: 2 }, { seed: 1 }]);
  for (let frame = 0; frame < 40; frame++) await batch.step([0, 0, 0], never);
  const before = await batch.pictures();
  assertNotEquals(pictureOf(before, 0), pictureOf(before, 1));
  assertEquals(pictureOf(before, 0), pictureOf(before, 2));
  await batch.step([0, 0, 1], never);
  await batch.step([0, 0, 0], never);
  const after = await batch.pictures();
  assertNotEquals(pictureOf(after, 0), pictureOf(after, 2));
});
