import { hostname } from "node:os";
import { DinoDqnError, RunLockedError } from "../errors.ts";
import { ifThere, readText } from "../files.ts";
import { sleep } from "../time.ts";

/** Who holds a lock. */
export interface LockHolder {
  pid: number;
  host: string;
  /** When it was taken, ISO 8601. */
  since: string;
}

/** A lock that is held until it is disposed of. */
export interface Lock extends Disposable {
  /** Whether its file is still there: who waited for it may hold one that is not. */
  isThere(): Promise<boolean>;
}

/** How a lock is taken. */
export interface LockOptions {
  /**
   * Called before waiting for another process that holds it, with that process
   * in words. Absent: nobody waits, it is an error.
   */
  onWait?: (holder: string) => void;
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
 * @throws RunLockedError if another process holds it, saying which;
 * DinoDqnError if the file cannot be made or locked
 */
export async function acquireLock(
  path: string,
  what: string,
  { onWait }: LockOptions = {},
): Promise<Lock> {
  using opened = new DisposableStack();
  try {
    const file = opened.use(
      await Deno.open(path, { read: true, write: true, create: true }),
    );
    if (!await taken(file)) {
      const holder = describe(await readHolder(path));
      if (!onWait) {
        throw new RunLockedError(
          `${what} is in use by ${holder}; wait until it has ended, or end it`,
        );
      }
      onWait(holder);
      await file.lock(true);
    }
    await writeHolder(file);
    const held = opened.move();
    return {
      async isThere() {
        const [own, there] = [
          await file.stat(),
          await ifThere(Deno.stat(path)),
        ];
        return own.dev === there?.dev && own.ino === there.ino;
      },
      [Symbol.dispose]() {
        using _file = held;
        // Closing the file gives the lock back.
        file.truncateSync();
      },
    };
  } catch (cause) {
    if (cause instanceof DinoDqnError) throw cause;
    throw new DinoDqnError(
      `${what} cannot be locked with the file ${path}: ${
        (cause as Error).message
      }; it must be a file that this user may write, on a disk that has locks`,
      { cause },
    );
  }
}

/** Who only asks holds it for an instant: that is waited for. */
async function taken(file: Deno.FsFile): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await file.tryLock(true)) return true;
    await sleep(20);
  }
  return false;
}

/**
 * Who holds a lock that {@linkcode acquireLock} takes. Only a lock that a dead
 * process left its name in is tried, and only for an instant, so that asking
 * gets in nobody's way.
 *
 * @param path the lock file
 * @returns null when nobody holds it, or its holder has not written its name yet
 */
export async function lockHolder(path: string): Promise<LockHolder | null> {
  const holder = await readHolder(path);
  return holder && await isLocked(path) ? holder : null;
}

/**
 * Whether somebody holds a lock. Asking holds it for an instant, which
 * {@linkcode acquireLock} waits for.
 */
export async function isLocked(path: string): Promise<boolean> {
  using file = await Deno.open(path);
  return !await file.tryLock();
}

async function writeHolder(file: Deno.FsFile): Promise<void> {
  await file.truncate();
  const holder: LockHolder = {
    pid: Deno.pid,
    host: hostname(),
    since: new Date().toISOString(),
  };
  const name = new TextEncoder().encode(JSON.stringify(holder) + "\n");
  // On a full disk it is held without a name.
  await file.write(name).catch(() => file.truncate());
}

async function readHolder(path: string): Promise<LockHolder | null> {
  try {
    const holder = JSON.parse(await ifThere(readText(path)) ?? "null");
    return typeof holder?.pid === "number" ? holder : null;
  } catch (error) {
    // It is being written.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function describe(holder: LockHolder | null): string {
  return holder
    ? `process ${holder.pid} on ${holder.host}, since ${holder.since}`
    : "another process";
}
