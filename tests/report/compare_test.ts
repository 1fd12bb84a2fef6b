import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { loadConfig } from "../../lib/config/mod.ts";
import { UsageError } from "../../lib/errors.ts";
import { gameSetting } from "../../lib/evaluation/mod.ts";
import {
  compareRuns,
  comparisonFiles,
  comparisonNotes,
  comparisonTable,
  differencesTable,
  tableText,
} from "../../lib/report/mod.ts";
import type { RunFolder } from "../../lib/runs/mod.ts";
import { exampleReport } from "../examples.ts";
import { makeRun, withRun } from "./example_run.ts";

/** Asserts that these runs cannot be compared. */
const refused = (runs: RunFolder[], message: string) =>
  assertRejects(() => compareRuns(runs), UsageError, message);

Deno.test("compareRuns() asks for games on held-out seeds, played alike", () =>
  withRun(async (run, root) => {
    await refused([run, run], `deno task eval ${run.path}`);
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
    await refused([run, other], "evaluate them alike");
    await evaluated(other, 2000);
    const comparison = await compareRuns([run, other]);
    assertEquals(comparison.runs[1]!.improvement, 0.5);
    assertEquals(comparison.runs[0]!.milestone, null);
    assertEquals(comparisonTable(comparison).rows.length, 2);
    assertEquals(differencesTable(comparison), null);
    const files = Object.keys(
      await comparisonFiles(comparison, root, [run, other]),
    );
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
    const page = (await comparisonFiles(comparison, root, [run, other]))[
      "index.html"
    ] as string;
    assertStringIncludes(page, "What differs");
  }));

Deno.test("compareRuns() compares no scores of different games, and tells how agents act otherwise", () =>
  withRun(async (run, root) => {
    const evaluated = async (run: RunFolder, report: object) => {
      await Deno.mkdir(run.report, { recursive: true });
      await Deno.writeTextFile(
        join(run.report, "report.json"),
        JSON.stringify({ ...exampleReport(), ...report }),
      );
    };
    const constant = { game: "constant", speed: 6 };
    await evaluated(run, constant);
    for (
      const [name, set, message] of [
        ["fast", "game.speed=12", "game.speed (6 and 12)"],
        ["day", "game.night=false", "game.night (true and false)"],
        ["clear", "game.clouds=false", "--set game.clouds=true"],
        ["bare", "game.birds=false", "game.birds (true and false)"],
      ] as const
    ) {
      const other = await makeRun(root, name, [set]);
      const speed = name === "fast" ? 12 : 6;
      // A report of an earlier program, and one that says all of it.
      const config = await loadConfig(other.config);
      for (const setting of [undefined, gameSetting(config)]) {
        await evaluated(other, { ...constant, speed, setting });
        await refused([run, other], message);
      }
      // What it was made for does not matter, but what it played.
      const setting = gameSetting(await loadConfig(run.config));
      await evaluated(other, { ...constant, setting });
      await compareRuns([run, other]);
    }
    const live = await makeRun(root, "live");
    await evaluated(live, { ...constant, clock: "live" });
    await refused([run, live], `deno task eval ${live.path} --clock lockstep`);
    for (
      const [firstSeed, purpose] of [[7, "training"], [
        500_000,
        "selection",
      ]] as const
    ) {
      await evaluated(live, { ...constant, firstSeed });
      await refused(
        [run, live],
        `the purpose of the seeds ("test" and "${purpose}"); evaluate them ` +
          `alike (deno task eval ${live.path} --first-seed 1000000)`,
      );
      const notes = comparisonNotes(await compareRuns([live, live]));
      assert(!notes.join().includes("nothing was learned or chosen"));
    }
    const hasty = await makeRun(root, "hasty", ["game.frameSkip=2"]);
    await evaluated(hasty, { ...constant, checkpoint: "step-7" });
    const comparison = await compareRuns([run, hasty]);
    const { checkpoint } = exampleReport();
    assertStringIncludes(
      comparisonNotes(comparison).join(),
      `; they were played by run@${checkpoint}, hasty@step-7.`,
    );
    assertEquals(comparison.player.map(({ key }) => key), ["game.frameSkip"]);
    assertStringIncludes(
      comparisonNotes(comparison).join(),
      "act in it in different ways: game.frameSkip",
    );
  }));

Deno.test("tableText() says when columns were left out", () => {
  const table = {
    ...{ caption: "", textColumns: [0] },
    header: ["Run", "Mean", "IQM"],
    rows: [["one", "46", "44"]],
  };
  assertEquals(tableText(table, 16), "Run  Mean  IQM\none    46   44");
  assertEquals(
    tableText(table, 10),
    "Run  Mean\none    46\nMore columns: on its page, or in a wider terminal.",
  );
});
