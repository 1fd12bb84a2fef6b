import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../../lib/errors.ts";
import { numberEarlier, writeReport } from "../../lib/report/mod.ts";
import { exampleReport } from "../examples.ts";
import { withRun } from "./example_run.ts";

Deno.test("writeReport() writes nothing of a run with a damaged report", () =>
  withRun(async (run) => {
    await Deno.mkdir(run.report);
    await Deno.writeTextFile(join(run.report, "report.json"), "{}");
    await assertRejects(
      () => writeReport(run.report, { name: run.name, run }),
      UsageError,
      "is not the report of an evaluation",
    );
    const left = await Array.fromAsync(Deno.readDir(run.report));
    assertEquals(left.map(({ name }) => name), ["report.json"]);
  }));

Deno.test("writeReport() keeps the last evaluation's figures", () =>
  withRun(async (run) => {
    await Deno.mkdir(run.report);
    const report = JSON.stringify(exampleReport());
    await Deno.writeTextFile(join(run.report, "report.json"), report);
    await writeReport(run.report, { name: run.name, run });
    const page = await Deno.readTextFile(join(run.report, "index.html"));
    assertStringIncludes(page, "Average score per 10 games");
    assertStringIncludes(page, "Interquartile mean");
    assertEquals(
      JSON.parse(await Deno.readTextFile(join(run.report, "report.json"))),
      JSON.parse(report),
    );
  }));

Deno.test("numberEarlier() keeps the report of other games, and of the same none", () =>
  withRun(async ({ report: folder }) => {
    const report = exampleReport();
    assertEquals(await numberEarlier(folder, report), null);
    for (const [checkpoint, wanted] of [["a", null], ["b", 1], ["c", 2]]) {
      const earlier = await numberEarlier(folder, {
        ...{ ...report, checkpoint: `${checkpoint}` },
      });
      assertEquals(earlier, wanted && `${folder}-${wanted}`);
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(
        join(folder, "report.json"),
        JSON.stringify({ ...report, checkpoint }),
      );
      const same = { ...report, checkpoint: `${checkpoint}` };
      assertEquals(await numberEarlier(folder, same), null);
    }
  }));

Deno.test("numberEarlier() keeps what eval measured from a training's own report, and one that is damaged", () =>
  withRun(async ({ report: folder }) => {
    const measured = exampleReport();
    const own = { ...measured, versions: { Deno: "2" }, checkpoint: "own" };
    const later = { ...own, checkpoint: "later" };
    const write = async (text: string) => {
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(join(folder, "report.json"), text);
    };
    await write(JSON.stringify(own));
    assertEquals(await numberEarlier(folder, later), null);
    await write(JSON.stringify(measured));
    assertEquals(await numberEarlier(folder, later), `${folder}-1`);
    await write(JSON.stringify(measured).slice(0, 300));
    assertEquals(await numberEarlier(folder, measured), `${folder}-2`);
  }));
