import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { loadConfig } from "../../lib/config/mod.ts";
import { createRun } from "../../lib/runs/mod.ts";
import { inFolder } from "../folder.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Runs a command of the program on the data in a folder. */
async function command(data: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", MAIN, ...args],
    cwd: data,
    env: { DINO_DATA: data },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("compare refuses a run that is named twice, by whatever name", () =>
  inFolder(async (data) => {
    const root = join(data, "runs");
    const config = await loadConfig();
    const { path } = await createRun({ config, configName: "x", root });
    for (const other of ["x-1", path, "runs/x-1/"]) {
      const { code, stderr } = await command(data, "compare", "x-1", other);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, "The run x-1 is named twice");
    }
  }));
