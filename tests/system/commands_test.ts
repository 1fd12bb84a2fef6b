import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { startChild } from "../../lib/system/commands.ts";

Deno.test("startChild() runs a command and keeps what it said", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const log = join(folder, "train.log");
    const heard: string[] = [];
    const onLine = (line: string) => heard.push(line);
    const help = await startChild({ args: ["train", "--help"], log, onLine });
    const { code, output, lastLines } = await help.ended;
    assertEquals([code, lastLines], [0, []]);
    assertStringIncludes(output, "deno task train");

    const wrong = await startChild({
      args: ["train", "--set", "seed"],
      log,
      onLine,
    });
    const end = await wrong.ended;
    assertEquals([end.code, end.output], [2, ""]);
    assertStringIncludes(end.lastLines[0]!, "error: --set seed: write it as");
    assertEquals(heard, end.lastLines);
    assertEquals(
      await Deno.readTextFile(log),
      end.lastLines.map((line) => line + "\n").join(""),
    );
    // What has ended can be asked to stop all the same.
    wrong.stop();
    wrong.kill();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("startChild() tells a command that a signal ended", async () => {
  const child = await startChild({ args: ["doctor"] });
  child.kill();
  assertEquals((await child.ended).code, 128 + 9);
});

Deno.test("startChild() knows the commands of this program only", async () => {
  await assertRejects(
    () => startChild({ args: ["trian"] }),
    Deno.errors.NotFound,
    "no command trian",
  );
});
