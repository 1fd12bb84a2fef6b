import { assertEquals, assertThrows } from "@std/assert";
import { storedReport, summarizeScores } from "../../lib/evaluation/mod.ts";
import { exampleReport } from "../examples.ts";

Deno.test("storedReport() tells figures of an earlier program's report anew", () => {
  const report = exampleReport();
  assertEquals(storedReport(report), report);
  const stored = JSON.parse(JSON.stringify(report));
  stored.mean95 = [1, 2];
  for (const player of [stored, ...stored.baselines]) {
    for (const name of ["capped95", "crashesPer100k", "crashesPer100k95"]) {
      delete player[name];
    }
  }
  const { mean95, baselines: [first] } = storedReport(stored);
  assertEquals(mean95, summarizeScores(report.scores, report.cap).mean95);
  assertEquals(
    first!.capped95,
    summarizeScores(first!.scores, report.cap).capped95,
  );
});

Deno.test("storedReport() takes nothing for a report that is none, and says where", () => {
  const report = JSON.stringify(exampleReport());
  for (
    const [path, value, message] of [
      ["scores", [], "scores: "],
      ["scores", [1, "2"], "scores.1: "],
      ["scores", [1, 2], "not as many games and scores"],
      ["games", {}, "games: "],
      ["games", [null], "games.0: "],
      ["games", [{}], "games.0.seed: "],
      ["cap", "1000", "cap: "],
      ["cap", 0, "cap: "],
      ["firstSeed", -1, "firstSeed: "],
      ["mean95", [1], "mean95: "],
      ["crashesPer100k95", "none", "crashesPer100k95: "],
      ["versions", { Deno: 2 }, "versions.Deno: "],
      ["baselines", [{ name: "no action" }], "baselines.0.scores: "],
      ["published", null, "published: "],
      ["actionsBySpeed", [{ speed: 6 }], "actionsBySpeed.0.actions: "],
    ] as const
  ) {
    const content = { ...JSON.parse(report), [path]: value };
    assertThrows(() => storedReport(content), Error, message);
  }
  for (const content of [null, [], {}, "report", 1]) {
    assertThrows(() => storedReport(content), Error, "expected");
  }
});
