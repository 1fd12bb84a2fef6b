import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHROME_FOLDER_PREFIX } from "./guard.ts";

/** Age, in milliseconds, at which a folder without a Chrome is left over. */
const STARTING_MS = 3_600_000;

/**
 * Removes the folders of Chromes that are gone. Usually a watchdog does it; it
 * cannot when the whole machine stopped.
 *
 * @param folder where temporary folders are made. @default {tmpdir()}
 * @returns what was removed
 */
export async function removeDeadChromeFolders(
  folder: string = Deno.env.get("TMPDIR") ?? tmpdir(),
): Promise<string[]> {
  const removed: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory || !name.startsWith(CHROME_FOLDER_PREFIX)) continue;
    const path = join(folder, name);
    try {
      if (!await isDead(path)) continue;
      await Deno.remove(path, { recursive: true });
      removed.push(path);
    } catch {
      // Another user's folder, or another process is at it.
    }
  }
  return removed;
}

async function isDead(path: string): Promise<boolean> {
  const pid = Number(
    await Deno.readTextFile(join(path, "pid")).catch(() => NaN),
  );
  if (Number.isInteger(pid) && pid > 0) return !isAlive(pid);
  const { mtime } = await Deno.stat(path);
  return Date.now() - (mtime?.getTime() ?? Infinity) > STARTING_MS;
}

function isAlive(pid: number): boolean {
  try {
    // Does nothing to a process that runs.
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound ||
      error instanceof TypeError);
  }
}
