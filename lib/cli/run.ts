import project from "../../deno.json" with { type: "json" };
import { explain, UsageError } from "../errors.ts";
import { withHome } from "../files.ts";
import { ignoreFileLimit } from "../system/mod.ts";
import type { CommandEntry } from "./command.ts";
import { commandHelp, programHelp } from "./help.ts";
import { nearest } from "./nearest.ts";
import { answer, say } from "./output.ts";
import { parseCommandLine } from "./parse.ts";

async function dispatch(
  entries: readonly CommandEntry[],
  args: string[],
): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h" || name === "help") {
    answer(programHelp(entries).trimEnd());
    return 0;
  }
  if (args.includes("--version") || /^(-[vV]|version)$/.test(name ?? "")) {
    answer(`dino-dqn ${project.version}, Deno ${Deno.version.deno}`);
    return 0;
  }
  if (name === undefined) {
    say(programHelp(entries).trimEnd());
    return 2;
  }
  const entry = entries.find((entry) => entry.name === name);
  if (!entry) {
    const names = entries.map((entry) => entry.name);
    throw new UsageError(`unknown command ${name}${nearest(name, names)}`);
  }
  const { command } = await entry.load();
  const parsed = parseCommandLine(name, command, rest);
  if (parsed === "help") {
    answer(commandHelp(entry, command).trimEnd());
    return 0;
  }
  return await command.run(parsed);
}

/**
 * Runs the program: finds the command, parses its arguments, runs it. Every
 * error becomes one message.
 *
 * @returns the exit code
 */
export async function runCommandLine(
  entries: readonly CommandEntry[],
  args: string[],
): Promise<number> {
  ignoreFileLimit();
  try {
    return await dispatch(entries, args.map(withHome));
  } catch (error) {
    const { message, exitCode } = explain(error);
    say(`error: ${message}`);
    return exitCode;
  }
}
