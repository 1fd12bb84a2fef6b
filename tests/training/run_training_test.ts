import { basename, join } from "node:path";
import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  encodeModel,
  initialWeights,
  type NamedTensor,
  resolveNetwork,
} from "../../lib/agent/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import {
  CheckpointError,
  ChromeCrashedError,
  DinoDqnError,
  RunLockedError,
  UsageError,
} from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import {
  checkpointPath,
  createRun,
  endText,
  listCheckpoints,
  readCheckpointFiles,
  readCheckpointModel,
  readRunInfo,
  type RunFolder,
} from "../../lib/runs/mod.ts";
import { acquireLock } from "../../lib/system/mod.ts";
import { runTraining } from "../../lib/training/mod.ts";
import { fakeConfig, type FakeOptions, fakeStage } from "./fakes.ts";
import { inFolder } from "../folder.ts";

const SMALL = [
  "network.layers=[{type: dense, units: 1}]",
  ...["training.steps=60", "training.logEvery=10"],
  ...["training.checkpointEvery=20", "evaluation.every=30"],
  ...["evaluation.episodes=4", "evaluation.finalEpisodes=4"],
];

/** How a run is trained with fakes. */
interface Attempt extends FakeOptions {
  resume?: boolean;
  weights?: NamedTensor[];
  reward?: Parameters<typeof runTraining>[0]["reward"];
  bestAfter?: number | undefined;
  sets?: readonly string[];
  stop?: AbortController;
  onEvaluation?: Parameters<typeof runTraining>[0]["onEvaluation"];
}

const makeRun = async (root: string, sets: readonly string[] = []) => {
  const config = await fakeConfig([...SMALL, ...sets]);
  return await createRun({ config, name: "a", configName: "x", root });
};

async function trainRun(
  run: RunFolder,
  {
    resume = false,
    weights,
    reward,
    bestAfter = 0,
    sets = [],
    stop = new AbortController(),
    onEvaluation = () => Promise.resolve(),
    ...fakes
  }: Attempt = {},
) {
  const config = await loadConfig(run.config, sets);
  return await runTraining(
    {
      ...{ config, run, weights, reward, bestAfter, onEvaluation },
      former: resume ? await loadConfig(run.config) : null,
      ...{ commandLine: ["train"], signal: stop.signal },
    },
    (config) => fakeStage(config, fakes),
  );
}

/** All that must not change when a run is not resumed. */
async function contentOf(run: RunFolder) {
  const files = [run.config, run.info, run.scores, run.metrics];
  return {
    texts: await Promise.all(files.map((file) => Deno.readTextFile(file))),
    steps: await listCheckpoints(run.checkpoints),
  };
}

const damage = async (run: RunFolder) => {
  for (const step of await listCheckpoints(run.checkpoints)) {
    await Deno.writeTextFile(
      join(run.checkpoints, `step-${step}`, "state.json"),
      "",
    );
  }
};

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

Deno.test("runTraining() resumes with other settings, and keeps them", () =>
  inFolder(async (root) => {
    const run = await makeRun(root);
    await trainRun(run);
    const before = await Deno.readTextFile(run.scores);
    const { counters } = await trainRun(run, {
      resume: true,
      sets: ["training.steps=80", "training.stepsPerUpdate=2"],
    });
    assertEquals(counters.step, 80);
    const config = await loadConfig(run.config);
    assertEquals([config.training.steps, config.training.stepsPerUpdate], [
      ...[80, 2],
    ]);
    const after = await Deno.readTextFile(run.scores);
    assert(after.startsWith(before));
    assertGreater(after.length, before.length);
  }));

Deno.test("runTraining() changes nothing of a run that cannot be resumed", () =>
  inFolder(async (root) => {
    const run = await makeRun(root);
    await trainRun(run);
    const before = await contentOf(run);
    const resume = (...sets: string[]) => trainRun(run, { resume: true, sets });
    const error = await assertRejects(
      () => resume("network.layers=nips", "learner.learningRate=0.001"),
      UsageError,
      'network.layers was [{"type":"dense","units":1}] and is "nips"',
    );
    assertStringIncludes(error.message, "The run a cannot go on");
    {
      using _lock = await acquireLock(run.lock, "It");
      await assertRejects(
        () => resume("learner.learningRate=0.001"),
        RunLockedError,
      );
    }
    assertEquals(await contentOf(run), before);
  }));

Deno.test("runTraining() does not go on by the config's reward where a script's was learned from", () =>
  inFolder(async (root) => {
    const config = await fakeConfig(SMALL);
    const run = await createRun({
      ...{ config, name: "a", configName: "x", root, ownReward: true },
    });
    const { reason } = await trainRun(run, { reward: () => 1 });
    assertEquals(reason, "steps");
    const before = await contentOf(run);
    await assertRejects(
      () => trainRun(run, { resume: true }),
      UsageError,
      "--from a",
    );
    assertEquals(await contentOf(run), before);
  }));

Deno.test("runTraining() goes on with a run that has lost its tables", () =>
  inFolder(async (root) => {
    const run = await makeRun(root);
    await trainRun(run);
    await Deno.truncate(run.metrics, 10);
    await Deno.remove(run.scores);
    await trainRun(run, { resume: true, sets: ["training.steps=90"] });
    const lines = (await Deno.readTextFile(run.metrics)).trimEnd().split("\n");
    assertEquals(lines.map((line) => line.split(",")[0]), [
      ...["step", "70", "80", "90"],
    ]);
  }));

Deno.test("runTraining() never begins a run anew whose checkpoints are all damaged", () =>
  inFolder(async (root) => {
    const run = await makeRun(root);
    await trainRun(run);
    await damage(run);
    const before = await contentOf(run);
    for (let time = 0; time < 2; time++) {
      await assertRejects(
        () => trainRun(run, { resume: true }),
        CheckpointError,
        "None of the 2 checkpoints",
      );
      assertEquals(await contentOf(run), before);
    }
    for (const step of before.steps) {
      const path = join(run.checkpoints, `step-${step}`);
      await Deno.rename(path, `${path}.damaged`);
    }
    await assertRejects(
      () => trainRun(run, { resume: true }),
      CheckpointError,
      "The run a has trained before, but there is no checkpoint",
    );
    assertEquals((await contentOf(run)).texts, before.texts);
  }));

Deno.test("runTraining() begins anew where a run ended before its first checkpoint", () =>
  inFolder(async (root) => {
    const run = await makeRun(root);
    await assertRejects(
      () =>
        trainRun(run, {
          onUpdate: () => {
            throw new ChromeCrashedError("gone");
          },
        }),
      ChromeCrashedError,
    );
    assertEquals(await listCheckpoints(run.checkpoints), []);
    const { counters } = await trainRun(run, { resume: true });
    assertEquals(counters.step, 60);
  }));

Deno.test("runTraining() begins with an agent's weights, and with nothing else of it", () =>
  inFolder(async (root) => {
    const config = await fakeConfig(SMALL);
    const network = resolveNetwork(config.network, config.game.actions);
    const weights = initialWeights(network, new Random(7));
    const options = { config, configName: "x", root, from: "other@step-5" };
    const run = await createRun(options);
    const { counters } = await trainRun(run, { weights });
    assertEquals(counters.step, 60);
    // The fake learner learns nothing.
    const model = await readCheckpointModel(
      checkpointPath(run.checkpoints, 60),
    );
    assertEquals(model.weights, encodeModel(network, weights).weights);
    assertEquals((await readRunInfo(run)).from, "other@step-5");
    assertEquals((await trainRun(run, { resume: true })).counters.step, 60);
    // Without a checkpoint, random weights would take their place.
    await assertRejects(
      async () => await trainRun(await createRun(options), { resume: true }),
      CheckpointError,
      "began with the agent other@step-5 and has no checkpoint to go on from",
    );
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
