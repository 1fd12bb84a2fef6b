import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { join } from "node:path";
import { loadConfig } from "../../lib/config/mod.ts";
import { notified, whomToTell } from "../../lib/cli/mod.ts";
import { UsageError } from "../../lib/errors.ts";
import { createRun } from "../../lib/runs/mod.ts";
import { copyFolder, inFolder } from "../folder.ts";
import { outcome, start } from "../program.ts";

Deno.test("compare refuses a run that is named twice, by whatever name", () =>
  inFolder(async (data) => {
    const root = join(data, "runs");
    const config = await loadConfig();
    const { path } = await createRun({ config, configName: "x", root });
    for (const other of ["x-1", path, "runs/x-1/"]) {
      const args = ["compare", "x-1", other];
      const { code, said } = await outcome(start(data, args, { cwd: data }));
      assertEquals(code, 2, said);
      assertStringIncludes(said, "The run x-1 is named twice");
    }
    await copyFolder(path, join(root, "y"));
    const args = ["compare", "x-1", "y"];
    const { code, said } = await outcome(start(data, args, { cwd: data }));
    // They have played no games that could be compared.
    assertEquals(code, 2, said);
    assertStringIncludes(said, "the run y is a copy of x-1: it counts as two");
  }));

Deno.test("notified() tells how the work ended, and ends alike", () =>
  inFolder(async (folder) => {
    const file = join(folder, "told.json");
    const told = async () => JSON.parse(await Deno.readTextFile(file));
    const whom = {
      command: ["sh", "-c", 'cat > "$1"', "sh", file],
      timeoutSeconds: 60,
    };
    for (
      const [code, result] of [
        [0, "done"],
        [130, "interrupted"],
        [1, "failed"],
      ] as const
    ) {
      const work = () => Promise.resolve({ code, document: { steps: 5 } });
      assertEquals(await notified(whom, { run: "a" }, work), code);
      assertEquals(await told(), { run: "a", result, steps: 5 });
    }
    const fails = () => Promise.reject(new UsageError("it is in use"));
    await assertRejects(() => notified(whom, { run: "a" }, fails), UsageError);
    assertEquals(await told(), {
      ...{ run: "a", result: "failed", reason: "it is in use" },
    });
  }));

Deno.test("whomToTell() is whom the config names, when it was asked for", () => {
  const notify = { command: ["cat"], timeoutSeconds: 1 };
  assertEquals(whomToTell(true, { notify }), notify);
  assertEquals(whomToTell(false, { notify }), null);
  const nobody = { notify: { ...notify, command: null } };
  assertThrows(() => whomToTell(true, nobody), UsageError, "notify.command");
  const path = { notify: { ...notify, command: ["/bin/sh", "-c", "cat"] } };
  assertEquals(whomToTell(true, path), path.notify);
  for (const program of ["no-such-program", "/nonexistent/program", "/"]) {
    const missing = { notify: { ...notify, command: [program] } };
    assertThrows(() => whomToTell(true, missing), UsageError, program);
  }
});
