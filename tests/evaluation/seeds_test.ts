import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import { UsageError } from "../../lib/errors.ts";
import {
  firstSeedFor,
  seedPurpose,
  selectionSeedOfNight,
} from "../../lib/evaluation/mod.ts";
import { trainingEpisodes } from "../../lib/training/mod.ts";

Deno.test("Training never plays a seed that chooses or measures", async () => {
  for (const seed of [0, 1, 0xffff_ffff]) {
    const schedule = trainingEpisodes({ ...await loadConfig(), seed });
    let highest = 0;
    for (let environment = 0; environment < 64; environment++) {
      for (let episode = 0; episode < 500; episode++) {
        const start = schedule(environment, episode);
        assert(start && start.seed >= 0);
        highest = Math.max(highest, start.seed);
      }
    }
    assert(highest < firstSeedFor("selection", 1), `seed ${highest}`);
    // The draws do come close to the end of their range.
    assert(highest > 490_000, `seed ${highest}`);
  }
});

Deno.test("firstSeedFor() keeps choosing and measuring apart", () => {
  assertEquals(firstSeedFor("selection", 500_000), 500_000);
  assertEquals(firstSeedFor("test", 500_001), 1_000_000);
  assertThrows(
    () => firstSeedFor("selection", 500_001),
    UsageError,
    "at most 500000 seeds",
  );
});

Deno.test("A night's choice among challengers is never by the seeds that chose their checkpoints", () => {
  for (let night = 1; night < 2000; night++) {
    const first = selectionSeedOfNight(night);
    assert(first >= firstSeedFor("selection", 1000) + 1000, `night ${night}`);
    assertEquals(
      seedPurpose({ firstSeed: first, episodes: 1000 }),
      "selection",
    );
    assert(first + 1000 <= 1_000_000, `night ${night}`);
    assertNotEquals(first, selectionSeedOfNight(night + 1));
  }
});

Deno.test("seedPurpose() tells what games on seeds say, at each end of their ranges", () => {
  const of = (firstSeed: number, episodes = 100) =>
    seedPurpose({ firstSeed, episodes });
  assertEquals([of(0), of(499_999)], ["training", "training"]);
  assertEquals([of(500_000), of(999_999)], ["selection", "selection"]);
  assertEquals([of(1_000_000, 1000), of(1_000_000, 1001), of(1_002_000)], [
    ...["test", "promotion", "promotion"],
  ]);
  const night = { firstSeed: 1_002_000, episodes: 10 };
  assertEquals(seedPurpose({ ...night, chose: true }), "selection");
  assertEquals(seedPurpose({ ...night, chose: false }), "test");
  // Whoever chose: training may have played them.
  assertEquals(
    seedPurpose({ firstSeed: 7, episodes: 1, chose: false }),
    "training",
  );
});
