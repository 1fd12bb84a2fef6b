import { basename, join } from "node:path";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import { ChromeCrashedError, DinoDqnError } from "../../lib/errors.ts";
import {
  createRun,
  endText,
  listCheckpoints,
  readCheckpointFiles,
  readRunInfo,
} from "../../lib/runs/mod.ts";
import { acquireLock } from "../../lib/system/mod.ts";
import { fakeConfig } from "./fakes.ts";
import { inFolder } from "../folder.ts";
import { makeRun, SMALL, trainRun } from "./small_runs.ts";

Deno.test("runTraining() trains, evaluates, and measures the best checkpoint", () =>
  inFolder(async (root) => {
    const run = await makeRun(root);
    const evaluated: number[] = [];
    const { reason, evaluation, checkpoint, counters } = await trainRun(run, {
      onEvaluation: (step) => Promise.resolve(void evaluated.push(step)),
    });
    assertEquals([reason, evaluation?.scores], ["steps", [40, 40, 40, 40]]);
    assertEquals(evaluated, [30, 60]);
    const log = await Deno.readTextFile(run.log);
    assertStringIncludes(log, "Evaluation at step 30: mean ");
    assertStringIncludes(log, "Training has ended: ");
    assertEquals(checkpoint, join(run.checkpoints, "step-60"));
    assertEquals(counters.best?.step, 60);
    assertEquals(await listCheckpoints(run.checkpoints), [60, 40]);
    const { starts } = await readRunInfo(run);
    assertEquals(
      starts.map(({ fromStep, end }) => [fromStep, end?.reason, end?.step]),
      [[0, "steps", 60]],
    );
    assertEquals(starts[0]!.end?.seconds, counters.wallSeconds);
  }));

Deno.test("runTraining() ends an evaluation that cannot reach the best; the final games never", () =>
  inFolder(async (root) => {
    const [whole, early] = await Promise.all(
      ["false", "true"].map(async (endEarly) => {
        const run = await createRun({
          config: await fakeConfig([
            ...SMALL,
            `evaluation.endEarly=${endEarly}`,
          ]),
          ...{ name: endEarly, configName: "x", root },
        });
        const evaluations: [number, boolean, number][] = [];
        const outcome = await trainRun(run, {
          sets: ["training.steps=90"],
          // The first evaluation is the best.
          gameOf: (seed) => ({
            score: evaluations.length === 0 ? 900 : 50,
            steps: 3 + seed % 4,
          }),
          onEvaluation: (step, { atMost, games }) => {
            evaluations.push([step, atMost, games.length]);
            return Promise.resolve();
          },
        });
        const { counters: { best }, checkpoint, evaluation } = outcome;
        const { scores, atMost } = evaluation!;
        const chosen = { best, checkpoint: basename(checkpoint), scores };
        return { evaluations, chosen, atMost };
      }),
    );
    assertEquals(early!.chosen, whole!.chosen);
    assertEquals([early!.atMost, whole!.atMost], [false, false]);
    assertEquals(whole!.evaluations, [30, 60, 90].map((s) => [s, false, 4]));
    assertEquals(early!.evaluations, [[30, false, 4], [60, true, 1], [
      90,
      true,
      1,
    ]]);
  }));

Deno.test("runTraining() ends when an evaluation reaches the target, says why, and does no more when resumed", () =>
  inFolder(async (root) => {
    const sets = ["evaluation.target=40", "evaluation.maxScore=40"];
    const run = await makeRun(root, sets);
    const first = await trainRun(run);
    assertEquals([first.reason, first.counters.step], ["target", 30]);
    assertEquals(
      endText(first.reason, await loadConfig(run.config)),
      "nothing left to show: every selection game reached the cap of 40 points",
    );
    const again = await trainRun(run, { resume: true });
    assertEquals([again.reason, again.counters.step], ["target", 30]);
    const onwards = await trainRun(run, {
      ...{ resume: true, sets: ["evaluation.target=null"] },
    });
    assertEquals([onwards.reason, onwards.counters.step], ["steps", 60]);
    const { starts } = await readRunInfo(run);
    assertEquals(starts.map(({ end }) => end?.reason), [
      ...["target", "target", "steps"],
    ]);
    const half = await loadConfig(undefined, ["evaluation.target=500"]);
    assertEquals(endText("target", half), "the target was reached");
  }));

Deno.test("runTraining() goes on when an evaluation cannot be written", () =>
  inFolder(async (root) => {
    const run = await makeRun(root);
    const { reason } = await trainRun(run, {
      onEvaluation: () =>
        Promise.reject(new DinoDqnError("Cannot write it: the disk is full.")),
    });
    assertEquals(reason, "steps");
    await assertRejects(
      () =>
        trainRun(run, {
          resume: true,
          sets: ["training.steps=90"],
          onEvaluation: () => Promise.reject(new TypeError("a mistake")),
        }),
      TypeError,
    );
  }));

Deno.test("runTraining() that is stopped in its final games was stopped, and plays them later", () =>
  inFolder(async (root) => {
    const run = await makeRun(root);
    const stop = new AbortController();
    let steps = 0;
    // 30 steps of two games, two evaluations of 5 steps for each of 2 groups.
    const stopped = await trainRun(run, {
      stop,
      onStep: () => {
        if (++steps > 50) stop.abort();
        return Promise.resolve();
      },
    });
    assertEquals([stopped.reason, stopped.evaluation], ["signal", null]);
    assertEquals(stopped.counters.step, 60);
    const { starts: [start] } = await readRunInfo(run);
    assertEquals(start!.end?.reason, "signal");
    const { reason, evaluation } = await trainRun(run, { resume: true });
    assertEquals([reason, evaluation?.episodes], ["steps", 4]);
  }));

Deno.test("runTraining() that fails has written its last checkpoint when the lock is free", () =>
  inFolder(async (root) => {
    const run = await makeRun(root);
    let steps = 0;
    await assertRejects(
      () =>
        trainRun(run, {
          onStep: () =>
            ++steps > 10
              ? Promise.reject(new ChromeCrashedError("gone"))
              : Promise.resolve(),
        }),
      ChromeCrashedError,
    );
    assertEquals(
      [...Deno.readDirSync(run.checkpoints)].map(({ name }) => name),
      ["step-20"],
    );
    await readCheckpointFiles(join(run.checkpoints, "step-20"));
    using _lock = await acquireLock(run.lock, "It");
  }));

Deno.test("runTraining() forgets the best evaluation up to a step, and none after it", () =>
  inFolder(async (root) => {
    const run = await makeRun(root);
    const stepAtEnd = async (bestAfter?: number) => {
      const resume = bestAfter !== undefined;
      const sets = ["evaluation.target=30"];
      const { counters } = await trainRun(run, { resume, bestAfter, sets });
      return counters.step;
    };
    assertEquals(await stepAtEnd(), 30);
    for (const bestAfter of [0, 29]) {
      assertEquals(await stepAtEnd(bestAfter), 30);
    }
    assertEquals(await stepAtEnd(30), 60);
  }));
