import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { configToYaml, loadConfig } from "../../lib/config/mod.ts";
import { ConfigError, UsageError } from "../../lib/errors.ts";
import { commandText } from "../../lib/system/mod.ts";
import {
  compareRuns,
  comparisonFiles,
  comparisonTable,
  differencesTable,
  writeReport,
} from "../../lib/report/mod.ts";
import {
  readRunData,
  type RunFolder,
  runFolderAt,
} from "../../lib/runs/mod.ts";
import { inFolder } from "../folder.ts";
import { exampleReport } from "../examples.ts";

/** A run's folder as training leaves it, with a few made-up lines. */
async function makeRun(root: string, name = "run"): Promise<RunFolder> {
  const run = runFolderAt(join(root, name));
  await Deno.mkdir(join(run.evaluations, "step-1000"), { recursive: true });
  await Deno.writeTextFile(run.config, configToYaml(await loadConfig()));
  const info = { name, seed: 3, starts: [] };
  await Deno.writeTextFile(run.info, JSON.stringify(info));
  await Deno.writeTextFile(run.scores, "game,score\n1,40\n2,60\n");
  await Deno.writeTextFile(
    run.metrics,
    "step,loss,q_mean,epsilon,wall_s\n500,,,0.9,10\n1500,0.1,0.2,0.8,30\n",
  );
  await Deno.writeTextFile(
    join(run.evaluations, "step-1000", "report.json"),
    JSON.stringify(exampleReport()),
  );
  return run;
}

const withRun = (test: (run: RunFolder, root: string) => Promise<void>) =>
  inFolder(async (root) => test(await makeRun(root), root));

Deno.test("readRunData() joins the run's files, evaluations with their times", () =>
  withRun(async (run) => {
    const { games, metrics, evaluations } = await readRunData(run);
    assertEquals(games, [{ score: 40 }, { score: 60 }]);
    assertEquals(metrics[0]!.loss, null);
    const [evaluation] = evaluations;
    assertEquals([evaluation!.step, evaluation!.wallSeconds], [1000, 20]);
  }));

Deno.test("readRunData() of a run that has only begun has nothing to tell", () =>
  withRun(async (run) => {
    for (const file of [run.scores, run.metrics]) await Deno.remove(file);
    await Deno.remove(run.evaluations, { recursive: true });
    const { games, metrics, evaluations } = await readRunData(run);
    assertEquals([games, metrics, evaluations], [[], [], []]);
  }));

Deno.test("readRunData() names the broken line, and says what to do", () =>
  withRun(async (run) => {
    await Deno.writeTextFile(run.scores, "game,score\n1,40\n2,x\n3,4\n");
    await assertRejects(
      () => readRunData(run),
      UsageError,
      `${run.scores}, line 3: score must be a number, but is "x"`,
    );
  }));

Deno.test("readRunData() refuses a config of another version", () =>
  withRun(async (run) => {
    await Deno.writeTextFile(run.config, "learningRate: 1\n");
    await assertRejects(() => readRunData(run), ConfigError, "learningRate");
  }));

Deno.test("writeReport() writes nothing of a run with a damaged report", () =>
  withRun(async (run) => {
    await Deno.mkdir(run.report);
    await Deno.writeTextFile(join(run.report, "report.json"), "{}");
    await assertRejects(
      () => writeReport(run.report, { name: run.name, run }),
      UsageError,
      "is not the report of an evaluation",
    );
    const left = await Array.fromAsync(Deno.readDir(run.report));
    assertEquals(left.map(({ name }) => name), ["report.json"]);
  }));

Deno.test("writeReport() keeps the last evaluation's figures", () =>
  withRun(async (run) => {
    await Deno.mkdir(run.report);
    const report = JSON.stringify(exampleReport());
    await Deno.writeTextFile(join(run.report, "report.json"), report);
    await writeReport(run.report, { name: run.name, run });
    const page = await Deno.readTextFile(join(run.report, "index.html"));
    assertStringIncludes(page, "Average score per 10 games");
    assertStringIncludes(page, "Interquartile mean");
    assertEquals(
      JSON.parse(await Deno.readTextFile(join(run.report, "report.json"))),
      JSON.parse(report),
    );
  }));

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

Deno.test("commandText() can be typed in a shell", () => {
  assertEquals(
    commandText(["train", "--set", "a.b=1e-4", "it's {x}"]),
    `deno task train --set a.b=1e-4 'it'\\''s {x}'`,
  );
});
