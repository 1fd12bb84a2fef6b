/** Looking at processes in tests. */

/**
 * Whether a process runs; one that has ended and waits to be noted does not.
 * Deno shows /proc to nobody who has not all permissions, so another program
 * reads it.
 */
export function isRunning(pid: number): boolean {
  const { stdout } = new Deno.Command("cat", {
    args: [`/proc/${pid}/stat`],
    stderr: "null",
  }).outputSync();
  const stat = new TextDecoder().decode(stdout);
  return stat !== "" && !/^\d+ \(.*\) [ZX]/s.test(stat);
}

/** Waits until something is so; the test's own limit ends it. */
export async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise((resolve) => setTimeout(resolve, 20));
}
