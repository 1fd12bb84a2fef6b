/**
 * Commands of this program in processes of their own, as a user would start
 * them: whatever ends one of them, the caller goes on.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Lines that are kept to tell why a command failed. */
const LAST_LINES = 20;

/** How a command is started. */
export interface ChildOptions {
  /** The command's name and its arguments: `["train", "--resume", NAME]`. */
  args: readonly string[];
  /** File to which all that it says is added; absent: it is not kept. */
  log?: string;
  /** Receives each line that it says on stderr. */
  onLine?: (line: string) => void;
}

/** How a command ended. */
export interface ChildEnd {
  /** Its exit code; 128 + n when signal n ended it. */
  code: number;
  /** All of its stdout. */
  output: string;
  /** Its last lines on stderr, without their line ends. */
  lastLines: string[];
}

/** A command that was started. */
export interface Child {
  pid: number;
  ended: Promise<ChildEnd>;
  /** Asks it to save and stop, as Ctrl-C does. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
}

/**
 * Starts a command with the permissions of its task in `deno.json`.
 *
 * @throws Deno.errors.NotFound if there is no such command, or no folder for
 * the log
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const args = await commandArguments(options.args);
  const log = options.log === undefined
    ? null
    : await Deno.open(options.log, { create: true, append: true });
  let process: Deno.ChildProcess;
  try {
    process = new Deno.Command(Deno.execPath(), {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    log?.close();
    throw error;
  }
  const send = (signal: Deno.Signal) => {
    try {
      process.kill(signal);
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError)) throw error;
    }
  };
  return {
    pid: process.pid,
    ended: followChild(process, log, options.onLine),
    stop: () => send("SIGTERM"),
    kill: () => send("SIGKILL"),
  };
}

/** What Deno is called with: `run --allow-… main.ts train …`. */
async function commandArguments(args: readonly string[]): Promise<string[]> {
  const [name, ...rest] = args;
  const { tasks }: { tasks: Record<string, { command: string }> } = JSON.parse(
    await Deno.readTextFile(join(ROOT, "deno.json")),
  );
  const command = tasks[name!]?.command.split(" ") ?? [];
  const program = command.indexOf("main.ts");
  if (program < 0) throw new Deno.errors.NotFound(`no command ${name}`);
  return [
    ...command.slice(1, program),
    join(ROOT, "main.ts"),
    ...[name!, ...rest],
  ];
}

async function followChild(
  process: Deno.ChildProcess,
  log: Deno.FsFile | null,
  onLine?: (line: string) => void,
): Promise<ChildEnd> {
  using _log = log;
  const lastLines: string[] = [];
  const takeLine = (line: string) => {
    lastLines.push(line);
    if (lastLines.length > LAST_LINES) lastLines.shift();
    onLine?.(line);
  };
  const readErrors = async () => {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of process.stderr) {
      log?.writeSync(bytes);
      const lines = (rest + decoder.decode(bytes, { stream: true }))
        .split("\n");
      rest = lines.pop()!;
      lines.forEach(takeLine);
    }
    if (rest !== "") takeLine(rest);
  };
  const [{ code }, output] = await Promise.all([
    process.status,
    new Response(process.stdout).text(),
    readErrors(),
  ]);
  return { code, output, lastLines };
}
