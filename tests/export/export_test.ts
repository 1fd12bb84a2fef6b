import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { type Agent, findAgent } from "../../lib/agents/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { UsageError } from "../../lib/errors.ts";
import { playedSetting } from "../../lib/evaluation/mod.ts";
import { exportFiles } from "../../lib/export/mod.ts";
import { ROOT } from "../../lib/files.ts";
import { replaceFolder } from "../../lib/system/mod.ts";
import { exampleReport } from "../examples.ts";
import { copyFolder, inFolder } from "../folder.ts";
import { untrainedAgent } from "../untrained.ts";

Deno.test("exportFiles() takes figures of the agent's own game and checkpoint alone", () =>
  inFolder(async (folder) => {
    const config = await loadConfig();
    const report = join(folder, "report");
    const { agent } = await untrainedAgent(folder);
    const measured = async (of: Agent, figures: object) => {
      const text = JSON.stringify({ ...exampleReport(), ...figures });
      await replaceFolder(report, { "report.json": text });
      const files = await exportFiles(of, { example: false, report });
      const card = files["card.md"] as string;
      const isMeasured = card.includes("30 greedy games");
      assertEquals("report/report.json" in files, isMeasured);
      return isMeasured;
    };
    const own = { ...playedSetting(config), checkpoint: "step-7" };
    const fast = await loadConfig(undefined, ["game.speed=12"]);
    const skips = await loadConfig(undefined, ["game.frameSkip=2"]);
    assertEquals(await measured(agent, own), true);
    for (const other of [fast, skips]) {
      const figures = { ...own, ...playedSetting(other) };
      assertEquals(await measured(agent, figures), false);
    }
    // A report of an earlier program has no more than the speed.
    const { speed } = fast.game;
    const early = { ...own, speed, setting: undefined };
    assertEquals(await measured(agent, early), false);
    const ensemble: Agent = { ...agent, folder: null, checkpoint: "step-7" };
    assertEquals(await measured(ensemble, own), true);
    const last = { ...ensemble, checkpoint: "step-9" };
    assertEquals(await measured(last, own), false);
  }));

Deno.test("exportFiles() takes over no file that an agent's links lead to", () =>
  inFolder(async (folder) => {
    const mine = join(folder, "mine");
    await Deno.mkdir(mine);
    await Deno.writeTextFile(join(mine, "best.json"), "secret");
    const home = join(folder, "agent");
    const { report, ...files } = await filesOf("data/pretrained/constant");
    await replaceFolder(home, files);
    const agent = await findAgent(home);
    await Deno.mkdir(join(home, "report"));
    await Deno.writeTextFile(join(home, "report/report.json"), report);
    const links = async (from: string, to: string) => {
      await Deno.symlink(to, join(home, from));
      await assertRejects(
        () => exportFiles(agent, { example: false }),
        UsageError,
        "is a link to",
      );
      await Deno.remove(join(home, from));
    };
    await links("report/best.json", join(mine, "best.json"));
    await links("report/index.html", "../../mine/best.json");
    await Deno.rename(join(home, "report"), join(folder, "elsewhere"));
    await links("report", "../elsewhere");
  }));

async function filesOf(agent: string) {
  const read = (name: string) => Deno.readTextFile(join(ROOT, agent, name));
  return {
    "model.json": await read("model.json"),
    "weights.bin": await Deno.readFile(join(ROOT, agent, "weights.bin")),
    "config.yaml": await read("config.yaml"),
    report: await read("report/report.json"),
  };
}

Deno.test("exportFiles() gives an agent another name, and keeps its figures", async () => {
  const agent = await findAgent("pretrained/constant");
  const options = { example: false, name: "My agent" };
  const { "card.md": card } = await exportFiles(agent, options);
  assertStringIncludes(card as string, "# My agent");
  assertStringIncludes(card as string, "greedy games");
});

Deno.test("exportFiles() tells a training once, however many of its checkpoints decide", () =>
  inFolder(async (folder) => {
    const run = join(folder, "run");
    await copyFolder(join(ROOT, "tests/data/3adf822/runs/run"), run);
    await copyFolder(
      `${run}/checkpoints/step-300`,
      `${run}/checkpoints/step-200`,
    );
    const agent = await findAgent(`${run}@step-200,${run}@step-300`);
    const { name, checkpoint } = agent;
    assertEquals([name, checkpoint], ["run", "step-200,step-300"]);
    const files = await exportFiles(agent, { example: false });
    const card = files["card.md"] as string;
    assertStringIncludes(card, "an ensemble of 2");
    assertEquals(card.match(/^Seed \d+:/gm)?.length, 1);
  }));
