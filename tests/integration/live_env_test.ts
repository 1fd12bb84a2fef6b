import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Config, loadConfig } from "../../lib/config/mod.ts";
import {
  FRAME_BYTES,
  OBSERVATION_BYTES,
  PARKED,
  STACK,
} from "../../lib/constants.ts";
import {
  Environments,
  type EpisodeSchedule,
  type Observations,
  type StepResult,
  type VectorEnv,
} from "../../lib/env/mod.ts";
import { UsageError } from "../../lib/errors.ts";
import type { GameState } from "../../lib/game/mod.ts";
import { chromePids } from "../processes.ts";

const CONFIG = await loadConfig(undefined, [
  "browser.timeoutSeconds=60",
  "env.clock=live",
  "env.instances=1",
  "env.observation=screenshot",
]);
const [NOTHING, JUMP] = [Uint8Array.of(0), Uint8Array.of(1)];

/** Steps until an episode ends, jumping before the first step alone. */
async function playOn(env: VectorEnv): Promise<StepResult> {
  let result = await env.step(JUMP);
  while (!result.infos[0]!.episode) result = await env.step(NOTHING);
  return result;
}

function assertStartOfEpisode({ observations, frames }: Observations): void {
  assertEquals(observations.length, OBSERVATION_BYTES);
  assert(frames.some((ink) => ink > 100), "no T-rex in the picture");
  for (let i = 0; i < FRAME_BYTES; i++) {
    for (let age = 0; age < STACK; age++) {
      assertEquals(observations[i * STACK + age], frames[i]);
    }
  }
}

Deno.test("Environments.open() refuses a live config that would change the page", async () => {
  const config = { ...CONFIG, game: { ...CONFIG.game, birds: false } };
  await assertRejects(
    () => Environments.open(config),
    UsageError,
    "game.birds",
  );
});

Deno.test("LiveEnv reads the page's own canvas if it is not to see screenshots", async () => {
  const env: Config["env"] = { ...CONFIG.env, observation: "page" };
  await using environments = await Environments.open({ ...CONFIG, env });
  await using live = await environments.create({ training: false });
  const result = await live.reset((_, episode) => ({
    seed: episode,
    ...(episode === 0 && { maxScore: 3 }),
  }));
  assertStartOfEpisode(result);
  // Transparent where nothing is drawn: white as the page, with its darkest grey.
  const picture = await live.render();
  const counts = new Map<number, number>();
  for (const grey of picture) counts.set(grey, (counts.get(grey) ?? 0) + 1);
  assertEquals(Math.min(...counts.keys()), 0x53);
  assert(counts.get(255)! > 0.9 * picture.length);
  // The T-rex stands still, and a step later the ground has moved.
  const { frames } = await live.step(NOTHING);
  assert(frames.some((ink, i) => ink !== result.observations[i * STACK]));
  // Its one key, seen by the page between two looks.
  const { infos: [info] } = await playOn(live);
  const { keyMs } = info!.episode!.live!;
  assert(keyMs!.median > 0 && keyMs!.median < 1000);
  assertEquals(keyMs!.p95, keyMs!.median);
});

Deno.test("LiveEnv jumps out of a drop, as the exact game does", async () => {
  const DUCK = Uint8Array.of(2);
  const game = { ...CONFIG.game, actions: 3 } as const;
  await using environments = await Environments.open({ ...CONFIG, game });
  await using live = await environments.create({ training: false });
  await live.reset((_, episode) => ({ seed: episode }));
  await live.step(JUMP);
  await live.step(NOTHING);
  await live.step(NOTHING);
  let [state] = await live.states();
  for (let step = 0; step < 20 && !state!.tRex.ducking; step++) {
    await live.step(DUCK);
    [state] = await live.states();
  }
  const { groundY } = state!.tRex;
  assertEquals([state!.tRex.y, state!.tRex.ducking], [groundY, true]);
  await live.step(JUMP);
  const [{ tRex }] = await live.states() as [GameState];
  assert(tRex.y < groundY && !tRex.ducking);
});

Deno.test("LiveEnv", async (t) => {
  await using environments = await Environments.open(CONFIG);
  await using env = await environments.create({ training: false });
  const schedule: EpisodeSchedule = (_environment, episode) =>
    episode < 4
      ? { seed: 70 + episode, ...(episode === 1 && { maxScore: 5 }) }
      : null;
  await env.reset(schedule);

  await t.step("plays an episode until the T-rex crashes", async () => {
    const result = await playOn(env);
    const { episode } = result.infos[0]!;
    assertEquals([...result.terminated, ...result.truncated], [1, 0]);
    assertEquals(result.rewards[0], CONFIG.reward.crash);
    assertEquals(result.finalFrames[0]!.length, FRAME_BYTES);
    assertEquals([episode!.episode, episode!.seed], [0, 70]);
    assertEquals(episode!.actions[0], 1);
    assert(episode!.actions.subarray(1).every((action) => action === 0));
    assertEquals([episode!.end, episode!.speed], ["crash", 6]);
    assert(episode!.obstacle!.startsWith("cactus"));
    assert(episode!.score > 30 && episode!.frames > 200);
    const { lateMs, keyMs, load } = episode!.live!;
    assert(lateMs.p95 >= lateMs.median);
    // A screenshot comes at no frame of the page's that a key could follow.
    assertEquals(keyMs, undefined);
    assert(load > 0);
    assertStartOfEpisode(result);
  });

  await t.step("truncates an episode at its highest score", async () => {
    const result = await playOn(env);
    const { episode } = result.infos[0]!;
    assertEquals([...result.terminated, ...result.truncated], [0, 1]);
    assertEquals([episode!.episode, episode!.end], [1, "truncated"]);
    assert(episode!.score >= 5);
    assertStartOfEpisode(result);
  });

  await t.step("pauses the game while the agent is away", async () => {
    await env.step(NOTHING);
    while (!(await env.states())[0]!.paused) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await env.step(NOTHING);
    assertEquals((await env.states())[0]!.paused, false);
  });

  await t.step("ends an episode as interrupted when Chrome dies", async () => {
    const [chrome] = chromePids();
    Deno.kill(chrome!, "SIGKILL");
    const result = await env.step(NOTHING);
    const { episode } = result.infos[0]!;
    assertEquals([episode!.episode, episode!.end], [2, "interrupted"]);
    assertEquals([...result.terminated, ...result.truncated], [0, 1]);
    assertEquals(result.rewards[0], 0);
    const [another, ...others] = chromePids();
    assert(another !== undefined && another !== chrome);
    assertEquals(others, []);
    assertStartOfEpisode(result);
  });

  await t.step("stands still when the schedule has ended", async () => {
    const { infos: [last] } = await playOn(env);
    assertEquals(last!.episode!.episode, 3);
    const result = await env.step(Uint8Array.of(PARKED));
    assertEquals(result.infos[0]!.episode, undefined);
    assertEquals([...result.terminated, ...result.rewards], [0, 0]);
  });

  await t.step("rejects actions that there are not", async () => {
    for (const actions of [[2], [], [0, 0]]) {
      await assertRejects(
        () => env.step(Uint8Array.from(actions)),
        RangeError,
      );
    }
  });
});
