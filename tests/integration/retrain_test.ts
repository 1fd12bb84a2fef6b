import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { namesIn } from "../../lib/files.ts";
import {
  championFolderAt,
  type NightResult,
} from "../../lib/retraining/mod.ts";
import { damage } from "../retraining/pretend.ts";
import { inFolder } from "../folder.ts";
import { outcome, SMOKE, start } from "../program.ts";

/** A night of a few seconds. */
const SHORT = [
  ...["--config", SMOKE, "--steps", "400"],
  ...["--set", "retraining.episodes=10", "--set", "retraining.maxScore=60"],
  ...["--set", "evaluation.every=200", "--set", "evaluation.maxScore=60"],
  ...["--set", "retraining.freeDiskGb=0"],
];

/** A night, with its document. */
async function night(data: string, ...args: string[]) {
  const process = start(data, ["retrain", ...SHORT, "--json", ...args]);
  const { code, said, answer } = await outcome(process);
  assertEquals(
    answer.split("\n").length,
    2,
    `one line, but:\n${answer}${said}`,
  );
  return { code, said, result: JSON.parse(answer) as NightResult };
}

Deno.test("nights in a row: the champion, its history, and who may be there", (t) =>
  inFolder(async (data) => {
    const folder = championFolderAt(join(data, "champion"));
    const history = async () =>
      (await Deno.readTextFile(folder.history)).trim().split("\n").slice(1);
    await t.step("the first challenger becomes champion", async () => {
      const { code, result, said } = await night(data);
      assertEquals([code, result.result], [0, "promoted"], said);
      const { champion, challenger, difference, steps, firstSeed } = result;
      assertEquals([champion, difference], [null, null]);
      assertEquals([challenger?.name, steps], ["step-400", 400]);
      assertEquals(firstSeed, 1_001_000);
      assertEquals(
        await Deno.readLink(folder.current),
        join("agents", "night-1"),
      );
    });

    await t.step("the champion is an agent for other commands", async () => {
      const out = join(data, "exported");
      const { code, said } = await outcome(
        start(data, ["export", "champion", out, "--no-example"]),
      );
      assertEquals(code, 0, said);
      assertEquals(
        await Deno.readFile(join(out, "weights.bin")),
        await Deno.readFile(join(folder.current, "weights.bin")),
      );
    });

    await t.step(
      "the second plays the same new games; a third must wait",
      async () => {
        const second = start(data, ["retrain", ...SHORT, "--json"]);
        while ((await namesIn(folder.nights)).length < 2) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        const third = await outcome(start(data, ["retrain", ...SHORT]));
        assertEquals([third.code, third.answer], [1, ""]);
        assertMatch(
          third.said,
          /Retraining is in use by process \d+ on .+, since \d{4}-\d\d-\d\dT/,
        );

        const { code, answer, said } = await outcome(second);
        const result: NightResult = JSON.parse(answer);
        assert(result.result === "promoted" || result.result === "kept", said);
        assertEquals(code, result.result === "promoted" ? 0 : 3);
        assertEquals([result.night, result.firstSeed], [2, 1_002_000]);
        assertEquals([result.champion?.name, result.steps], ["night-1", 400]);
        const { best } = JSON.parse(
          await Deno.readTextFile(
            join(folder.runs, "challenger/checkpoints/step-800/MANIFEST.json"),
          ),
        );
        assert(best.step > 400, `the best is of night 1: ${best.step}`);
        const scores = await Promise.all(
          ["champion", "challenger"].map(async (role) => {
            const path = join(folder.nights, "night-2", role, "report.json");
            return JSON.parse(await Deno.readTextFile(path));
          }),
        );
        for (const { firstSeed, episodes, cap } of scores) {
          assertEquals([firstSeed, episodes, cap], [1_002_000, 10, 60]);
        }
        assertEquals(
          result.difference!.toFixed(6),
          (scores[1].mean - scores[0].mean).toFixed(6),
        );
      },
    );

    await t.step(
      "champions that are all damaged, a notification that fails",
      async () => {
        const paths = (await namesIn(folder.agents)).map((name) =>
          join(folder.agents, name, "weights.bin")
        );
        for (const path of paths) await damage(path);
        const before = await Deno.readLink(folder.current);
        const { code, said, result } = await night(
          data,
          "--set",
          "notify.command=[no-such-program]",
        );
        assertEquals([code, result.result], [1, "failed"]);
        assertStringIncludes(
          result.reason,
          "weights.bin is not what was written",
        );
        assertStringIncludes(said, "no-such-program was not found");
        assertEquals(await Deno.readLink(folder.current), before);
        for (const path of paths) await damage(path);
      },
    );

    await t.step("wrong use is no night", async () => {
      const lines = (await history()).length;
      for (
        const [set, why] of [
          ["retention.maxGb=0.001", "retention.maxGb is 0.001, but one run"],
          ["game.speed=8", "plays another game: game.speed 6"],
          ["retraining.episodes=5", "retraining.episodes is 5"],
        ] as const
      ) {
        const { code, said, answer } = await outcome(
          start(data, ["retrain", ...SHORT, "--set", set]),
        );
        assertEquals([code, answer], [2, ""]);
        assertStringIncludes(said, why);
      }
      assertEquals((await history()).length, lines);
    });

    await t.step(
      "every night has its line, and the page shows them",
      async () => {
        const lines = await history();
        assertEquals(lines.map((line) => line[0]), ["1", "2", "3"]);
        assertEquals(lines.at(-1)!.split(",")[2], "failed");
        assertStringIncludes(
          await Deno.readTextFile(folder.page),
          "3 nights; the last one, night 3: failed",
        );
        const last: NightResult = JSON.parse(
          await Deno.readTextFile(folder.last),
        );
        assertEquals(last.night, 3);
      },
    );
  }));
