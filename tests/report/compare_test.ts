import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../../lib/errors.ts";
import {
  compareRuns,
  comparisonFiles,
  comparisonTable,
  differencesTable,
} from "../../lib/report/mod.ts";
import type { RunFolder } from "../../lib/runs/mod.ts";
import { exampleReport } from "../examples.ts";
import { makeRun, withRun } from "./example_run.ts";

Deno.test("compareRuns() asks for games on held-out seeds, played alike", () =>
  withRun(async (run, root) => {
    await assertRejects(
      () => compareRuns([run, run]),
      UsageError,
      "deno task eval run",
    );
    const other = await makeRun(root, "other");
    const evaluated = async ({ report }: RunFolder, cap: number) => {
      await Deno.mkdir(report, { recursive: true });
      await Deno.writeTextFile(
        join(report, "report.json"),
        JSON.stringify({ ...exampleReport(), cap }),
      );
    };
    await evaluated(run, 2000);
    await evaluated(other, 1000);
    await assertRejects(
      () => compareRuns([run, other]),
      UsageError,
      "evaluate them alike",
    );
    await evaluated(other, 2000);
    const comparison = await compareRuns([run, other]);
    assertEquals(comparison.runs[1]!.improvement, 0.5);
    assertEquals(comparison.runs[0]!.milestone, null);
    assertEquals(comparisonTable(comparison).rows.length, 2);
    assertEquals(differencesTable(comparison), null);
    const files = Object.keys(await comparisonFiles(comparison));
    assertEquals(files.sort(), [
      "charts/iqm.png",
      "charts/iqm.svg",
      "charts/learning-curves.png",
      "charts/learning-curves.svg",
      "comparison.json",
      "index.html",
    ]);
  }));

Deno.test("compareRuns() tells which keys differ, but for the seed", () =>
  withRun(async (run, root) => {
    const sets = [
      "learner.nStep=5",
      "seed=9",
      "learner.targetUpdate={tau: 0.1}",
    ];
    const other = await makeRun(root, "other", sets);
    for (const { report } of [run, other]) {
      await Deno.mkdir(report);
      await Deno.writeTextFile(
        join(report, "report.json"),
        JSON.stringify(exampleReport()),
      );
    }
    const comparison = await compareRuns([run, other, run]);
    const table = differencesTable(comparison)!;
    assertEquals(table.header, ["Key", "run", "other", "run"]);
    assertEquals(table.rows.map(([key]) => key), [
      ...["learner.nStep", "learner.targetUpdate.every"],
      "learner.targetUpdate.tau",
    ]);
    assertEquals(table.rows[0], ["learner.nStep", "3", "5", "3"]);
    const page = (await comparisonFiles(comparison))["index.html"] as string;
    assertStringIncludes(page, "What differs");
  }));
