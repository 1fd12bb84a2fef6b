/**
 * Commands of this program: as they are typed, and in processes of their own,
 * as a user would start them: whatever ends one of them, the caller goes on.
 */
import { addAbortListener } from "node:events";
import { join } from "node:path";
import { ROOT } from "../files.ts";
import {
  type Ended,
  type Process,
  type ProcessOptions,
  start,
} from "./process.ts";
import { Watchdog } from "./watchdog.ts";

/** Seconds that a command has to save when this program is gone. */
const GRACE_SECONDS = 10;
/** Milliseconds that one which was asked to save and stop may take. */
const SAVING_MS = 120_000;

/** A word as a shell takes it, in quotes where it needs them. */
export function shellWord(word: string): string {
  return /^[\w./=:,+@%-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * A command of this program as it is typed in a shell.
 *
 * @param args the command's name and its arguments
 */
export function commandText(args: readonly string[]): string {
  return ["deno", "task", ...args.map(shellWord)].join(" ");
}

/**
 * Starts a command of this program with the permissions of its task in
 * `deno.json`. It saves and stops when this program ends, however it ends.
 *
 * @param args the command's name and its arguments: `["train", "--resume", NAME]`
 * @throws Deno.errors.NotFound if there is no such command, or no folder for
 * the log
 */
export async function startCommand(
  args: readonly string[],
  options: Pick<
    ProcessOptions,
    "log" | "onLine" | "env" | "withoutEnv" | "cwd"
  > = {},
): Promise<Process> {
  return start(Deno.execPath(), await commandArguments(args), {
    graceSeconds: GRACE_SECONDS,
    ...options,
  });
}

/**
 * Runs a command of this program to its end. The signal asks it to save and
 * stop; it is killed when that takes too long.
 *
 * @param onLine receives each line that it says on stderr
 * @throws the signal's reason when it was aborted
 */
export async function runCommand(
  args: readonly string[],
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<Ended> {
  signal.throwIfAborted();
  const command = await startCommand(args, { onLine });
  using _stopping = stopOn(signal, command);
  const ended = await command.ended;
  signal.throwIfAborted();
  return ended;
}

/**
 * Asks a command to save and stop when the signal comes, and kills it when that
 * takes too long; no more once it is disposed of.
 */
export function stopOn(signal: AbortSignal, command: Process): Disposable {
  let killing: ReturnType<typeof setTimeout> | undefined;
  const listening = addAbortListener(signal, () => {
    command.stop();
    killing = setTimeout(command.kill, SAVING_MS);
  });
  return {
    [Symbol.dispose]() {
      listening[Symbol.dispose]();
      clearTimeout(killing);
    },
  };
}

/**
 * Starts this command again with one more host that it may connect to, and
 * waits for it: its input, output and signals are those of this process.
 *
 * @param host `nats.example.org:4222`
 * @returns its exit code
 */
export async function runWithHost(host: string): Promise<number> {
  const args = await commandArguments(Deno.args);
  const net = args.findIndex((arg) => arg.startsWith("--allow-net="));
  const child = new Deno.Command(Deno.execPath(), {
    args: args.with(net, `${args[net]},${host}`),
    stdin: "inherit",
  }).spawn();
  await using watchdog = new Watchdog({ graceSeconds: GRACE_SECONDS });
  await watchdog.watch(child.pid);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const listeners = signals.map((signal) => () => child.kill(signal));
  signals.forEach((signal, i) => Deno.addSignalListener(signal, listeners[i]!));
  const { code } = await child.status;
  signals.forEach((signal, i) =>
    Deno.removeSignalListener(signal, listeners[i]!)
  );
  return code;
}

/** What Deno is called with: `run --allow-… main.ts train …`. */
async function commandArguments(args: readonly string[]): Promise<string[]> {
  const [name] = args;
  const { tasks }: { tasks: Record<string, { command: string }> } = JSON.parse(
    await Deno.readTextFile(join(ROOT, "deno.json")),
  );
  const command = tasks[name!]?.command.split(" ") ?? [];
  const program = command.indexOf("main.ts");
  if (program < 0) throw new Deno.errors.NotFound(`no command ${name}`);
  return [...command.slice(1, program), join(ROOT, "main.ts"), ...args];
}

/**
 * Why a command of this program ended badly: its own error message, else the
 * last that it said.
 */
export function failureText({ code, signal, stderr }: Ended): string {
  // Who is killed has no last words: what stands there is of before.
  if (signal !== null) return `ended by signal ${code - 128}`;
  const lines = stderr.trimEnd().split("\n");
  const error = lines.findLastIndex((line) => line.startsWith("error: "));
  const said = error < 0
    ? lines.findLast((line) => /^\S/.test(line))
    : lines.slice(error).join(" ").slice("error: ".length);
  const how = `exit code ${code}`;
  return said ? `${how}: ${said}` : how;
}
