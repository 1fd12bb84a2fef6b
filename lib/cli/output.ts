/** Answers go to stdout, everything said about them to stderr. */
import { writeAll } from "../say.ts";

export { say } from "../say.ts";

/** Writes a line to stdout: what the command was asked for. */
export function answer(line: string): void {
  writeAll(Deno.stdout, `${line}\n`);
}

/** Writes the one JSON document of `--json` to stdout. */
export function answerJson(document: unknown): void {
  answer(JSON.stringify(document, null, 2));
}
