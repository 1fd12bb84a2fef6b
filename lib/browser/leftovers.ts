/** Chromes whose program is gone, and their folders. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ifThere, namesIn, removeIfThere } from "../files.ts";
import { isAlive, isLocked, killGroup, run } from "../system/mod.ts";

/** How the name of each Chrome's folder begins. */
export const CHROME_FOLDER_PREFIX = "dino-chrome-";
/** The file in it that the program which started that Chrome has locked. */
export const OWNER_LOCK = "owner";
/** Age, in milliseconds, at which a folder without an owner is left over. */
const STARTING_MS = 3_600_000;

/**
 * Ends the Chromes whose program is gone, and removes their folders. Usually a
 * watchdog does it; it cannot when it was killed, or the whole machine stopped.
 *
 * @param folder where temporary folders are made. @default {tmpdir()}
 * @returns the folders that were removed
 */
export async function endLeftoverChromes(
  folder: string = Deno.env.get("TMPDIR") ?? tmpdir(),
): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await namesIn(folder).catch(() => [])) {
    if (!name.startsWith(CHROME_FOLDER_PREFIX)) continue;
    const path = join(folder, name);
    try {
      if (!await isLeftOver(path)) continue;
      const pid = readPid(path);
      if (pid !== null && await isChromeOf(path, pid)) killGroup(pid);
      await removeIfThere(path);
      removed.push(path);
    } catch {
      // Another user's folder, or another process is at it.
    }
  }
  return removed;
}

/** The number of the Chrome in a folder; `null`: it was never started. */
function readPid(folder: string): number | null {
  try {
    const pid = Number(Deno.readTextFileSync(join(folder, "pid")));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

async function isLeftOver(path: string): Promise<boolean> {
  const pid = readPid(path);
  if (await ifThere(Deno.stat(join(path, OWNER_LOCK)))) {
    return !await isLocked(join(path, OWNER_LOCK));
  }
  // Made just now, or by a former version of this program.
  if (pid !== null) return !isAlive(pid);
  const { mtime } = await Deno.stat(path);
  return Date.now() - (mtime?.getTime() ?? Infinity) > STARTING_MS;
}

/** Whether the process is that Chrome: its number may be another's by now. */
async function isChromeOf(folder: string, pid: number): Promise<boolean> {
  // Deno shows /proc to nobody who has not all permissions; macOS has none.
  const script = 'cat "/proc/$1/cmdline" || ps -o args= -p "$1"';
  const ended = await run("/bin/sh", ["-c", script, "sh", `${pid}`]);
  return ended?.stdout.includes(folder) ?? false;
}
