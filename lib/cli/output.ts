/** Answers go to stdout, everything said about them to stderr. */
import { DinoDqnError, whyNotWritten } from "../errors.ts";
import { writeAll } from "../say.ts";

export { say } from "../say.ts";

/**
 * Writes a line to stdout: what the command was asked for.
 *
 * @throws DinoDqnError when nobody reads it, or a disk is full
 */
export function answer(line: string): void {
  try {
    writeAll(Deno.stdout, `${line}\n`);
  } catch (cause) {
    throw new DinoDqnError(
      `The answer could not be written to stdout: ${whyNotWritten(cause)}`,
      { cause },
    );
  }
}

/** Writes the one JSON document of `--json` to stdout. @throws as `answer` */
export function answerJson(document: unknown): void {
  answer(JSON.stringify(document, null, 2));
}
