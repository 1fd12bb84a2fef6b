import { assertAlmostEquals, assertEquals } from "@std/assert";
import { paceOf } from "../../lib/evaluation/mod.ts";

Deno.test("paceOf() joins games: medians of lateness, time over decisions, mean load", () => {
  const game = (frames: number, decisions: number, load: number) => ({
    ...{ seed: 1, score: 100, end: "crash" as const, pointsPerSecond: 9 },
    ...{ speed: 6, obstacle: null, actions: {}, frames },
    played: "0".repeat(decisions),
    live: { lateMs: { median: load, p95: 10 * load }, load },
  });
  const pace = paceOf([game(400, 100, 1), game(800, 100, 3)])!;
  assertEquals(pace.lateMs, { median: 2, p95: 20 });
  assertAlmostEquals(pace.decisionMs, 100); // 20 s, 200 decisions
  assertEquals(pace.load, 2);
  assertEquals(pace.cores, navigator.hardwareConcurrency);
});
