import { DinoDqnError, UsageError } from "../errors.ts";
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
 * Runs the program: finds the command, parses its arguments, runs it. An error
 * that the program can explain becomes one message; any other shows its stack.
 *
 * @returns the exit code
 */
export async function runCommandLine(
  entries: readonly CommandEntry[],
  args: string[],
): Promise<number> {
  try {
    return await dispatch(entries, args);
  } catch (error) {
    if (error instanceof DinoDqnError) {
      say(`error: ${error.message}`);
      return error.exitCode;
    }
    // Whoever read the answer has seen enough, as `head` does.
    if (error instanceof Deno.errors.BrokenPipe) return 1;
    say(error instanceof Error ? error.stack ?? String(error) : String(error));
    return 1;
  }
}
