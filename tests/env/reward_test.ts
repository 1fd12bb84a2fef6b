import { assertAlmostEquals, assertEquals } from "@std/assert";
import { rewardOf } from "../../lib/env/reward.ts";

const reward = { alive: 0.05, crash: -1, jump: -0.02 };

Deno.test("rewardOf() tells survived decisions, crashes and jumps apart", () => {
  assertEquals(rewardOf(0, false, reward), 0.05);
  assertAlmostEquals(rewardOf(1, false, reward), 0.03);
  assertEquals(rewardOf(0, true, reward), -1);
  assertAlmostEquals(rewardOf(1, true, reward), -1.02);
});
