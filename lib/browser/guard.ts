import { join } from "node:path";
import { ChromeNotFoundError, whyNotWritten } from "../errors.ts";
import { ifThere } from "../files.ts";
import { acquireLock, killGroup, Watchdog } from "../system/mod.ts";
import { sleep, within } from "../time.ts";
import {
  CHROME_FOLDER_PREFIX,
  endLeftoverChromes,
  OWNER_LOCK,
} from "./leftovers.ts";

/** Longest wait for the end of a Chrome that was killed, in milliseconds. */
const END_MS = 5000;
/** Lines of what Chrome said that an error message has. */
const SAID_LINES = 3;
/** What Chrome says of a bus that most servers do not have. */
const NOISE = /the bus:|org\.freedesktop\.|unexpected operator/;
/** What it says when a policy forbids that programs drive it. */
export const FORBIDDEN = /disallowed by the system admin/;

/**
 * Notes the process's number, and becomes Chrome: its stdin and stdout are the
 * two ends of Chrome's debugging pipe, and what Chrome says is kept. A Chrome
 * that cannot write says nothing, so the limit is told before it.
 */
const SCRIPT = `echo $$ > "$0/pid" || exit 1
limit=$(ulimit -f)
[ "$limit" = unlimited ] ||
  echo "Files may not grow beyond $limit blocks here (ulimit -f)" > "$0/log"
exec "$@" 3<&0 4>&1 < /dev/null > /dev/null 2>> "$0/log"
`;

/** Removes a folder in which a process that was killed may still write. */
async function removeFolder(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      await ifThere(Deno.remove(folder, { recursive: true }));
      return;
    } catch {
      await sleep(50);
    }
  }
}

/**
 * The life of one Chrome process: a folder of its own, and a watchdog that
 * ends Chrome and removes the folder whenever this program ends without
 * disposing of the guard.
 */
export class ChromeGuard implements AsyncDisposable {
  /** The folder that holds the profile and all else that Chrome writes. */
  readonly folder: string;
  readonly #owner: Disposable;
  readonly #watchdog: Watchdog;
  readonly #chrome: string;
  #process: Deno.ChildProcess | null = null;
  #disposed = false;

  private constructor(chrome: string, folder: string, owner: Disposable) {
    this.#chrome = chrome;
    this.folder = folder;
    this.#owner = owner;
    this.#watchdog = new Watchdog({ folder });
  }

  /**
   * @param chrome Chrome's program file.
   * @throws ChromeNotFoundError when the folder cannot be made.
   */
  static async create(chrome: string): Promise<ChromeGuard> {
    try {
      await endLeftoverChromes();
      const folder = await Deno.makeTempDir({ prefix: CHROME_FOLDER_PREFIX });
      const lock = join(folder, OWNER_LOCK);
      // Another program may just be asking whether its owner lives.
      const owner = await acquireLock(lock, folder, { onWait: () => {} });
      return new ChromeGuard(chrome, folder, owner);
    } catch (error) {
      throw new ChromeNotFoundError(
        "Chrome needs a temporary folder for its profile, but none could be " +
          `made (${whyNotWritten(error)}): ` +
          "set TMPDIR to a folder that can be written.",
        { cause: error },
      );
    }
  }

  /**
   * Starts Chrome in a process group of its own: Ctrl-C at the terminal is for
   * this program alone, which may still need Chrome to save its work.
   *
   * @param args Chrome's arguments
   * @returns the process, with its debugging pipe as stdin and stdout
   */
  start(args: readonly string[]): Deno.ChildProcess {
    this.#process = new Deno.Command("/bin/sh", {
      args: ["-c", SCRIPT, this.folder, this.#chrome, ...args],
      // Not by its whole name: a socket's path has 107 characters at most.
      env: { TMPDIR: "." },
      cwd: this.folder,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      detached: true,
    }).spawn();
    void this.#watchdog.watch(this.#process.pid);
    return this.#process;
  }

  /** The number of Chrome's process; `null`: it was never started. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** The last that Chrome said on stderr, in one line. */
  get lastWords(): string {
    return this.#said.slice(-SAID_LINES).join(" / ");
  }

  /** What Chrome said of a policy against being driven; absent: nothing. */
  get forbidden(): string | undefined {
    return this.#said.find((line) => FORBIDDEN.test(line));
  }

  get #said(): string[] {
    try {
      return Deno.readTextFileSync(`${this.folder}/log`).split("\n")
        .map((line) => line.replace(/^\[[^\]]*\]\s*/, "").trim())
        .filter((line) => line && !NOISE.test(line));
    } catch {
      return [];
    }
  }

  /** Kills Chrome and the processes it started, at once. */
  kill(): void {
    if (this.pid !== null) killGroup(this.pid);
  }

  /** Kills what still runs, removes the folder and ends the watchdog. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.kill();
    if (this.#process) await within(END_MS, this.#process.status);
    await removeFolder(this.folder);
    await this.#watchdog[Symbol.asyncDispose]();
    this.#owner[Symbol.dispose]();
  }
}
