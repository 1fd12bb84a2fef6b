/** Games go on, to the bit, whatever becomes of Chrome's processes. */
import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
} from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import { CANVAS } from "../../lib/constants.ts";
import { ChromeCrashedError } from "../../lib/errors.ts";
import type { LockstepPage } from "../../lib/game/mod.ts";
import { chromePids, gpuPids } from "../processes.ts";
import {
  begin,
  HashChain,
  moonOf,
  openPage,
  pictureOf,
  someActions,
  takeGames,
} from "./lockstep_games.ts";

Deno.test("A frame with the moon is whole though Chrome's GPU process ends", async () => {
  const crop = { x: 0, y: 0, ...CANVAS };
  await using page = await openPage({ speed: 13, frameSkip: 4, crop });
  await using games = takeGames(page, 1, CANVAS.width * CANVAS.height);
  const play = async () => {
    const chain = new HashChain();
    await begin(games, [{ seed: 6, points: 2095 }]);
    for (let n = 0; n < 24; n++) {
      const [step] = await games.step(Uint8Array.of(0));
      await chain.add(step!.pixels);
    }
    return chain.hex;
  };
  const expected = await play();
  const [moon] = moonOf(pictureOf(await games.pictures(), 0));
  assert(moon !== undefined, "no moon");
  gpuPids().forEach((pid) => Deno.kill(pid, "SIGKILL"));
  // The page hears of it a moment later, and has another one half a second later.
  for (let n = 0; n < 40; n++) {
    assertEquals(await play(), expected);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

Deno.test("A page that is killed or hangs is brought back with its games", async () => {
  const { browser } = await loadConfig(undefined, ["browser.timeoutSeconds=8"]);
  const actions = someActions(160, 7);
  const play = async (page: LockstepPage, disturb: (step: number) => void) => {
    await using games = takeGames(page, 2);
    const chain = new HashChain();
    const next = [{ seed: 100 }, { seed: 101 }];
    for (const pixels of await begin(games, [{ seed: 1 }, { seed: 2 }], next)) {
      await chain.add(pixels);
    }
    for (const [i, action] of actions.entries()) {
      disturb(i);
      for (const step of await games.step(Uint8Array.of(action, 0))) {
        await chain.add(step!.pixels);
        if (step!.ended) await chain.add(step!.ended.pixels);
      }
    }
    return chain.hex;
  };
  let expected: string;
  {
    await using undisturbed = await openPage({ frameSkip: 4 });
    expected = await play(undisturbed, () => {});
  }
  await using page = await openPage({ frameSkip: 4, browser });
  const hash = await play(page, (step) => {
    if (step === 30 || step === 75) Deno.kill(chromePids()[0]!, "SIGKILL");
    // Nobody waits for it: the next step finds the page busy forever.
    if (step === 120) page.evaluate("for (;;);").catch(() => {});
  });
  assertEquals(hash, expected);
  assertEquals(page.generation, 4);
});

Deno.test("Whoever asks while Chrome is started again waits, and gets an answer", async () => {
  await using page = await openPage();
  const groups = Array.from({ length: 60 }, () => takeGames(page, 1));
  for (const games of groups) await begin(games, [{ seed: 1 }]);
  Deno.kill(chromePids()[0]!, "SIGKILL");
  const steps = await Promise.all(groups.map(async (games, i) => {
    await new Promise((resolve) => setTimeout(resolve, 75 * i));
    const [step] = await games.step(Uint8Array.of(0));
    return step!.frames;
  }));
  assertEquals(steps, new Array(60).fill(1));
  assertEquals(page.generation, 2);
});

Deno.test("LockstepPage gives up when starting Chrome again does not help", async () => {
  await using page = await openPage();
  await using games = takeGames(page, 1);
  await begin(games, [{ seed: 1 }]);
  let kills = 0;
  const killer = setInterval(() => {
    for (const pid of chromePids()) {
      Deno.kill(pid, "SIGKILL");
      kills++;
    }
  }, 20);
  try {
    await assertRejects(
      async () => {
        for (;;) await games.step(Uint8Array.of(0));
      },
      ChromeCrashedError,
      "starting it again 3 times did not help",
    );
  } finally {
    clearInterval(killer);
  }
  assertGreater(kills, 0);
});
