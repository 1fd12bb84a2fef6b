import { assert, assertEquals, assertStringIncludes } from "@std/assert";
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
  const memory = "--v8-flags=--max-semi-space-size=4";
  assertStringIncludes(page, `\`${memory}\``);
  // Its page may be opened to other machines.
  const watching = [permissions.at(-1), "0.0.0.0", "[::]"].join(",");
  for (const permission of [...permissions, watching]) {
    assertStringIncludes(page, `\`${permission}\``);
  }
  for (const { name, summary } of COMMANDS) {
    const own = name === "watch" ? permissions.with(-1, watching) : permissions;
    assertEquals(
      [tasks[name]?.command, tasks[name]?.description],
      [`deno run ${memory} ${own.join(" ")} main.ts ${name}`, summary],
    );
  }
});

/** What every command says to --help, in a terminal of so many columns. */
async function helps(columns: number): Promise<string[]> {
  const url = (path: string) => new URL(`../../${path}`, import.meta.url).href;
  const program = `
    import { runCommandLine } from "${url("lib/cli/mod.ts")}";
    import { COMMANDS } from "${url("main.ts")}";
    Deno.consoleSize = () => ({ columns: ${columns}, rows: 24 });
    for (const { name } of COMMANDS) {
      await runCommandLine(COMMANDS, [name, "--help"]);
      console.log("\\f");
    }`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout).split("\f");
}

Deno.test("every command's --help names all of its options and fits the terminal; its examples are taken", async () => {
  for (const width of [80, 40]) {
    const said = await helps(width);
    for (const [i, { name, load }] of COMMANDS.entries()) {
      const { command } = await load();
      for (const option of [...Object.keys(command.options), "help"]) {
        assertStringIncludes(said[i]!, `--${option}`);
      }
      const wide = said[i]!.split("\n").filter((line) =>
        line.length > width && !/^ *\S+$/.test(line)
      );
      assertEquals(wide, []);
      for (const line of said[i]!.split("\n")) {
        // Within quotes, a shell would not take the line's end away.
        const goesOn = line.endsWith(" \\");
        assert(!goesOn || line.split("'").length % 2 === 1, line);
      }
      const text = said[i]!.replaceAll(/ \\\n +/g, " ");
      for (const [args] of command.examples ?? []) {
        assertStringIncludes(text, `deno task ${name} ${args}`.trim());
      }
    }
  }
  for (const { name, load } of COMMANDS) {
    const { command } = await load();
    for (const [args] of command.examples ?? []) {
      const words = args.match(/'[^']*'|\S+/g) ?? [];
      const bare = words.map((word) => word.replaceAll("'", ""));
      parseCommandLine(name, command, bare);
    }
  }
});
