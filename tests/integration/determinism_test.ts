import { assertEquals, assertNotEquals } from "@std/assert";
import { LockstepBatch, STAND_STILL } from "../../lib/game/mod.ts";
import {
  CROP_BYTES,
  HashChain,
  never,
  openPage,
  pictureOf,
  someActions,
} from "./lockstep_games.ts";

/** At this speed the T-rex meets its first obstacle after some 220 frames. */
const START = { seed: 42, speed: 13 };
const FRAMES = 250;
const ACTIONS = someActions(FRAMES, 1);

/** The whole picture is looked at this often; the crop in every frame. */
const PICTURE_EVERY = 10;

/**
 * Plays the same game in every place of a batch, each some frames behind the
 * one before it.
 *
 * @returns a hash over the frames of each.
 */
async function play(batch: LockstepBatch): Promise<string[]> {
  await batch.reset(new Array(batch.size).fill(START));
  const chains = Array.from({ length: batch.size }, () => new HashChain());
  const end = FRAMES + PICTURE_EVERY * (batch.size - 1);
  for (let frame = 0; frame < end; frame++) {
    const actions = chains.map((_, game) =>
      ACTIONS[frame - PICTURE_EVERY * game] ?? STAND_STILL
    );
    const pictures = frame % PICTURE_EVERY === 0
      ? await batch.pictures()
      : undefined;
    const steps = await batch.step(actions, never);
    for (const [game, chain] of chains.entries()) {
      if (actions[game] === STAND_STILL) continue;
      if (pictures) await chain.add(pictureOf(pictures, game));
      const { pixels } = steps[game]!;
      if (pixels) await chain.add(pixels);
    }
  }
  return chains.map(({ hex }) => hex);
}

Deno.test("Equal seeds and actions give equal frames in any process, history and place", async () => {
  await using first = await openPage();
  await using alone = await LockstepBatch.create(first, 1, CROP_BYTES);
  const [expected] = await play(alone);
  assertEquals(await play(alone), [expected], "again in the same page");

  await using second = await openPage();
  await using batch = await LockstepBatch.create(second, 8, CROP_BYTES);
  await batch.reset(Array.from({ length: 8 }, (_, game) => ({ seed: game })));
  for (const action of someActions(150, 2)) {
    await batch.step(new Array(8).fill(action), never);
  }
  assertEquals(await play(batch), new Array(8).fill(expected));
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
