/** The live clock without Chrome: what a process that stood still leads to. */
import { assertEquals } from "@std/assert";
import sharp from "sharp";
import { loadConfig } from "../../lib/config/mod.ts";
import { LiveEnv } from "../../lib/env/mod.ts";

const config = await loadConfig(undefined, [
  "env.clock=live",
  "env.instances=1",
]);
const background = { r: 255, g: 255, b: 255 };
const image = await sharp({
  create: { width: 600, height: 150, channels: 3, background },
}).png().toBuffer();

type Game = ConstructorParameters<typeof LiveEnv>[1];

/** A game without end, in which time passes as a test wants. */
function fakeGame() {
  const time = { now: 0, unattendedMs: 20, paused: false, whenAsleep: 0 };
  let milliseconds = 0;
  const game: Partial<Game> = {
    restart: () => Promise.resolve(),
    press: () => Promise.resolve(),
    showsFrames: false,
    look: () =>
      Promise.resolve({
        image,
        keyMs: null,
        canvas: { x: 0, y: 0, width: 552, height: 140 },
        state: {
          ...{ score: 1, highScore: 0, crashed: false, playing: true },
          ...{ paused: false, night: false, speed: 6, obstacles: [] },
          tRex: { x: 0, y: 0, groundY: 0, jumping: false, ducking: false },
          milliseconds: milliseconds += 67,
        },
      }),
    waitForAgent: () => {},
    wake: () => {
      const { paused, unattendedMs } = time;
      return Promise.resolve({ paused, unattendedMs });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const timer = {
    now: () => time.now,
    sleep: (milliseconds: number) => {
      time.now += milliseconds + time.whenAsleep;
      return Promise.resolve();
    },
  };
  return { time, timer, game: game as Game };
}

Deno.test("LiveEnv breaks a game off that went on for more than a second without a decision", async () => {
  const { time, timer, game } = fakeGame();
  await using env = new LiveEnv(config, game, false, timer);
  await env.reset((_, episode) => ({ seed: episode }));
  const step = async (change: Partial<typeof time> = {}) => {
    const before = { ...time };
    Object.assign(time, change);
    const { infos: [info], terminated, truncated, rewards } = await env.step(
      Uint8Array.of(0),
    );
    Object.assign(time, { ...before, now: time.now });
    return {
      end: info!.episode?.end as string | undefined,
      ended: [terminated[0], truncated[0]],
      isRewarded: rewards[0]! > 0,
    };
  };
  const goesOn = { end: undefined, ended: [0, 0], isRewarded: true };
  const brokenOff = { end: "interrupted", ended: [0, 1], isRewarded: false };
  assertEquals(await step(), goesOn);
  assertEquals(await step({ unattendedMs: 990 }), goesOn);
  // It was paused meanwhile, in time.
  assertEquals(await step({ paused: true, unattendedMs: 760 }), goesOn);
  assertEquals(await step({ unattendedMs: 10_000 }), brokenOff);
  assertEquals(await step(), goesOn);
  assertEquals(await step({ paused: true, unattendedMs: 10_000 }), brokenOff);
  assertEquals(await step({ whenAsleep: 900 }), goesOn);
  assertEquals(await step({ whenAsleep: 1200 }), brokenOff);
  assertEquals(await step(), goesOn);
});

Deno.test("LiveEnv decides in step with the page's frames, wherever they fall", async () => {
  const FRAME_MS = 1000 / 60;
  // An answer takes now more and now less time, sleep is a little too long.
  const delays = [1, 4, 2, 6, 1, 5, 3];
  for (let phase = 0; phase < FRAME_MS; phase += 1.5) {
    const { time, timer, game } = fakeGame();
    const seen: number[] = [];
    const { look } = game;
    const frames: Game = Object.assign(game, {
      showsFrames: true,
      look: (options: { fresh: boolean }) => {
        const frame = Math.floor((time.now - phase) / FRAME_MS) + 1;
        seen.push(frame);
        time.now = phase + frame * FRAME_MS + delays[seen.length % 7]!;
        return look(options);
      },
    });
    time.whenAsleep = 1;
    await using env = new LiveEnv(config, frames, false, timer);
    await env.reset((_, episode) => ({ seed: episode }));
    for (let step = 0; step < 30; step++) {
      time.now += delays[step % 5]!;
      await env.step(Uint8Array.of(0));
    }
    const between = seen.slice(1).map((frame, i) => frame - seen[i]!);
    assertEquals(between, Array(30).fill(config.game.frameSkip));
  }
});

Deno.test("LiveEnv renders what the agent sees, and does not look anew for it", async () => {
  const { timer, game } = fakeGame();
  let looks = 0;
  const { look } = game;
  const counting: Game = Object.assign(game, {
    look: (options: { fresh: boolean }) => (looks++, look(options)),
  });
  await using env = new LiveEnv(config, counting, false, timer);
  await env.reset((_, episode) => ({ seed: episode }));
  await env.step(Uint8Array.of(0));
  assertEquals(looks, 2);
  assertEquals(await env.render(), new Uint8Array(150 * 552).fill(255));
  assertEquals(looks, 2);
});
