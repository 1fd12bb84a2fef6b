import { assertAlmostEquals, assertEquals } from "@std/assert";
import { returnOf, rewardOf } from "../../lib/env/reward.ts";

const reward = { alive: 0.05, crash: -1, jump: -0.02 };

Deno.test("rewardOf() tells survived decisions, crashes and jumps apart", () => {
  for (const end of [undefined, "truncated"] as const) {
    assertEquals(rewardOf(0, end, reward), 0.05);
    assertAlmostEquals(rewardOf(1, end, reward), 0.03);
  }
  assertEquals(rewardOf(0, "crash", reward), -1);
  assertAlmostEquals(rewardOf(1, "crash", reward), -1.02);
  assertEquals(rewardOf(1, "interrupted", reward), 0);
});

Deno.test("returnOf() sums an episode's rewards, of which the last knows its end", () => {
  const actions = Uint8Array.of(0, 1, 0);
  for (
    const [end, expected] of [
      ["crash", 0.05 + 0.03 - 1],
      ["truncated", 0.05 + 0.03 + 0.05],
      ["interrupted", 0.05 + 0.03],
    ] as const
  ) {
    assertAlmostEquals(returnOf({ actions, end }, reward), expected);
  }
});
