/** Where text goes: answers to stdout, everything said about them to stderr. */

import { stripVTControlCharacters } from "node:util";

/** Writes all of a text. @throws Error when nobody reads it, or a disk is full */
export function writeAll(
  stream: { writeSync(data: Uint8Array): number },
  text: string,
): void {
  let bytes = new TextEncoder().encode(text);
  // A pipe may take less than it is given.
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}

/** Who hears what is said beside the terminal; null: nobody. */
let listener: ((line: string) => void) | null = null;

/** Tells somebody every line that is said, until it is disposed of. */
export function overhear(listen: (line: string) => void): Disposable {
  listener = listen;
  return {
    [Symbol.dispose]() {
      listener = null;
    },
  };
}

/** Tells a line to who overhears alone: the terminal has it in a bar. */
export const mention = (line: string): void => listener?.(line);

/**
 * Writes a line to stderr: progress, notes, errors. Work never ends because
 * nobody can be told of it (a closed terminal, a full disk): it does not throw.
 *
 * @param end what ends it; "" where more is to come on that line
 */
export function say(line: string, end = "\n"): void {
  // A message may quote a file of another encoding.
  const text = line.replaceAll("\0", "\ufffd");
  if (end !== "") mention(stripVTControlCharacters(text).replace("\r", ""));
  try {
    writeAll(Deno.stderr, text + end);
  } catch {
    // Nobody reads it any more.
  }
}

/** Columns of the terminal; 80 where there is none to ask. */
export function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

/** The same for an answer; who is no terminal wants whole lines. */
export const answerWidth = (): number =>
  Deno.stdout.isTerminal() ? terminalWidth() : Infinity;
