/** Telling somebody how a night ended, by a program of the user's own. */
import type { NotifyConfig } from "../config/mod.ts";

/** How much of what the program writes to stderr is kept, in characters. */
const KEPT_CHARACTERS = 4096;
/** Longest wait for the last of stderr once the program has ended. */
const STDERR_MS = 1000;

/**
 * Runs the config's `notify.command` with the result as one JSON document on
 * its stdin. What it prints is not shown, but for the last line of stderr when
 * it fails. The program gets a process group of its own, so that one that does
 * not end in time is killed with all that it has started.
 *
 * @returns null when all is well or nobody is to be told; otherwise a sentence
 * that says what went wrong. It never throws: a night does not fail because
 * nobody could be told of it
 */
export async function notify(
  { command, timeoutSeconds }: NotifyConfig,
  result: unknown,
): Promise<string | null> {
  const [program, ...args] = command ?? [];
  if (program === undefined) return null;
  const name = `notify.command ${program}`;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    return error instanceof Deno.errors.NotFound
      ? `${name} was not found: give a program on the PATH, or its full path`
      : `${name} could not be started: ${(error as Error).message}`;
  }
  const stderr = keepEnd(child.stderr);
  void feed(child.stdin, JSON.stringify(result) + "\n");
  const status = await within(timeoutSeconds * 1000, child.status);
  if (status === null) {
    killGroup(child.pid);
    await child.status;
    await stderr.cancel();
    return `${name} had not ended after ${timeoutSeconds} s and was killed ` +
      "(notify.timeoutSeconds)";
  }
  // A process that it left behind may hold stderr open for ever.
  await within(STDERR_MS, stderr.ended);
  await stderr.cancel();
  if (status.success) return null;
  const last = stderr.text().trim().split("\n").at(-1);
  return `${name} failed: ${
    status.signal === null
      ? `exit code ${status.code}`
      : `ended by ${status.signal}`
  }${last ? `, ${last}` : ""}`;
}

/** What a promise gives; null when it takes longer than `ms` milliseconds. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function feed(
  stdin: WritableStream<Uint8Array>,
  text: string,
): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    // It need not read what it is given.
  }
}

/** Reads a stream to its end, so that its writer never waits. */
function keepEnd(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let kept = "";
  const read = async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      kept = (kept + decoder.decode(value, { stream: true }))
        .slice(-KEPT_CHARACTERS);
    }
  };
  return {
    ended: read().catch(() => {}),
    text: () => kept,
    cancel: () => reader.cancel().catch(() => {}),
  };
}

function killGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch {
    // All of them have just ended.
  }
}
