import { assertEquals, assertRejects } from "@std/assert";
import { ConfigError, UsageError } from "../../lib/errors.ts";
import { readRunData, readRunInfo, writeRunInfo } from "../../lib/runs/mod.ts";
import { withRun } from "../report/example_run.ts";

Deno.test("readRunData() joins the run's files, evaluations with their times", () =>
  withRun(async (run) => {
    const { games, metrics, evaluations } = await readRunData(run);
    assertEquals(games, [{ score: 40 }, { score: 60 }]);
    assertEquals(metrics[0]!.loss, null);
    const [evaluation] = evaluations;
    assertEquals([evaluation!.step, evaluation!.wallSeconds], [1000, 20]);
  }));

Deno.test("readRunData() tells all steps that were done, those after the last line too", () =>
  withRun(async (run) => {
    const info = await readRunInfo(run);
    const start = {
      ...{ time: "2026-01-01T00:00:00Z", fromStep: 0, commandLine: [] },
      ...{ commit: null, versions: {}, pageScript: "", device: "CPU" },
      engine: "graph" as const,
    };
    const end = { time: start.time, reason: "steps", step: 1620, seconds: 36 };
    await writeRunInfo(run, { ...info, starts: [{ ...start, end }] });
    const { steps, minutes } = await readRunData(run);
    assertEquals([steps, minutes], [1620, 0.6]);
    // It goes on, or was killed: the tables tell more than that it began.
    await writeRunInfo(run, { ...info, starts: [{ ...start, end: null }] });
    assertEquals((await readRunData(run)).steps, 1500);
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
