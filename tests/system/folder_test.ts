import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { UsageError } from "../../lib/errors.ts";
import { replaceFolder } from "../../lib/system/folder.ts";

const names = async (folder: string) =>
  (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();

Deno.test("replaceFolder() leaves the new files and none of the old ones", async () => {
  const root = await Deno.makeTempDir();
  try {
    const folder = join(root, "report");
    await replaceFolder(folder, { "old.txt": "1" });
    await replaceFolder(folder, { "a.txt": "2", "b/c.bin": Uint8Array.of(3) });
    assertEquals(await names(folder), ["a.txt", "b"]);
    assertEquals(
      await Deno.readFile(join(folder, "b/c.bin")),
      Uint8Array.of(3),
    );
    assertEquals(await names(root), ["report"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("replaceFolder() leaves the old folder when the new one fails", async () => {
  const root = await Deno.makeTempDir();
  try {
    const folder = join(root, "report");
    await replaceFolder(folder, { "old.txt": "1" });
    // A file cannot be a folder as well.
    const impossible = { "a": "1", "a/b": "2" };
    await assertRejects(
      () => replaceFolder(folder, impossible),
      UsageError,
      `Cannot write ${folder}`,
    );
    assertEquals(await names(folder), ["old.txt"]);
    assertEquals(await names(root), ["report"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
