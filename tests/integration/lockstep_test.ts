import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
} from "@std/assert";
import { range } from "d3-array";
import { Chrome } from "../../lib/browser/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { CANVAS, PARKED } from "../../lib/constants.ts";
import type {
  EpisodeStart,
  GameState,
  GameStep,
  LockstepOptions,
} from "../../lib/game/mod.ts";
import { lockstepScript } from "../../lib/game/lockstep_script.ts";
import {
  begin,
  moonOf,
  openPage,
  pictureOf,
  scriptedActions,
  scriptedPlayer,
  someActions,
  takeGames,
} from "./lockstep_games.ts";

Deno.test("Recorded sprites give the bits of the page's own canvas", async () => {
  // At this speed night falls after 2,160 frames, and there are birds.
  const options = { speed: 13, frameSkip: 4 };
  await using recorded = await openPage(options);
  await using native = await openPage({ ...options, drawing: "native" });
  const actions = await scriptedActions(recorded, 3, 760);
  assertGreater(actions.length, 600, "the scripted player died early");
  // The last decisions crash into something: the game-over panel.
  actions.push(...new Array(60).fill(0));
  await using a = takeGames(recorded, 1);
  await using b = takeGames(native, 1);
  assertEquals(await begin(a, [{ seed: 3 }]), await begin(b, [{ seed: 3 }]));
  let nights = 0;
  let faintest = 255;
  for (const action of actions) {
    const [one, other] = await Promise.all(
      [a, b].map((game) => game.step(Uint8Array.of(action))),
    );
    assertEquals(one, other);
    const [state] = await a.states();
    if (state!.night) {
      nights++;
      faintest = Math.min(faintest, Math.max(...one![0]!.pixels));
    }
    if (one![0]!.ended) break;
  }
  assertGreater(nights, 20, "no night was seen");
  assertLess(faintest, 60, "half inverted, the picture has little contrast");
  assertEquals(await a.pictures(), await b.pictures());
});

Deno.test("After a drop the page may lose a jump or a duck, unless the down key is pressed anew", async () => {
  const [NOTHING, JUMP, DUCK] = [0, 1, 2];
  const lost = { jumps: [0, 0], ducks: [0, 0] };
  for (const duckAnew of [false, true]) {
    await using page = await openPage({ duckAnew });
    await using games = takeGames(page, 1);
    const play = async (action: number, frames: number) => {
      for (let n = 0; n < frames; n++) await games.step(Uint8Array.of(action));
      return (await games.states())[0]!.tRex;
    };
    const jumpAndDrop = async (flight: number, frames: number) => {
      await begin(games, [{ seed: 1, speed: 8 }]);
      await play(JUMP, 1);
      await play(NOTHING, flight);
      return await play(DUCK, frames);
    };
    for (const flight of range(6, 33)) {
      const { ducking } = await jumpAndDrop(flight, 70);
      lost.ducks[Number(duckAnew)]! += Number(!ducking);

      const { y, groundY } = await jumpAndDrop(flight, 7);
      if (y < groundY) continue;
      await play(JUMP, 1);
      const after = await play(NOTHING, 1);
      lost.jumps[Number(duckAnew)]! += Number(after.y === groundY);
    }
  }
  assertGreater(lost.jumps[0]!, 0);
  assertGreater(lost.ducks[0]!, 0);
  assertEquals([lost.jumps[1], lost.ducks[1]], [0, 0]);
});

Deno.test("A game that starts with points has the moon of a game that made them", async () => {
  // The third night has the full moon, 40 pixels wide.
  const points = 2095;
  await using page = await openPage({
    speed: 13,
    frameSkip: 4,
    birds: false,
    clouds: false,
  });
  await using made = takeGames(page, 2);
  await begin(made, [{ seed: 5 }, null]);
  const scripted = scriptedPlayer(made);
  const playOn = async () =>
    await made.step(Uint8Array.of(await scripted(), PARKED));
  for (let score = 0; score < points;) {
    const [step] = await playOn();
    assertEquals(step!.ended, undefined, "the scripted player died early");
    score = step!.score;
  }
  await using skipped = takeGames(page, 1);
  await begin(skipped, [{ seed: 6, points }]);
  // Until the night has come, and the moon with it.
  const scores: number[] = [];
  for (let n = 0; n < 24; n++) {
    await playOn();
    const [step] = await skipped.step(Uint8Array.of(0));
    assertEquals(step!.ended, undefined);
    scores.push(step!.score);
  }
  assertEquals(scores[0], 1, "the points given are not the game's own");
  assert((await skipped.states())[0]!.night);
  // No game's night fades the page, which all of them share and nobody sees.
  assertEquals(await page.evaluate("document.getAnimations().length"), 0);
  const [from, to] = moonOf(pictureOf(await made.pictures(), 0));
  const [skippedFrom, skippedTo] = moonOf(
    pictureOf(await skipped.pictures(), 0),
  );
  assertEquals(to! - from!, skippedTo! - skippedFrom!);
  assertGreater(to! - from!, 30, "no full moon");
  assertLess(Math.abs(from! - skippedFrom!), 4);
});

Deno.test("With a delay, keys reach the game so many frames later", async () => {
  await using page = await openPage({ frameSkip: 4 });
  await using games = takeGames(page, 3);
  const lives = [0, 3, 9].map((delay) => ({ delay, jitter: 0, x: 25 }));
  await begin(games, lives.map((live) => ({ seed: 1, live })));
  const heights: number[][] = lives.map(() => []);
  for (let n = 0; n < 6; n++) {
    await games.step(new Uint8Array(3).fill(n === 1 ? 1 : 0));
    (await games.states()).forEach(({ tRex }, game) =>
      heights[game]!.push(tRex.groundY - tRex.y)
    );
  }
  // After the second decision: four frames of jumping, one, none.
  assertEquals(heights.map((each) => each[0]), [0, 0, 0]);
  assertGreater(heights[0]![1]!, heights[1]![1]!);
  assertGreater(heights[1]![1]!, 0);
  assertEquals(heights[2]!.slice(1, 3), [0, 0]);
  // Nine frames later: three frames of jumping at the fourth decision's end.
  assertGreater(heights[2]![3]!, 0);
  assertGreater(heights[0]![1]!, heights[2]![3]!);
});

Deno.test("With a jitter, decisions take more or fewer frames, and repeat", async () => {
  await using page = await openPage({ frameSkip: 4 });
  await using games = takeGames(page, 2);
  const start = { seed: 1, live: { delay: 0, jitter: 1, x: 16 } };
  await begin(games, [start, start], [{ seed: 2 }, { seed: 2 }]);
  assertEquals((await games.states()).map(({ tRex }) => tRex.x), [16, 16]);
  const lengths = new Map<number, number>();
  let before = 0;
  for (let n = 0; n < 200; n++) {
    const [one, other] = await games.step(new Uint8Array(2));
    assertEquals(one, other);
    if (one!.ended) break;
    const length = one!.frames - before;
    lengths.set(length, (lengths.get(length) ?? 0) + 1);
    before = one!.frames;
  }
  assertEquals([...lengths.keys()].sort(), [3, 4, 5]);
  for (const count of lengths.values()) assertGreater(count, 10);
  // The next game stands where the page's intro has left it.
  const [{ tRex }] = await games.states() as [GameState, GameState];
  assertEquals(tRex.x, 25);
});

Deno.test("With a stochastic frame skip, that share takes a frame more or less, and repeats", async () => {
  await using page = await openPage({ frameSkip: 4 });
  await using games = takeGames(page, 2);
  const plays = async (start: EpisodeStart) => {
    await begin(games, [start, start]);
    const lengths: number[] = [];
    for (let n = 0, before = 0; n < 400; n++) {
      // Always jumping it survives for some time.
      const [one, other] = await games.step(new Uint8Array(2).fill(1));
      assertEquals(one, other);
      if (one!.ended) break;
      lengths.push(one!.frames - before);
      before = one!.frames;
    }
    return lengths;
  };
  const lengths: number[] = [];
  for (let seed = 0; seed < 40; seed++) {
    lengths.push(...await plays({ seed, stochasticFrameSkip: 0.2 }));
  }
  const share = (length: number) =>
    lengths.filter((each) => each === length).length / lengths.length;
  assertAlmostEquals(share(3), 0.1, 0.03);
  assertAlmostEquals(share(5), 0.1, 0.03);
  assertAlmostEquals(share(3) + share(4) + share(5), 1, 1e-9);
  assertEquals(new Set(await plays({ seed: 1 })), new Set([4]));
});

Deno.test("With a frame skip of 1 an uneven decision takes a frame at least", async () => {
  await using page = await openPage({ frameSkip: 1 });
  await using games = takeGames(page, 1);
  await begin(games, [{ seed: 1, stochasticFrameSkip: 1 }]);
  const lengths = new Set<number>();
  for (let n = 0, before = 0; n < 30; n++) {
    const [{ frames }] = await games.step(new Uint8Array(1)) as [GameStep];
    lengths.add(frames - before);
    before = frames;
  }
  assertEquals([...lengths].sort(), [1, 2]);
});

Deno.test("Birds, clouds and night can be switched off, the speed be set", async () => {
  await using page = await openPage({
    speed: 10,
    birds: false,
    clouds: false,
    night: false,
    frameSkip: 4,
  });
  await using games = takeGames(page, 4);
  await begin(games, [1, 2, 3, 4].map((seed) => ({ seed })));
  const empty = pictureOf(await games.pictures(), 0).subarray(
    40 * 552,
    80 * 552,
  );
  assert(empty.every((value) => value === 255), "something is in the sky");
  for (let step = 0; step < 60; step++) {
    await games.step(new Uint8Array(4));
    for (const { speed, obstacles } of await games.states()) {
      assertEquals(speed, 10);
      assert(obstacles.every(({ type }) => type !== "pterodactyl"));
    }
  }
});

Deno.test("A picture shows HI 00000 as the page does; an agent that sees it sees what it was trained on", async () => {
  /** Columns with ink between the crop of most agents and the counter. */
  async function inked(crop: LockstepOptions["crop"]): Promise<number> {
    await using page = await openPage({ crop });
    await using games = takeGames(page, 1, crop.width * crop.height);
    await begin(games, [{ seed: 1 }]);
    const picture = pictureOf(await games.pictures(), 0);
    return range(386, 480).filter((x) =>
      range(0, 16).some((y) => picture[y * CANVAS.width + x]! < 200)
    ).length;
  }
  assertGreater(await inked({ x: 0, y: 0, width: 380, height: 150 }), 50);
  assertLess(await inked({ x: 0, y: 0, width: 400, height: 150 }), 12);
});

Deno.test("An episode begins at its own speed and ends at its highest score", async () => {
  await using page = await openPage({ frameSkip: 4 });
  await using games = takeGames(page, 2);
  const starts = [{ seed: 1, speed: 11.5, maxScore: 10 }, { seed: 1 }];
  await begin(games, starts, [{ seed: 5 }]);
  const speeds = (await games.states()).map(({ speed }) => speed);
  assertEquals(speeds.map((speed) => Math.round(speed * 100) / 100), [11.5, 6]);
  for (;;) {
    const [first, second] = await games.step(new Uint8Array(2));
    assertEquals(second!.ended, undefined);
    if (!first!.ended) {
      assert(first!.score < 10);
      continue;
    }
    const { end, score } = first!.ended.episode;
    assertEquals(end, "truncated");
    assertGreater(score, 9);
    assertEquals(Math.round(first!.speed * 100) / 100, 6);
    break;
  }
  assertEquals(games.state()[0], {
    episode: 1,
    start: { seed: 5 },
    actions: "",
  });
});

Deno.test("An episode that begins after some decisions goes on from their pixels", async () => {
  await using page = await openPage({ frameSkip: 4 });
  await using games = takeGames(page, 2);
  const actions = someActions(40, 4);
  const start = { seed: 9, speed: 12 };
  await begin(games, [start, null]);
  const step = async (action: number, parked: number) =>
    (await games.step(Uint8Array.of(action, parked))).find((each) => each)!;
  let whole = await step(actions[0]!, 0);
  const at = { score: 0, frames: 0 };
  for (const [i, action] of actions.slice(1).entries()) {
    if (i === 24) Object.assign(at, whole);
    whole = await step(action, 0);
  }
  const expected = whole.pixels.slice();
  assertEquals(whole.ended, undefined);

  const before = actions.slice(0, 25).join("");
  await begin(games, [null, { ...start, before }]);
  let later = await step(0, actions[25]!);
  for (const action of actions.slice(26)) later = await step(0, action);
  assertEquals(later.pixels, expected);
  assertEquals(later.frames, whole.frames - at.frames);
  assertEquals(later.score, whole.score - at.score);
});

Deno.test("The injected script names what a page without the game lacks", async () => {
  const { browser } = await loadConfig(undefined, []);
  await using chrome = await Chrome.launch(browser);
  const crop = { x: 0, y: 0, width: 300, height: 150 };
  const tab = await chrome.newTab({
    width: 600,
    height: 400,
    script: lockstepScript({
      frameSkip: 4,
      duckAnew: false,
      speed: 6,
      birds: true,
      clouds: true,
      night: true,
      frameSize: 80,
      fullInk: 172,
      crop,
      columns: [],
      rows: [],
      drawing: "recorded",
      pixels: "crop",
    }),
  });
  await tab.goto("about:blank");
  assertEquals(await tab.evaluate("lockstep.open()"), {
    missing: ["#offline-resources-1x"],
    width: 0,
    obstacles: [],
    live: false,
  });
});
