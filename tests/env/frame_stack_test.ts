import { assertEquals } from "@std/assert";
import { FRAME_BYTES, OBSERVATION_BYTES } from "../../lib/constants.ts";
import { FrameStack } from "../../lib/env/frame_stack.ts";

const frame = (value: number) => new Uint8Array(FRAME_BYTES).fill(value);
const pixel = (stack: FrameStack, environment: number, index: number) => {
  const at = environment * OBSERVATION_BYTES + index * 4;
  return [...stack.observations.subarray(at, at + 4)];
};

Deno.test("FrameStack.start() shows an episode's first frame four times", () => {
  const stack = new FrameStack(2);
  stack.start(1, frame(7));
  assertEquals(pixel(stack, 1, 0), [7, 7, 7, 7]);
  assertEquals(pixel(stack, 1, FRAME_BYTES - 1), [7, 7, 7, 7]);
  assertEquals(pixel(stack, 0, FRAME_BYTES - 1), [0, 0, 0, 0]);
});

Deno.test("FrameStack.push() keeps the newest frame last", () => {
  const stack = new FrameStack(1);
  stack.start(0, frame(255));
  for (const value of [1, 128, 3]) stack.push(0, frame(value));
  assertEquals(pixel(stack, 0, 100), [255, 1, 128, 3]);
  stack.push(0, frame(200));
  assertEquals(pixel(stack, 0, 6399), [1, 128, 3, 200]);
  const last = frame(9);
  last[5] = 250;
  stack.push(0, last);
  assertEquals(pixel(stack, 0, 5), [128, 3, 200, 250]);
});
