import { hostname } from "node:os";
import { RunLockedError } from "../errors.ts";
import { ifThere } from "../files.ts";

/** Who holds a lock. */
export interface LockHolder {
  pid: number;
  host: string;
  /** When it was taken, ISO 8601. */
  since: string;
}

/**
 * Takes a lock that only one process can hold, until it is disposed of.
 *
 * It is the operating system's lock on a file: it ends with its process, however
 * that ends, so a lock is never left behind and no clock is ever asked. The
 * file itself stays; it says who holds the lock.
 *
 * @param path the lock file, made if missing
 * @param what what is locked, for the message
 * @throws RunLockedError if another process holds it, saying which
 */
export async function acquireLock(
  path: string,
  what: string,
): Promise<Disposable> {
  const file = await Deno.open(path, { read: true, write: true, create: true });
  try {
    if (!await file.tryLock(true)) {
      throw new RunLockedError(
        `${what} is in use by ${await describeHolder(path)}; ` +
          "wait until it has ended, or end it",
      );
    }
    const holder: LockHolder = {
      pid: Deno.pid,
      host: hostname(),
      since: new Date().toISOString(),
    };
    await file.truncate();
    const name = new TextEncoder().encode(JSON.stringify(holder) + "\n");
    // On a full disk it is held without a name.
    await file.write(name).catch(() => file.truncate());
  } catch (error) {
    file.close();
    throw error;
  }
  return {
    [Symbol.dispose]() {
      // Closing the file gives the lock back.
      file.truncateSync();
      file.close();
    },
  };
}

/**
 * Who holds a lock that {@linkcode acquireLock} takes. Only a lock that a dead
 * process left its name in is tried, and only for an instant, so that asking
 * gets in nobody's way.
 *
 * @param path the lock file
 * @returns null when nobody holds it
 */
export async function lockHolder(path: string): Promise<LockHolder | null> {
  const text = await ifThere(Deno.readTextFile(path));
  if (!text) return null;
  using file = await Deno.open(path);
  if (await file.tryLock()) return null;
  try {
    return JSON.parse(text);
  } catch {
    // It is being written.
    return null;
  }
}

async function describeHolder(path: string): Promise<string> {
  try {
    const holder: LockHolder = JSON.parse(await Deno.readTextFile(path));
    return `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  } catch {
    // It has not written its name yet.
    return "another process";
  }
}
