import { assertEquals, assertStringIncludes } from "@std/assert";
import { commandHelp } from "../../lib/cli/help.ts";
import { COMMANDS } from "../../main.ts";

const read = (path: string) =>
  Deno.readTextFile(new URL(`../../${path}`, import.meta.url));

interface Task {
  description: string;
  dependencies: string[];
  command: string;
}

Deno.test("every command is a deno task, with the documented permissions", async () => {
  const { tasks }: { tasks: Record<string, Task> } = JSON.parse(
    await read("deno.json"),
  );
  const page = await read("docs/set-up.md");
  const permissions = tasks.test!.command.split(" ")
    .filter((word) => word.startsWith("--allow"));
  for (const permission of permissions) {
    assertStringIncludes(page, `\`${permission}\``);
  }
  for (const { name, summary } of COMMANDS) {
    assertEquals(
      [tasks[name]?.command, tasks[name]?.description],
      [`deno run ${permissions.join(" ")} main.ts ${name}`, summary],
    );
  }
});

Deno.test("every command's --help names all of its options", async () => {
  for (const entry of COMMANDS) {
    const { command } = await entry.load();
    const help = commandHelp(entry, command);
    for (const name of [...Object.keys(command.options), "help"]) {
      assertStringIncludes(help, `--${name}`);
    }
  }
});
