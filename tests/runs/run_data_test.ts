import { assertEquals, assertRejects } from "@std/assert";
import { ConfigError, UsageError } from "../../lib/errors.ts";
import { readRunData } from "../../lib/runs/mod.ts";
import { withRun } from "../report/example_run.ts";

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
