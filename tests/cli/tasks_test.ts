import { assertEquals, assertStringIncludes } from "@std/assert";
import { commandHelp } from "../../lib/cli/help.ts";
import { parseCommandLine } from "../../lib/cli/mod.ts";
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
  // Its page may be opened to other machines.
  const watching = [permissions.at(-1), "0.0.0.0", "[::]"].join(",");
  for (const permission of [...permissions, watching]) {
    assertStringIncludes(page, `\`${permission}\``);
  }
  for (const { name, summary } of COMMANDS) {
    const own = name === "watch" ? permissions.with(-1, watching) : permissions;
    assertEquals(
      [tasks[name]?.command, tasks[name]?.description],
      [`deno run ${own.join(" ")} main.ts ${name}`, summary],
    );
  }
});

Deno.test("every command's --help fits the terminal, and its examples are taken", async () => {
  for (const entry of COMMANDS) {
    const { command } = await entry.load();
    for (const width of [80, 40]) {
      const help = commandHelp(entry, command, width);
      const wide = help.split("\n").filter((line) =>
        line.length > width && !/deno task|^ *\S+$|^ +--/.test(line)
      );
      assertEquals(wide, []);
    }
    for (const [args] of command.examples ?? []) {
      const words = args.match(/'[^']*'|\S+/g) ?? [];
      parseCommandLine(
        entry.name,
        command,
        words.map((word) => word.replaceAll("'", "")),
      );
    }
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
