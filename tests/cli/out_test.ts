import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { startCommand } from "../../lib/system/mod.ts";
import { inFolder } from "../folder.ts";

Deno.test("a folder with something else in it is refused before anything is done", () =>
  inFolder(async (root) => {
    const thesis = join(root, "thesis.txt");
    await Deno.writeTextFile(thesis, "thesis");
    for (
      const args of [
        ["eval", "pretrained/constant", "--out", root],
        ["eval", "pretrained/constant", "--out", thesis],
        ["export", "pretrained/constant", `${root}/`],
        ["export", "pretrained/constant", "."],
      ]
    ) {
      const { code, stderr } = await (await startCommand(args)).ended;
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, "error: ");
      assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
    }
    assertEquals([...Deno.readDirSync(root)].length, 1);
    assertEquals(await Deno.readTextFile(thesis), "thesis");
  }));
