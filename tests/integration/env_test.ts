import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import { FRAME_BYTES, OBSERVATION_BYTES, PARKED } from "../../lib/constants.ts";
import {
  Environments,
  type EpisodeSchedule,
  type EpisodeStatistics,
  type LockstepEnv,
  type StepResult,
} from "../../lib/env/mod.ts";
import { findChrome } from "../../lib/browser/mod.ts";
import { ChromeNotFoundError, UsageError } from "../../lib/errors.ts";
import { inFolder } from "../folder.ts";
import { chromePids } from "../processes.ts";
import { HashChain, someActions } from "./lockstep_games.ts";

const config = (...set: string[]) =>
  loadConfig(undefined, [
    "game.actions=3",
    "exploration.actionProbabilities=null",
    ...set,
  ]);

const schedule: EpisodeSchedule = (environment, episode) => ({
  seed: 1000 * environment + episode,
});

/** The four frames of an environment's observation, the oldest first. */
function stackOf(observations: Uint8Array, environment: number): Uint8Array[] {
  const start = environment * OBSERVATION_BYTES;
  return [0, 1, 2, 3].map((age) =>
    Uint8Array.from(
      { length: FRAME_BYTES },
      (_, i) => observations[start + 4 * i + age]!,
    )
  );
}

const frameOf = (frames: Uint8Array, environment: number) =>
  frames.slice(environment * FRAME_BYTES, (environment + 1) * FRAME_BYTES);

async function addStep(chain: HashChain, step: StepResult): Promise<void> {
  await chain.add(step.observations);
  await chain.add(step.frames);
  const { rewards, terminated, truncated, infos } = step;
  const rest = { rewards, terminated, truncated, infos };
  await chain.add(new TextEncoder().encode(JSON.stringify(rest)));
  for (const frame of step.finalFrames) if (frame) await chain.add(frame);
}

/** Plays and returns a hash over everything that came back. */
async function play(
  env: LockstepEnv,
  actions: number[],
  before: (step: number) => void = () => {},
): Promise<string> {
  const chain = new HashChain();
  for (const [i, action] of actions.entries()) {
    before(i);
    const each = Array.from(
      { length: env.numEnvs },
      (_, environment) => (action + environment) % env.numActions,
    );
    await addStep(chain, await env.step(Uint8Array.from(each)));
  }
  return chain.hex;
}

Deno.test("LockstepEnv keeps episodes apart: stacks, final frames, statistics", async () => {
  await using environments = await Environments.open(
    await config("reward.jump=-0.02"),
  );
  await using env = environments.createLockstep({
    training: true,
    numEnvs: 3,
  });
  let { observations, frames } = await env.reset(schedule);
  for (let i = 0; i < 3; i++) {
    const first = frameOf(frames, i);
    assertEquals(stackOf(observations, i), [first, first, first, first]);
  }
  const ended: EpisodeStatistics[] = [];
  const steps = [0, 0, 0];
  const returns = [0, 0, 0];
  const stacks = [0, 1, 2].map((i) => stackOf(observations, i));
  for (const action of someActions(170, 3)) {
    const actions = Uint8Array.of(action, 0, 1);
    const result = await env.step(actions);
    ({ observations, frames } = result);
    for (let i = 0; i < 3; i++) {
      const { episode, score, frames: played } = result.infos[i]!;
      const frame = frameOf(frames, i);
      const stack = stackOf(observations, i);
      const jump = actions[i] === 1 ? -0.02 : 0;
      steps[i]! += 1;
      returns[i]! += result.rewards[i]!;
      assertEquals(result.terminated[i], Number(episode !== undefined));
      assertEquals(result.truncated[i], 0);
      assertEquals(result.finalFrames[i] !== undefined, episode !== undefined);
      if (!episode) {
        assertEquals(stack, [...stacks[i]!.slice(1), frame]);
        assertAlmostEquals(result.rewards[i]!, 0.05 + jump, 1e-6);
      } else {
        assertEquals(stack, [frame, frame, frame, frame]);
        assertNotEquals(result.finalFrames[i], frame);
        assertEquals([score, played], [0, 0]);
        assertAlmostEquals(result.rewards[i]!, -1 + jump, 1e-6);
        assertEquals(episode.actions.length, steps[i]);
        assertAlmostEquals(episode.return, returns[i]!, 1e-4);
        assertLess(episode.frames, 4 * steps[i]! + 1);
        assertGreater(episode.frames, 4 * (steps[i]! - 1));
        assertEquals(episode.end, "crash");
        assert(/^(cactus|ptero)/.test(episode.obstacle!), episode.obstacle);
        ended.push(episode);
        steps[i] = returns[i] = 0;
      }
      stacks[i] = stack;
    }
  }
  // Standing still, and jumping all the time, end early again and again.
  assertGreater(ended.filter(({ seed }) => seed >= 1000).length, 3);
  for (const { episode, seed } of ended) assertEquals(seed % 1000, episode);
});

Deno.test("LockstepEnv truncates training games, parks, and ends with its schedule", async () => {
  await using environments = await Environments.open(
    await config("env.maxEpisodeSteps=5"),
  );
  await using training = environments.createLockstep({
    training: true,
    numEnvs: 2,
  });
  await using evaluation = environments.createLockstep({
    training: false,
    numEnvs: 1,
  });
  const once: EpisodeSchedule = (environment, episode) =>
    environment === 0 && episode > 0 ? null : { seed: episode };
  await evaluation.reset(once);
  await training.reset(once);
  let last: StepResult | undefined;
  for (let step = 1; step <= 5; step++) {
    last = await training.step(Uint8Array.of(0, step === 3 ? PARKED : 0));
    assertEquals(last.truncated[0], Number(step === 5));
    assertEquals(last.truncated[1], 0);
  }
  assertEquals(last!.infos[0]!.episode?.end, "truncated");
  assertEquals(last!.infos[0]!.episode?.actions.length, 5);
  assertAlmostEquals(last!.rewards[0]!, 0.05, 1e-6);
  assertEquals(last!.finalFrames[0], frameOf(last!.frames, 0));
  assertEquals(training.state().environments[0]!.start, null);

  // Over is over, whatever action is asked for; the other one goes on.
  const before = frameOf(last!.frames, 0);
  last = await training.step(Uint8Array.of(1, 0));
  assertEquals(frameOf(last.frames, 0), before);
  assertEquals([last.rewards[0], last.terminated[0]], [0, 0]);
  assertEquals(last.infos[0]!.episode, undefined);
  assertEquals(last.infos[1]!.episode?.actions.length, 5);

  for (let step = 0; step < 8; step++) {
    const { truncated } = await evaluation.step(Uint8Array.of(0));
    assertEquals(truncated[0], 0);
  }
  await evaluation.reset((_, episode) => ({ seed: episode, maxSteps: 3 }));
  for (let step = 1; step <= 6; step++) {
    const { truncated } = await evaluation.step(Uint8Array.of(0));
    assertEquals(truncated[0], Number(step % 3 === 0), "an episode's own end");
  }
});

Deno.test("LockstepEnv goes on exactly from a stored state in another process", async () => {
  const settings = await config("game.speed=accelerating");
  const actions = someActions(90, 11);
  const later = someActions(40, 12);
  let stored: string;
  let expected: string;
  let seen: Uint8Array;
  {
    await using environments = await Environments.open(settings);
    await using env = environments.createLockstep({
      training: true,
      numEnvs: 4,
    });
    await env.reset(schedule);
    await play(env, actions);
    stored = JSON.stringify(env.state());
    seen = (await env.step(new Uint8Array(4).fill(PARKED))).observations
      .slice();
    expected = await play(env, later);
  }
  await using environments = await Environments.open(settings);
  await using env = environments.createLockstep({
    training: true,
    numEnvs: 4,
  });
  const { observations } = await env.restore(JSON.parse(stored), schedule);
  assertEquals(observations, seen);
  assertEquals(JSON.stringify(env.state()), stored);
  assertEquals(await play(env, later), expected);
});

Deno.test("LockstepEnv plays the same however its games are spread, and through crashes", async () => {
  const actions = someActions(80, 21);
  const hashes: string[] = [];
  for (const pages of [1, 2]) {
    await using environments = await Environments.open(
      await config(`env.pages=${pages}`, "env.instances=5"),
    );
    assertEquals(environments.pages, pages);
    await using env = environments.createLockstep({ training: true });
    await using other = environments.createLockstep({
      training: false,
      numEnvs: 2,
    });
    await env.reset(schedule);
    let others: Promise<unknown> = other.reset(schedule);
    const chromes = chromePids();
    assertEquals(chromes.length, pages);
    const hash = await play(env, actions, (step) => {
      // Games of another environment in the same pages make no difference.
      if (step % 8 === 0) {
        others = others.then(() => other.step(Uint8Array.of(1, 0)));
      }
      if (pages === 2 && step === 31) Deno.kill(chromes[0]!, "SIGKILL");
      if (pages === 2 && step === 60) Deno.kill(chromes[1]!, "SIGKILL");
    });
    await others;
    const left = chromePids();
    assertEquals(left.length, pages);
    assertEquals(left.some((pid) => chromes.includes(pid)), pages === 1);
    hashes.push(hash);
  }
  assertEquals(hashes[1], hashes[0]);
});

Deno.test("The page's observation is sharp's observation of the picture", async () => {
  const settings = await config("game.speed=13");
  await using fast = await Environments.open(settings);
  await using slow = await Environments.open({
    ...settings,
    env: { ...settings.env, observation: "screenshot" },
  });
  await using a = fast.createLockstep({ training: true, numEnvs: 3 });
  await using b = slow.createLockstep({ training: true, numEnvs: 3 });
  let [{ frames: page }, { frames: sharp }] = await Promise.all(
    [a, b].map((env) => env.reset(schedule)),
  ) as [StepResult, StepResult];
  let worst = 0;
  for (const action of someActions(60, 31)) {
    let sum = 0;
    page.forEach((value, i) => sum += Math.abs(value - sharp[i]!));
    worst = Math.max(worst, sum / page.length);
    assertGreater(Math.max(...page.subarray(0, FRAME_BYTES)), 100);
    const step = Uint8Array.of(action, 0, 1);
    [{ frames: page }, { frames: sharp }] = await Promise.all([
      a.step(step),
      b.step(step),
    ]);
  }
  assertLess(worst, 0.5);
});

Deno.test("LockstepEnv refuses what it cannot do, and goes on", async () => {
  await using environments = await Environments.open(
    await config("game.actions=2"),
  );
  for (const numEnvs of [0, -1, 1.5]) {
    assertThrows(
      () => environments.createLockstep({ training: true, numEnvs }),
      RangeError,
      "at least 1 game",
    );
  }
  await using env = environments.createLockstep({
    training: true,
    numEnvs: 2,
  });
  await assertRejects(() => env.step(Uint8Array.of(0, 0)), Error, "reset()");
  for (const seed of [0.5, -1, NaN]) {
    await assertRejects(
      () => env.reset(() => ({ seed })),
      RangeError,
      `a whole number >= 0, not ${seed}`,
    );
  }
  await env.reset(schedule);
  await assertRejects(
    () => env.step(Uint8Array.of(0, 2)),
    RangeError,
    "Action 2 is out of range: there are 2",
  );
  await assertRejects(
    () => env.step(Uint8Array.of(0)),
    RangeError,
    "1 actions for 2 environments",
  );
  await assertRejects(
    () => env.restore({ environments: [] }, schedule),
    RangeError,
    "0 environments",
  );
  assertEquals((await env.step(Uint8Array.of(0, 1))).infos[1]!.frames, 4);
});

Deno.test("Environments.open() leaves no Chrome where one of several does not start", () =>
  inFolder(async (folder) => {
    const path = `${folder}/chrome`;
    const chrome = findChrome({ path: null });
    await Deno.writeTextFile(
      path,
      `#!/bin/sh\nmkdir "$0.one" 2> /dev/null && exec "${chrome}" "$@"\nexit 1\n`,
      { mode: 0o755 },
    );
    const several = await config("env.pages=3", `browser.path=${path}`);
    await assertRejects(
      () => Environments.open(several),
      ChromeNotFoundError,
      "could not be started",
    );
    assertEquals(chromePids(), []);
  }));

Deno.test("Environments.open() refuses a crop beyond the canvas", async () => {
  const settings = await config();
  const crop = { x: 300, y: 0, width: 300, height: 150 };
  await assertRejects(
    () => Environments.open({ ...settings, env: { ...settings.env, crop } }),
    UsageError,
    "x + width must be at most 552",
  );
});
