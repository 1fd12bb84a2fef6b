import { DinoDqnError, UsageError } from "../errors.ts";
import type { CommandEntry } from "./command.ts";
import { commandHelp, programHelp } from "./help.ts";
import { nearest } from "./nearest.ts";
import { answer, say } from "./output.ts";
import { withHome } from "./paths.ts";
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

/** What the disk or the machine lacks is nobody's wrong use. */
const FAILURES = /^E(NOSPC|DQUOT|FBIG|IO|ROFS|MFILE|NFILE|NOMEM|PIPE)$/;

/** An error and what caused it, the outermost first. */
function* causes(error: unknown): Generator<Error & { code?: string }> {
  for (let at = error; at instanceof Error; at = at.cause) yield at;
}

/**
 * An error in one message, and the exit code. One that the program did not
 * foresee shows its stack when DINO_STACK is set: it is of use to whoever
 * mends the program, and to nobody else.
 */
function explain(error: unknown): { message: string; exitCode: number } {
  if (Deno.env.get("DINO_STACK") && error instanceof Error) say(error.stack!);
  const isFailure = [...causes(error)].some(({ code = "" }) =>
    FAILURES.test(code)
  );
  if (error instanceof DinoDqnError) {
    const { message, exitCode } = error;
    return { message, exitCode: isFailure ? 1 : exitCode };
  }
  if (error instanceof Error && "code" in error) {
    return { message: error.message, exitCode: 1 };
  }
  return {
    message: `${error}. This program, or a file that it reads, has a fault; ` +
      "with DINO_STACK=1 it says where",
    exitCode: 1,
  };
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
  try {
    return await dispatch(entries, args.map(withHome));
  } catch (error) {
    const { message, exitCode } = explain(error);
    say(`error: ${message}`);
    return exitCode;
  }
}
