import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { namesIn } from "../../lib/files.ts";
import { openRun, runFolderAt } from "../../lib/runs/mod.ts";
import { acquireLock } from "../../lib/system/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { addCheckpoint, damage, inNights } from "./pretend.ts";

Deno.test("the challenger goes on from its newest sound checkpoint, with the night's budget", () =>
  inNights(async ({ folder, night, checkpoints }) => {
    const budget = async () => {
      const { training, evaluation } = await loadConfig(
        runFolderAt(join(folder.runs, "challenger")).config,
      );
      assertEquals([evaluation.target, evaluation.patience], [null, null]);
      return [training.steps, training.minutes];
    };
    const set = ["retraining.steps=400", "retraining.minutes=10"];
    await night({ set });
    assertEquals(await budget(), [400, 10]);
    assertEquals((await night({ set })).steps, 400);
    assertEquals(await budget(), [800, 400 / 3 / 60 + 10]);
    await damage(join(checkpoints, "step-800", "learner.bin"));
    const third = await night({
      set,
      train: (challenger) => addCheckpoint(challenger, 1600),
    });
    assertStringIncludes(
      third.warnings.join(),
      "step-800 is damaged: learner.bin",
    );
    assertEquals(third.steps, 1200);
  }));

Deno.test("the challenger's best checkpoint of the night plays, else its newest", () =>
  inNights(async ({ night }) => {
    const best = 400;
    const tonight = await night({
      train: async (challenger) => {
        await addCheckpoint(challenger, 400);
        await addCheckpoint(challenger, 800, best);
      },
    });
    assertEquals(tonight.challenger?.name, "step-400");
    const next = await night({
      train: async (challenger) => await addCheckpoint(challenger, 1200, best),
    });
    assertEquals(next.challenger?.name, "step-1200");
  }));

Deno.test("a challenger that cannot go on is set aside, aloud", () =>
  inNights(async ({ folder, night, checkpoints }) => {
    const run = runFolderAt(join(folder.runs, "challenger"));
    const cases: [() => Promise<unknown>, string, string[]][] = [
      [
        () => damage(join(checkpoints, "step-400", "learner.bin")),
        "none of its checkpoints is sound",
        [],
      ],
      [() => Deno.remove(run.info), "is not a run's folder", []],
      [
        () => Promise.resolve(),
        "the config has another learner.discount",
        ["learner.discount=0.9"],
      ],
    ];
    await night();
    for (const [spoil, why, set] of cases) {
      await spoil();
      const { night: number, steps, warnings } = await night({ set });
      assertEquals(steps, 400);
      assertStringIncludes(warnings.join(), why);
      await openRun(`${run.path}-until-night-${number}`).catch(() => {});
      assert(
        (await namesIn(folder.runs)).includes(
          `challenger-until-night-${number}`,
        ),
      );
    }
    // One that somebody trains stays as it is.
    const before = await Deno.readTextFile(run.config);
    using _lock = await acquireLock(run.lock, "The run");
    const { result, reason } = await night({ set: ["learner.discount=0.5"] });
    assertEquals(result, "failed");
    assertStringIncludes(
      reason,
      `The challenger is in use by process ${Deno.pid}`,
    );
    assertEquals(await Deno.readTextFile(run.config), before);
  }));

Deno.test("of several challengers and their ensemble the best one, on games that no more than choose, meets the champion", () =>
  inNights(async ({ folder, night, json }) => {
    const set = ["retraining.challengers=2", "seed=7"];
    const both = "challenger/step-400+challenger.2/step-400";
    const first = await night({
      set,
      challenger: (agent) => agent.includes(",") ? 300 : 200,
    });
    assertEquals(
      first.candidates?.map((each) => [each.name, each.mean, each.seedPurpose]),
      [
        ["challenger/step-400", 200.9, "selection"],
        ["challenger.2/step-400", 200.9, "selection"],
        [both, 300.9, "selection"],
      ],
    );
    assertEquals([first.steps, first.challenger?.name], [800, both]);
    const seeds = await Promise.all(
      ["challenger", "challenger.2"].map(async (name) =>
        (await loadConfig(runFolderAt(join(folder.runs, name)).config)).seed
      ),
    );
    assertEquals(seeds, [7, 8]);
    const firstSeedOf = async (role: string) =>
      (await json(`nights/night-1/${role}/report.json`)).firstSeed;
    assertEquals(await firstSeedOf("candidate-3"), 501_000);
    assertEquals(await firstSeedOf("challenger"), 1_001_000);
    assertEquals(
      (await loadConfig(join(folder.current, "config.yaml"))).network.members,
      2,
    );

    const second = await night({
      set,
      challenger: (agent) => /\.2[^,]*$/.test(agent) ? 400 : 200,
    });
    assertEquals(second.challenger?.name, "challenger.2/step-800");
    // One alone is told as ever.
    const third = await night({ set: ["seed=7"] });
    assertEquals(third.challenger?.name, "step-1200");
    assert(!("candidates" in third));
  }));
