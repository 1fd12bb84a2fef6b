/** Running other programs, and saying what happens. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes a line to stderr; stdout stays free for the task that follows. */
export function say(line: string): void {
  Deno.stderr.writeSync(encoder.encode(`${line}\n`));
}

/** What a program that ran left behind. */
export interface Finished {
  success: boolean;
  stdout: string;
  stderr: string;
}

/** How to run a program. */
export interface RunOptions {
  env?: Record<string, string>;
  cwd?: string;
  signal?: AbortSignal;
  /** Its stdin; absent: none. */
  input?: string;
}

/**
 * Runs a program and collects its output.
 *
 * @returns undefined when there is no such program
 */
export async function run(
  program: string,
  args: string[],
  options: RunOptions = {},
): Promise<Finished | undefined> {
  const { input, ...rest } = options;
  try {
    const child = new Deno.Command(program, {
      args,
      stdin: input === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      ...rest,
    }).spawn();
    const [{ success, stdout, stderr }] = await Promise.all([
      child.output(),
      input === undefined ? null : feed(child.stdin, input),
    ]);
    return {
      success,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function feed(
  stdin: WritableStream<Uint8Array>,
  input: string,
): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(encoder.encode(input));
    await writer.close();
  } catch {
    // It may end without reading what it is given.
  }
}

/** Runs a program whose output, both streams of it, goes to stderr. */
export async function runAloud(
  program: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", 'exec "$@" >&2', "sh", program, ...args],
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
    env,
  }).spawn().status;
  return success;
}

/** The path of a program on the PATH. */
export function findProgram(
  names: readonly string[],
  path = Deno.env.get("PATH") ?? "",
): string | undefined {
  const folders = path.split(":").filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => `${folder}/${name}`))
    .find((candidate) => {
      try {
        return Deno.statSync(candidate).isFile;
      } catch {
        return false;
      }
    });
}

/** The last line of a program's output that says anything. */
export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}
