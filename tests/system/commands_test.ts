import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import {
  commandText,
  failureText,
  startCommand,
} from "../../lib/system/mod.ts";
import { inFolder } from "../folder.ts";

Deno.test("startCommand() runs a command and keeps what it said", () =>
  inFolder(async (folder) => {
    const log = join(folder, "train.log");
    const heard: string[] = [];
    const onLine = (line: string) => heard.push(line);
    const help = await startCommand(["train", "--help"], { log, onLine });
    const { code, stdout, stderr } = await help.ended;
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "deno task train");

    const wrong = await startCommand(["train", "--set", "seed"], {
      log,
      onLine,
    });
    const end = await wrong.ended;
    assertEquals([end.code, end.stdout], [2, ""]);
    assertStringIncludes(
      failureText(end),
      "exit code 2: --set seed: write it as",
    );
    assertEquals(heard.join("\n") + "\n", end.stderr);
    assertEquals(await Deno.readTextFile(log), end.stderr);
    // What has ended can be asked to stop all the same.
    wrong.stop();
    wrong.kill();
  }));

Deno.test("startCommand() tells a command that a signal ended", async () => {
  const child = await startCommand(["doctor"]);
  child.kill();
  const end = await child.ended;
  assertEquals([end.code, failureText(end)], [128 + 9, "ended by signal 9"]);
});

Deno.test("startCommand() knows the commands of this program only", async () => {
  await assertRejects(
    () => startCommand(["trian"]),
    Deno.errors.NotFound,
    "no command trian",
  );
});

Deno.test("commandText() can be typed in a shell", () => {
  assertEquals(
    commandText(["train", "--set", "a.b=1e-4", "it's {x}"]),
    `deno task train --set a.b=1e-4 'it'\\''s {x}'`,
  );
});
