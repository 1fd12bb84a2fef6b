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
