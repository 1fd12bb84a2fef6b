import { assertEquals } from "@std/assert";
import { freshCounters } from "../../lib/training/counters.ts";
import type { Sinks } from "../../lib/training/mod.ts";
import type { Progress, TrainingStatus } from "../../lib/training/progress.ts";
import { Records } from "../../lib/training/records.ts";

Deno.test("a status that was shown does not change with the games after it", () => {
  const shown: TrainingStatus[] = [];
  const sinks = { add() {} };
  const progress = { update: (status: TrainingStatus) => shown.push(status) };
  const records = new Records(
    sinks as unknown as Sinks,
    progress as unknown as Progress,
    freshCounters(),
  );
  const crash = (score: number) =>
    records.game(0, { score } as Parameters<typeof records.game>[1], 0.1);
  const show = () =>
    records.interval({} as Parameters<typeof records.interval>[0]);
  crash(40);
  show();
  for (let score = 41; score <= 51; score++) crash(score);
  show();
  assertEquals(
    shown.map(({ lastScores, bestScore }) => [
      lastScores.length,
      lastScores.at(-1),
      bestScore,
    ]),
    [[1, 40, 40], [10, 51, 51]],
  );
});
