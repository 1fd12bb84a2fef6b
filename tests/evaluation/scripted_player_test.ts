import { assertEquals } from "@std/assert";
import {
  scriptedAction,
  scriptedPolicy,
} from "../../lib/evaluation/scripted_player.ts";
import type { GameState, ObstacleState } from "../../lib/game/mod.ts";

const NOTHING = 0;
const JUMP = 1;
const DUCK = 2;

const cactus = (x: number): ObstacleState => ({
  type: "cactusSmall",
  x,
  y: 105,
  width: 17,
  height: 35,
  speedOffset: 0,
});
const bird = (x: number, y: number, speedOffset = 0.8): ObstacleState => ({
  type: "pterodactyl",
  x,
  y,
  width: 46,
  height: 40,
  speedOffset,
});

function state(
  obstacles: ObstacleState[],
  { jumping = false, speed = 10 } = {},
): GameState {
  return {
    score: 0,
    highScore: 0,
    crashed: false,
    playing: true,
    paused: false,
    night: false,
    speed,
    tRex: { x: 25, y: 93, groundY: 93, jumping, ducking: false },
    obstacles,
  };
}

Deno.test("scriptedAction() jumps once an obstacle is near for its speed", () => {
  // The T-rex's front is at 69; at speed 10 it jumps within 62 pixels.
  assertEquals(scriptedAction(state([cactus(131)])), NOTHING);
  assertEquals(scriptedAction(state([cactus(130)])), JUMP);
  assertEquals(scriptedAction(state([bird(134, 100)])), JUMP);
  assertEquals(scriptedAction(state([bird(134, 100, -0.8)])), NOTHING);
});

Deno.test("scriptedAction() ignores obstacles that have passed", () => {
  assertEquals(scriptedAction(state([cactus(12)])), NOTHING);
  assertEquals(scriptedAction(state([cactus(12), cactus(120)])), JUMP);
});

Deno.test("scriptedAction() ducks under birds of middle height only", () => {
  assertEquals(scriptedAction(state([bird(200, 75)])), DUCK);
  assertEquals(scriptedAction(state([bird(230, 75)])), NOTHING);
  assertEquals(scriptedAction(state([bird(80, 50)])), NOTHING);
});

Deno.test("scriptedAction() comes down when the way is clear", () => {
  const jumping = true;
  assertEquals(scriptedAction(state([], { jumping })), DUCK);
  assertEquals(scriptedAction(state([cactus(135)], { jumping })), DUCK);
  assertEquals(scriptedAction(state([cactus(60)], { jumping })), NOTHING);
  assertEquals(scriptedAction(state([bird(100, 50)], { jumping })), DUCK);
});

Deno.test("scriptedPolicy() does nothing where it would duck but must not", async () => {
  const states = () =>
    Promise.resolve([state([bird(200, 75)]), state([cactus(120)])]);
  const play = (numActions: number) =>
    scriptedPolicy({ states, numActions })(new Uint8Array(), 2, []);
  assertEquals([...await play(3)], [DUCK, JUMP]);
  assertEquals([...await play(2)], [NOTHING, JUMP]);
});
