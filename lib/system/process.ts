/** Running other programs. */
import { within } from "../time.ts";
import { killGroup, Watchdog } from "./watchdog.ts";

/** Characters that are kept of a program's stderr: its last words. */
const KEPT_CHARACTERS = 65_536;
/** Milliseconds between two looks at what a program leaves. */
const LOOK_EVERY_MS = 1000;
/** How long a program that has ended may still be heard of, in milliseconds. */
const LAST_WORDS_MS = 1000;

/** How a program is run. */
export interface ProcessOptions {
  /** Variables beside those of this program. */
  env?: Record<string, string>;
  /** Names of this program's variables that it does not get. */
  withoutEnv?: RegExp;
  cwd?: string;
  /** Its stdin; absent: none. */
  input?: string;
  /** Whether its stdout is kept. @default {true} */
  output?: boolean;
  /** Receives each line that it says on stderr. */
  onLine?: (line: string) => void;
  /** File to which all that it says on stderr is added. */
  log?: string;
  /** Milliseconds after which it is killed, with all that it has started. */
  limitMs?: number;
  /**
   * Seconds that it has to save and stop when this program ends, however it
   * ends. Absent: it goes on.
   */
  graceSeconds?: number;
}

/** How a program ended. */
export interface Ended {
  success: boolean;
  /** Its exit code; 128 + n when signal n ended it. */
  code: number;
  /** The signal that ended it; null: it ended by itself. */
  signal: Deno.Signal | null;
  /** Whether it was killed because it took too long. */
  timedOut: boolean;
  stdout: string;
  /** Its last 64 KiB. */
  stderr: string;
}

/** A program that runs, in a process group of its own. */
export interface Process {
  pid: number;
  ended: Promise<Ended>;
  /** Asks it to save and stop (SIGTERM). */
  stop(): void;
  /** Ends it, and all that it has started in its group, at once. */
  kill(): void;
}

/**
 * Starts a program in a process group of its own: Ctrl-C at the terminal is for
 * this program alone, which stops what it started as it sees fit.
 *
 * @throws Deno.errors.NotFound if there is no such program, or no folder for
 * the log; another error if it cannot be started
 */
export function start(
  program: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Process {
  const { input, output = true, withoutEnv, cwd, onLine, limitMs } = options;
  const inherited = Object.entries(withoutEnv ? Deno.env.toObject() : {})
    .filter(([name]) => !withoutEnv?.test(name));
  using opened = new DisposableStack();
  const log = options.log === undefined
    ? null
    : opened.use(Deno.openSync(options.log, { create: true, append: true }));
  const child = new Deno.Command(program, {
    args: [...args],
    env: { ...Object.fromEntries(inherited), ...options.env },
    clearEnv: withoutEnv !== undefined,
    ...(cwd !== undefined && { cwd }),
    stdin: input === undefined ? "null" : "piped",
    stdout: output ? "piped" : "null",
    stderr: "piped",
    detached: true,
  }).spawn();
  const cleanUp = opened.move();
  let running = true;
  let timedOut = false;

  const follow = async (): Promise<Ended> => {
    using _cleanUp = cleanUp;
    await using watchdog = options.graceSeconds === undefined
      ? null
      : new Watchdog(options);
    await watchdog?.watch(child.pid);
    if (input !== undefined) void feed(child.stdin, input);
    const stdout = output ? read(child.stdout) : null;
    const stderr = read(child.stderr, {
      kept: KEPT_CHARACTERS,
      onLine,
      // A full disk takes the log away, not the work.
      onBytes: (bytes) => attempt(() => log?.writeSync(bytes)),
    });
    const timer = limitMs === undefined ? 0 : setTimeout(() => {
      timedOut = true;
      killGroup(child.pid);
    }, limitMs);
    const { success, code, signal } = await child.status;
    running = false;
    clearTimeout(timer);
    return {
      ...{ success, code, signal, timedOut },
      stdout: await stdout?.() ?? "",
      stderr: await stderr(),
    };
  };
  // The number of a process that has ended may be another one's by now.
  const whileRunning = (action: () => void) => () => running && attempt(action);
  return {
    pid: child.pid,
    ended: follow(),
    stop: whileRunning(() => child.kill("SIGTERM")),
    kill: whileRunning(() => killGroup(child.pid)),
  };
}

/**
 * Runs a program to its end.
 *
 * @returns undefined when there is no such program
 */
export async function run(
  program: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<Ended | undefined> {
  let process: Process;
  try {
    process = start(program, args, options);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return await process.ended;
}

/**
 * Looks again and again at what a program leaves, until it has ended.
 *
 * @throws what `look` throws
 */
export async function lookUntilEnd(
  program: Promise<Ended>,
  look: () => Promise<void>,
): Promise<Ended> {
  let running = true;
  const ended = program.finally(() => running = false);
  while (running) {
    await within(LOOK_EVERY_MS, ended);
    if (running) await look();
  }
  return await ended;
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
    // It may end without reading what it is given.
  }
}

/** What becomes of what is read from a stream. */
interface ReadOptions {
  /** Characters of its end that are kept. @default {Infinity} */
  kept?: number;
  onBytes?: (bytes: Uint8Array) => void;
  onLine?: ((line: string) => void) | undefined;
}

/**
 * Reads a stream at once, so that its writer never waits.
 *
 * @returns gives the text, when the program has ended. A process that it left
 * behind may hold the stream open for ever, so a stream is given up when nothing
 * comes any more
 */
function read(
  stream: ReadableStream<Uint8Array>,
  { kept = Infinity, onBytes, onLine }: ReadOptions = {},
): () => Promise<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let line = "";
  let chunks = 0;
  const readToEnd = async () => {
    for (let chunk; !(chunk = await reader.read()).done; chunks++) {
      onBytes?.(chunk.value);
      const piece = decoder.decode(chunk.value, { stream: true });
      text = (text + piece).slice(-kept);
      const lines = (line + piece).split("\n");
      line = lines.pop()!.slice(-kept);
      lines.forEach((line) => onLine?.(line));
    }
    return true;
  };
  const ended = readToEnd();
  return async () => {
    let heard: number;
    do heard = chunks; while (
      !await within(LAST_WORDS_MS, ended) && chunks > heard
    );
    await reader.cancel().catch(() => {});
    if (line !== "") onLine?.(line);
    return text;
  };
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // It has ended just now.
  }
}

/** The path of a program on the PATH; a name with a slash is a path, as in a shell. */
export function findProgram(names: readonly string[]): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter(Boolean);
  const candidates = names.flatMap((name) =>
    name.includes("/") ? name : folders.map((folder) => `${folder}/${name}`)
  );
  return candidates.find((candidate) => {
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
