import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { findAgent, loadPlayer } from "../../lib/agents/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { UsageError } from "../../lib/errors.ts";
import { namesIn } from "../../lib/files.ts";
import { train } from "../../lib/training/mod.ts";
import { inFolder } from "../folder.ts";
import { outcome, start } from "../program.ts";
import { untrainedAgent } from "../untrained.ts";
import { fakeTraining } from "./fakes.ts";
import { makeRun, trainRun } from "./small_runs.ts";

Deno.test("train() keeps what the teacher says of each step's observation with it", async () => {
  const { parts, hooks, start } = await fakeTraining(["training.steps=20"], {
    taught: 2,
  });
  let asked = 0;
  const teacher = {
    qValues(observations: Uint8Array, count: number) {
      assertEquals(observations, start.observations);
      const first = asked;
      asked += count;
      return Promise.resolve(
        Float32Array.from({ length: 2 * count }, (_, i) => 2 * first + i),
      );
    },
  };
  await train(
    { ...parts, teacher },
    start,
    hooks,
    new AbortController().signal,
  );
  assertEquals(asked, 20);
  const kept = parts.memory.chunks()
    .filter(({ byteLength }) => byteLength === 10 * 2 * 4)
    .map((bytes) => [...new Float32Array(bytes.slice().buffer)]);
  // Two games in turns: 0 and 1 are of the first game, 2 and 3 of the second.
  const of = (game: number) =>
    Array.from(
      { length: 10 },
      (_, k) => [4 * k + 2 * game, 4 * k + 2 * game + 1],
    ).flat();
  assertEquals(kept, [of(0), of(1)]);
});

Deno.test("runTraining() learns from a copy of the teacher, and goes on by it when that is gone", () =>
  inFolder(async (root) => {
    const folder = join(root, "old master");
    const { initial } = await untrainedAgent(folder);
    const run = await makeRun(root, [`learner.teacher=${folder}`]);
    await trainRun(run);
    await Deno.remove(folder, { recursive: true });
    const { weights } = await findAgent(run.teacher);
    assertEquals(weights, initial);
    const { counters } = await trainRun(run, {
      resume: true,
      sets: ["training.steps=80"],
    });
    assertEquals(counters.step, 80);
    using player = await loadPlayer(await findAgent(run.teacher));
    assert(player);
  }));

Deno.test("runTraining() has no teacher that sees or does something else, and changes none", () =>
  inFolder(async (root) => {
    const folder = join(root, "teacher");
    await untrainedAgent(folder);
    const refused = async (sets: string[], message: string) => {
      const run = await makeRun(await Deno.makeTempDir({ dir: root }), sets);
      await assertRejects(() => trainRun(run), UsageError, message);
      assertEquals(await namesIn(run.teacher), []);
    };
    await refused(
      [
        `learner.teacher=${folder}`,
        "game.actions=3",
        "exploration.actionProbabilities=null",
      ],
      "does not fit this training: game.actions was 2 and is 3",
    );
    await refused(
      [`learner.teacher=${folder}`, "env.crop.width=400"],
      "env.crop.width was 380 and is 400",
    );
    await refused(
      ["learner.teacher=nobody"],
      "learner.teacher: There is no run nobody",
    );
    const run = await makeRun(root);
    await trainRun(run);
    await assertRejects(
      () =>
        trainRun(run, { resume: true, sets: [`learner.teacher=${folder}`] }),
      UsageError,
      "learner.teacher was null and is",
    );
  }));

Deno.test("'train' looks for the teacher before it makes a run, and names what was there", () =>
  inFolder(async (data) => {
    const runs = join(data, "runs");
    await Deno.mkdir(runs);
    await makeRun(runs);
    const args = [
      "train",
      "--run",
      "taught",
      "--set",
      "learner.teacher=nobody",
    ];
    const { code, said } = await outcome(start(data, args));
    assertEquals(code, 2);
    assertMatch(
      said,
      /learner\.teacher: There is no run nobody in .*; the newest ones are a\n/,
    );
    assertEquals(await namesIn(runs), ["a"]);
  }));

Deno.test("runTraining() writes no teacher where a run's folder only leads to", () =>
  inFolder(async (root) => {
    const folder = join(root, "master");
    await untrainedAgent(folder);
    const elsewhere = join(root, "elsewhere");
    await Deno.mkdir(elsewhere);
    await Deno.writeTextFile(join(elsewhere, "config.yaml"), "another's");
    const run = await makeRun(root, [`learner.teacher=${folder}`]);
    await Deno.symlink(elsewhere, run.teacher);
    await assertRejects(
      () => trainRun(run),
      UsageError,
      `${run.teacher} is a link or a file`,
    );
    assertEquals(await namesIn(elsewhere), ["config.yaml"]);
    assertEquals(
      await Deno.readTextFile(join(elsewhere, "config.yaml")),
      "another's",
    );
  }));

Deno.test("configs that know of no teacher have none", async () => {
  const { learner } = await loadConfig();
  assertEquals([learner.teacher, learner.temperature], [null, 0.05]);
});
