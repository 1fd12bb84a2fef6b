/** Looking at processes in tests. */
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The parent of a process that runs; undefined: it does not, or has ended and
 * waits to be noted. Deno shows /proc to nobody who has not all permissions, so
 * another program reads it.
 */
function parentOf(pid: number): number | undefined {
  const { stdout } = new Deno.Command("cat", {
    args: [`/proc/${pid}/stat`],
    stderr: "null",
  }).outputSync();
  const stat = new TextDecoder().decode(stdout);
  const [, parent] = /^\d+ \(.*\) [^ZX] (\d+)/s.exec(stat) ?? [];
  return parent === undefined ? undefined : Number(parent);
}

/** Whether a process runs. */
export function isRunning(pid: number): boolean {
  return parentOf(pid) !== undefined;
}

/** The Chromes that this process has started and that run. */
export function chromePids(): number[] {
  const folder = Deno.env.get("TMPDIR") ?? tmpdir();
  return [...Deno.readDirSync(folder)]
    .filter(({ name }) => name.startsWith("dino-chrome-"))
    .map(({ name }) => readNumber(join(folder, name, "pid")))
    .filter((pid) => parentOf(pid) === Deno.pid);
}

/** The GPU processes of the Chromes that this process has started. */
export function gpuPids(): number[] {
  const { stdout } = new Deno.Command("ps", {
    args: ["-eo", "pid=,ppid=,args="],
  })
    .outputSync();
  const processes = new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/));
  const below = (parent: string): string[][] =>
    processes.filter(([, of]) => of === parent)
      .flatMap((child) => [child, ...below(child[0]!)]);
  return chromePids().flatMap((pid) => below(`${pid}`))
    .filter((words) => words.includes("--type=gpu-process"))
    .map(([pid]) => Number(pid));
}

/** The number in a file; 0 where it is not written yet, or not there. */
function readNumber(path: string): number {
  try {
    return Number(Deno.readTextFileSync(path));
  } catch {
    return 0;
  }
}

/** Waits until something is so; the test's own limit ends it. */
export async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Prints the sockets of processes, and those that wait for a connection. */
const SOCKETS = `if [ -d /proc/net ]; then
  for pid; do ls -l "/proc/$pid/fd"; done | grep -o 'socket:.[0-9]*' |
    grep -o '[0-9]*' | sort -u > "$0"
  awk '$4 == "0A" { print $10 }' /proc/net/tcp /proc/net/tcp6 | sort -u |
    comm -12 - "$0"
else
  for pid; do lsof -nP -a -p "$pid" -iTCP -sTCP:LISTEN -t; done
fi`;

/** Whether one of the processes listens on a port of this machine. */
export async function listens(...pids: number[]): Promise<boolean> {
  const file = await Deno.makeTempFile();
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", SOCKETS, file, ...pids.map(String)],
    stderr: "null",
  }).output();
  await Deno.remove(file);
  return stdout.length > 0;
}
