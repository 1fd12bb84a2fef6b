import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import sharp from "sharp";
import { loadConfig } from "../../lib/config/mod.ts";
import { Environments } from "../../lib/env/mod.ts";
import { DinoPageError } from "../../lib/errors.ts";
import {
  evaluationReport,
  mergeBaselines,
  mergeEvaluations,
} from "../../lib/evaluation/mod.ts";
import {
  measureAgent,
  moments,
  playGames,
  readStoredGame,
  showStoredGame,
} from "../../lib/recording/mod.ts";
import { writeReport } from "../../lib/report/mod.ts";
import { loadPlayer } from "../../lib/agents/mod.ts";
import { inFolder } from "../folder.ts";
import { untrainedAgent } from "../untrained.ts";

const config = await loadConfig();

Deno.test("An agent is measured, reported, and its best game plays again", () =>
  inFolder(async (root) => {
    const { agent } = await untrainedAgent(join(root, "untrained"));

    const measurement = await measureAgent(agent, {
      episodes: 3,
      firstSeed: 1_000_000,
      maxScore: 45,
      clock: "lockstep",
      baselines: true,
      command: "deno task eval untrained",
    });
    const { report, recordings } = measurement;
    assertEquals(report.scores.length, 3);
    assertEquals(
      report.baselines.map(({ name, mean }) => [name, mean > 30]),
      ["no action", "random actions", "always jump", "scripted player"]
        .map((name) => [name, true]),
    );
    assertEquals(report.baselines.at(-1)!.capped, 1);
    const crashed = report.scores.filter((score) => score < 45).toSorted();
    assert(crashed.length > 0);
    assertEquals(
      recordings.map(({ role, game }) => [role, game.score]).slice(2),
      crashed.map((score, i) => [`crashes/${i + 1}`, score]),
    );
    const { width: across } = await sharp(recordings[2]!.webp!).metadata();
    assertEquals(across, 606);

    const part = async (firstSeed: number, episodes: number) => {
      const whole = { firstSeed: 1_000_000, episodes: 3 };
      return await playGames(agent, {
        ...{ firstSeed, episodes, maxScore: 45, clock: "lockstep" },
        ...{ baselines: true, whole },
      });
    };
    const parts = [await part(1_000_000, 2), await part(1_000_002, 1)];
    const { run, checkpoint, command, versions, ...context } = report;
    const joined = evaluationReport(
      { ...context, run, checkpoint, command, versions },
      mergeEvaluations(parts.map(({ evaluation }) => evaluation)),
      mergeBaselines(parts.map(({ baselines }) => baselines)),
    );
    assertEquals(joined, report);

    const out = join(root, "report");
    await writeReport(out, agent, measurement);
    const names = (await Array.fromAsync(Deno.readDir(out)))
      .map(({ name }) => name);
    for (const name of ["index.html", "best.webp", "median.json"]) {
      assert(names.includes(name), `${name} in ${names}`);
    }

    const stored = await readStoredGame(join(out, "best.json"));
    assertEquals(stored.score, report.max);
    using player = await loadPlayer(agent);
    const options = { seconds: 2, drawQ: true, format: "gif" as const };
    const shown = await showStoredGame(config, player, stored, options);
    assertEquals(shown.score, stored.score);
    const { pages, width } = await sharp(shown.picture).metadata();
    // Two seconds of 15 decisions each, and the end.
    assertEquals([pages, width], [31, 552]);

    // What is skipped changes nothing of what is taken down.
    await using environments = await Environments.open(config);
    await using env = environments.createLockstep({
      training: false,
      numEnvs: 1,
    });
    const whole = await Array.fromAsync(moments(env, player, { stored }));
    for (const from of [0, 1, 30, stored.actions.length]) {
      const again = moments(env, player, { stored, from });
      assertEquals(await Array.fromAsync(again), whole.slice(from));
    }

    const changed = { ...stored, score: stored.score + 1 };
    await assertRejects(
      () => showStoredGame(config, null, changed, options),
      DinoPageError,
      "another page or Chrome, or the file was changed",
    );
  }));
