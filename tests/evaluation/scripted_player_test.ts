import { assertEquals } from "@std/assert";
import { scriptedPolicy } from "../../lib/evaluation/mod.ts";
import type { GameState, ObstacleState } from "../../lib/game/mod.ts";

const [NOTHING, JUMP, DUCK] = [0, 1, 2];

const cactus = (x: number): ObstacleState => ({
  type: "cactusSmall",
  ...{ x, y: 105, width: 17, height: 35, speedOffset: 0 },
});
const bird = (x: number, y: number, speedOffset = 0.8): ObstacleState => ({
  type: "pterodactyl",
  ...{ x, y, width: 46, height: 40, speedOffset },
});

function state(
  obstacles: ObstacleState[],
  { jumping = false, speed = 10 } = {},
): GameState {
  return {
    ...{ score: 0, highScore: 0, speed },
    ...{ crashed: false, playing: true, paused: false, night: false },
    tRex: { x: 25, y: 93, groundY: 93, jumping, ducking: false },
    obstacles,
  };
}

/** What it does in these states, by so many actions. */
async function play(states: GameState[], numActions = 3): Promise<number[]> {
  const policy = scriptedPolicy({
    ...{ numActions, states: () => Promise.resolve(states) },
  });
  return [...await policy(new Uint8Array(), states.length, [])];
}

Deno.test("scriptedPolicy() jumps once an obstacle is near for its speed", async () => {
  // The T-rex's front is at 69; at speed 10 it jumps within 62 pixels.
  const near = [cactus(131), cactus(130), bird(134, 100), bird(134, 100, -0.8)];
  assertEquals(await play(near.map((one) => state([one]))), [
    ...[NOTHING, JUMP, JUMP, NOTHING],
  ]);
});

Deno.test("scriptedPolicy() ignores obstacles that have passed", async () => {
  const passed = [state([cactus(12)]), state([cactus(12), cactus(120)])];
  assertEquals(await play(passed), [NOTHING, JUMP]);
});

Deno.test("scriptedPolicy() ducks under birds of middle height only, if it may", async () => {
  const birds = [bird(200, 75), bird(230, 75), bird(80, 50)];
  const states = birds.map((bird) => state([bird]));
  assertEquals(await play(states), [DUCK, NOTHING, NOTHING]);
  assertEquals(await play(states, 2), [NOTHING, NOTHING, NOTHING]);
});

Deno.test("scriptedPolicy() comes down when the way is clear", async () => {
  const ahead = [[], [cactus(135)], [cactus(60)], [bird(100, 50)]];
  const states = ahead.map((obstacles) => state(obstacles, { jumping: true }));
  assertEquals(await play(states), [DUCK, DUCK, NOTHING, DUCK]);
});
