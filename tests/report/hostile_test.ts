/** What comes with a run is data, wherever the run came from. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { configToYaml, loadConfig } from "../../lib/config/mod.ts";
import { UsageError } from "../../lib/errors.ts";
import { storedGame } from "../../lib/recording/mod.ts";
import { harmless, pageHtml, writeReport } from "../../lib/report/mod.ts";
import { runFolderAt } from "../../lib/runs/mod.ts";
import { playedGame } from "../examples.ts";
import { EVIL, info, report } from "../hostile.ts";

const config = await loadConfig();

/** A run's folder as somebody may have sent it, with an earlier report. */
async function withRun(test: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    const run = runFolderAt(folder);
    await Deno.mkdir(join(run.report, "charts"), { recursive: true });
    await Deno.writeTextFile(run.config, configToYaml(config));
    await Deno.writeTextFile(run.info, JSON.stringify(info));
    const write = (name: string, text: string) =>
      Deno.writeTextFile(join(run.report, name), text);
    await write("report.json", JSON.stringify(report));
    const game = storedGame(playedGame({}), config, 1000);
    await write("best.json", JSON.stringify(game));
    await write("best.webp", EVIL);
    for (const name of ["charts/q-values", "charts/q-values-narrow"]) {
      await write(`${name}.svg`, `<svg onload="steal()">${EVIL}</svg>`);
      await write(`${name}.png`, EVIL);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("writeReport() makes a harmless page of a run that is not", () =>
  withRun(async (folder) => {
    const run = runFolderAt(folder);
    await writeReport(run.report, { name: EVIL, run });
    const page = await Deno.readTextFile(join(run.report, "index.html"));
    assert(page.includes("default-src 'none'"));
    assertEquals(page.match(/<script|<[^>]*\son\w+=|href="javascript/i), null);
    // The old drawings are still there, as pictures.
    assertEquals(page.match(/src="data:image\/svg\+xml;base64,/g)?.length, 2);
  }));

Deno.test("writeReport() reads no file that is larger than one of its own", () =>
  withRun(async (folder) => {
    const run = runFolderAt(folder);
    await Deno.truncate(join(run.report, "best.webp"), 2 ** 40);
    await assertRejects(
      () => writeReport(run.report, { name: "run", run }),
      UsageError,
      "best.webp has 1099.5 GB, more than this program writes there",
    );
  }));

Deno.test("harmless() lets a page of another do no more than one of ours", () => {
  const ours = pageHtml({ title: "", subtitle: "", sections: [] });
  assertEquals(harmless(ours), ours);
  const theirs = harmless(`<!doctype html><script>steal()</script>`);
  const policy = theirs.indexOf("Content-Security-Policy");
  assert(policy > 0 && policy < theirs.indexOf("<script>"));
});
