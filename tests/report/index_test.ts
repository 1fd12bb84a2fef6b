import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { harmless, writeIndex, writeReport } from "../../lib/report/mod.ts";
import { inFolder } from "../folder.ts";
import { makeRun } from "./example_run.ts";

/** Files that a page leads to and that are not there. */
async function deadLinks(page: string): Promise<string[]> {
  const html = await Deno.readTextFile(page);
  const ways = Array.from(
    html.matchAll(/<a href="(?!https:)([^"]*)"/g),
    ([, href]) => fileURLToPath(new URL(href!, pathToFileURL(page))),
  );
  assert(ways.length > 0, page);
  const dead: string[] = [];
  for (const way of ways) await Deno.stat(way).catch(() => dead.push(way));
  return dead;
}

async function put(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

Deno.test("writeIndex() leads to runs, sweeps and nights, and reports lead back", () =>
  inFolder(async (data) => {
    const name = "a 100 % #1 run";
    const run = await makeRun(join(data, "runs"), name, ["seed=7"]);
    await makeRun(join(data, "runs"), "javascript:alert(1)");
    await put(join(run.evaluations, "step-1000", "index.html"), "");
    await writeReport(run.report, { name, run });
    await put(join(data, "sweeps", "crop", "index.html"), "");
    await put(join(data, "champion", "index.html"), "");
    await put(
      join(data, "champion", "last.json"),
      JSON.stringify({ night: 3, result: "kept" }),
    );
    await put(join(data, "evaluations", "unfinished", "scores.csv"), "");
    const index = join(data, "index.html");
    await writeIndex(data);
    const html = await Deno.readTextFile(index);
    assertEquals(await deadLinks(index), []);
    for (const href of ["sweeps/crop/index.html", "champion/index.html"]) {
      assertStringIncludes(html, `href="${href}"`);
    }
    assertStringIncludes(html, "night 3: kept");
    assertStringIncludes(html, "seed=7");
    assert(!html.includes("unfinished"));
    assert(!html.includes('href="javascript:'));
    assertEquals(await deadLinks(join(run.report, "index.html")), []);
    // Elsewhere it would lead nowhere.
    const copy = harmless(
      await Deno.readTextFile(join(run.report, "index.html")),
    );
    assert(!copy.includes("run.json"));
  }));

Deno.test("writeIndex() says that it cannot write, and of no runs that there are none", () =>
  inFolder(async (folder) => {
    const warnings: string[] = [];
    await Deno.mkdir(join(folder, "index.html"));
    await writeIndex(folder, (message) => warnings.push(message));
    assertEquals(warnings.length, 1);
    const empty = join(folder, "empty");
    await writeIndex(empty, (message) => warnings.push(message));
    await Deno.mkdir(empty);
    await writeIndex(empty, (message) => warnings.push(message));
    assertEquals(warnings.length, 1);
    const html = await Deno.readTextFile(join(empty, "index.html"));
    assertStringIncludes(html, "deno task train");
  }));
