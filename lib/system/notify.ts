/** Telling somebody how a night ended, by a program of the user's own. */
import { type Ended, lastLine, run } from "./process.ts";

/** `notify` of the config: a program, and how long it may run. */
export interface NotifyCommand {
  command: readonly string[] | null;
  timeoutSeconds: number;
}

/**
 * Runs the config's `notify.command` with the result as one JSON document on
 * its stdin. What it prints is not shown, but for the last line of stderr when
 * it fails. One that does not end in time is killed with all that it started.
 *
 * @returns null when all is well or nobody is to be told; otherwise a sentence
 * that says what went wrong. It never throws: a night does not fail because
 * nobody could be told of it
 */
export async function notify(
  { command, timeoutSeconds }: NotifyCommand,
  result: unknown,
): Promise<string | null> {
  const [program, ...args] = command ?? [];
  if (program === undefined) return null;
  const name = `notify.command ${program}`;
  let ended: Ended | undefined;
  try {
    ended = await run(program, args, {
      input: JSON.stringify(result) + "\n",
      output: false,
      limitMs: timeoutSeconds * 1000,
    });
  } catch (error) {
    return `${name} could not be started: ${(error as Error).message}`;
  }
  if (!ended) {
    return `${name} was not found: give a program on the PATH, or its full path`;
  }
  const { success, timedOut, signal, code, stderr } = ended;
  if (timedOut) {
    return `${name} had not ended after ${timeoutSeconds} s and was killed ` +
      "(notify.timeoutSeconds)";
  }
  if (success) return null;
  const how = signal === null ? `exit code ${code}` : `ended by ${signal}`;
  const said = lastLine(stderr);
  return `${name} failed: ${how}${said ? `, ${said}` : ""}`;
}
