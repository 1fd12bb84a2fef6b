/** Where text goes: answers to stdout, everything said about them to stderr. */

function writeAll(
  stream: { writeSync(data: Uint8Array): number },
  text: string,
): void {
  let bytes = new TextEncoder().encode(text);
  // A pipe may take less than it is given.
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}

/** Writes a line to stderr: progress, notes, errors. */
export function say(line: string): void {
  writeAll(Deno.stderr, `${line}\n`);
}

/** Writes a line to stdout: what the command was asked for. */
export function answer(line: string): void {
  writeAll(Deno.stdout, `${line}\n`);
}

/** Writes the one JSON document of `--json` to stdout. */
export function answerJson(document: unknown): void {
  answer(JSON.stringify(document, null, 2));
}
