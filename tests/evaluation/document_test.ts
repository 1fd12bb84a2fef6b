import { assertEquals } from "@std/assert";
import { summarizeScores, withFigures } from "../../lib/evaluation/mod.ts";
import { exampleReport } from "../examples.ts";

Deno.test("withFigures() tells figures of an earlier program's report anew", () => {
  const report = exampleReport();
  assertEquals(withFigures(report), report);
  const stored = JSON.parse(JSON.stringify(report));
  stored.mean95 = [1, 2];
  for (const player of [stored, ...stored.baselines]) {
    for (const name of ["capped95", "crashesPer100k", "crashesPer100k95"]) {
      delete player[name];
    }
  }
  const { mean95, baselines: [first] } = withFigures(stored);
  assertEquals(mean95, summarizeScores(report.scores, report.cap).mean95);
  assertEquals(
    first!.capped95,
    summarizeScores(first!.scores, report.cap).capped95,
  );
});
