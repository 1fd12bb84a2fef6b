import { assertEquals, assertRejects } from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import { OBSERVATION_BYTES } from "../../lib/constants.ts";
import type {
  EnvState,
  EpisodeStatistics,
  StepInfo,
} from "../../lib/env/mod.ts";
import { ChromeCrashedError, DinoPageError } from "../../lib/errors.ts";
import {
  type Moment,
  moments,
  type RenderingEnv,
  type StoredGame,
  storedGame,
} from "../../lib/recording/mod.ts";

const config = await loadConfig();
const START = { seed: 7, maxScore: 100 };
/** Decisions of a fake game, and rendered frames of each. */
const [DECISIONS, FRAMES] = [5, 4];

/**
 * A fake game that is over after five decisions, at a point each. Pictures and
 * observations hold how many decisions were made.
 */
function fakeGame(end: EpisodeStatistics["end"] = "crash") {
  const calls = { steps: 0, pictures: 0, asked: 0 };
  let actions = new Uint8Array();
  let made = 0;
  const seen = () => ({
    observations: new Uint8Array(OBSERVATION_BYTES).fill(made),
    frames: new Uint8Array(),
  });
  const env: RenderingEnv = {
    ...{ numEnvs: 1, numActions: 2 },
    reset: () => Promise.reject(new Error("not asked for")),
    state: () => ({ environments: [] }),
    restore({ environments: [only] }: EnvState) {
      actions = Uint8Array.fromBase64(only!.actions);
      made = actions.length;
      return Promise.resolve(seen());
    },
    render() {
      calls.pictures++;
      return Promise.resolve(Uint8Array.of(made));
    },
    step([action]: Uint8Array) {
      calls.steps++;
      actions = Uint8Array.of(...actions, action!);
      made++;
      const info = { score: made, frames: FRAMES * made, speed: 6 };
      const over = { ...info, episode: 0, seed: START.seed, actions };
      const infos: StepInfo[] = [{
        ...info,
        ...(made === DECISIONS && { episode: { ...over, return: 0, end } }),
      }];
      return Promise.resolve({
        ...seen(),
        ...{ infos, finalFrames: [] },
        rewards: new Float32Array(1),
        terminated: new Uint8Array(1),
        truncated: new Uint8Array(1),
      });
    },
    async [Symbol.asyncDispose]() {},
  };
  /** Jumps at every second decision. */
  const player = {
    qValues(observation: Uint8Array) {
      calls.asked++;
      return Promise.resolve(Float32Array.of(0.5, observation[0]! % 2));
    },
  };
  return { env, player, calls };
}

const told = ({ picture, seconds, q, action, observation }: Moment) => [
  ...[picture[0], observation[0], Math.round(seconds * 60)],
  ...[q && [...q], action],
];

async function play(): Promise<StoredGame> {
  const { env, player } = fakeGame();
  const shown = await Array.fromAsync(moments(env, player, START));
  return storedGame(shown.at(-1)!.game!, config, START.maxScore);
}

Deno.test("moments() plays a game by the player's Q-values, to its end", async () => {
  const { env, player } = fakeGame();
  const shown = await Array.fromAsync(moments(env, player, START));
  assertEquals(shown.map(told), [
    [0, 0, 0, [0.5, 0], 0],
    [1, 1, 4, [0.5, 1], 1],
    [2, 2, 8, [0.5, 0], 0],
    [3, 3, 12, [0.5, 1], 1],
    [4, 4, 16, [0.5, 0], 0],
    [5, 5, 20, undefined, undefined],
  ]);
  const game = shown.at(-1)!.game!;
  assertEquals([game.score, game.end, game.played], [5, "crash", "01010"]);
  assertEquals(shown.filter(({ game }) => game).length, 1);
});

Deno.test("moments() waits for whoever looks, and ends when they leave", async () => {
  const { env, player, calls } = fakeGame();
  const shown = moments(env, player, START);
  await shown.next();
  await shown.next();
  assertEquals(calls, { steps: 1, pictures: 2, asked: 2 });
  for await (const { action } of shown) if (action === 1) break;
  assertEquals(calls, { steps: 3, pictures: 4, asked: 4 });
  assertEquals(await shown.next(), { value: undefined, done: true });
});

Deno.test("moments() plays a stored game again, from any decision on", async () => {
  const stored = await play();
  const whole = fakeGame();
  const { env, player } = whole;
  const all = await Array.fromAsync(moments(env, player, { stored }));
  for (const from of [-3, 0, 1, 3, DECISIONS, DECISIONS + 2]) {
    const { env, player, calls } = fakeGame();
    const part = await Array.fromAsync(moments(env, player, { stored, from }));
    const shown = Math.min(DECISIONS, Math.max(0, from));
    assertEquals(part, all.slice(shown));
    // The one before tells the time; nobody looks at it, nobody is asked.
    assertEquals(calls, {
      steps: DECISIONS - Math.max(0, shown - 1),
      pictures: part.length,
      asked: DECISIONS - shown,
    });
  }
  const unasked = await Array.fromAsync(moments(env, null, { stored }));
  assertEquals(unasked, all.map(({ q: _q, ...moment }) => moment));
});

Deno.test("moments() notices a stored game that goes otherwise", async () => {
  const stored = await play();
  for (
    const [changed, now] of [
      [{ score: 6 }, "now to 5 points after 5:"],
      [{ actions: "0101010" }, "now to 5 points after 5:"],
      [{ actions: "0101" }, "now to 4 points after 4 and had not ended"],
    ] as const
  ) {
    const { env } = fakeGame();
    const again = moments(env, null, { stored: { ...stored, ...changed } });
    await assertRejects(() => Array.fromAsync(again), DinoPageError, now);
  }
});

Deno.test("moments() does not take a broken game for one that has ended", async () => {
  const { env, player } = fakeGame("interrupted");
  await assertRejects(
    () => Array.fromAsync(moments(env, player, START)),
    ChromeCrashedError,
  );
});
