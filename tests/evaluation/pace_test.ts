import { assertAlmostEquals, assertEquals } from "@std/assert";
import { paceOf } from "../../lib/evaluation/mod.ts";

Deno.test("paceOf() joins games: medians of lateness, time over decisions, mean load", () => {
  const game = (
    frames: number,
    decisions: number,
    load: number,
    keyMs?: { median: number; p95: number },
  ) => ({
    ...{ seed: 1, score: 100, end: "crash" as const, pointsPerSecond: 9 },
    ...{ speed: 6, obstacle: null, actions: {}, frames },
    played: "0".repeat(decisions),
    live: {
      lateMs: { median: load, p95: 10 * load },
      ...(keyMs && { keyMs }),
      load,
    },
  });
  const pace = paceOf([game(400, 100, 1), game(800, 100, 3)])!;
  assertEquals(pace.lateMs, { median: 2, p95: 20 });
  assertEquals(pace.keyMs, undefined);
  assertAlmostEquals(pace.decisionMs, 100); // 20 s, 200 decisions
  assertEquals(pace.load, 2);
  assertEquals(pace.cores, navigator.hardwareConcurrency);
  // A game in which no key was pressed says nothing of keys.
  assertEquals(
    paceOf([
      game(400, 100, 1, { median: 10, p95: 12 }),
      game(400, 100, 1),
      game(400, 100, 1, { median: 12, p95: 20 }),
    ])!.keyMs,
    { median: 11, p95: 16 },
  );
});
