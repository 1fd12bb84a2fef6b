import { join } from "node:path";
import { ChromeNotFoundError } from "../errors.ts";
import { ifThere } from "../files.ts";
import { acquireLock, killGroup, shellWord, Watchdog } from "../system/mod.ts";
import {
  CHROME_FOLDER_PREFIX,
  endLeftoverChromes,
  OWNER_LOCK,
  readPid,
} from "./leftovers.ts";

/** Lines of what Chrome said that an error message has. */
const SAID_LINES = 3;

/**
 * The script that is started in Chrome's place: it notes the process's number,
 * keeps what Chrome says, leaves the terminal's process group (Ctrl-C is for
 * this program alone, which may still need Chrome to save its work), and
 * becomes Chrome.
 */
function launcherScript(chrome: string): string {
  return `#!/bin/sh
folder=\${0%/*}
echo $$ > "$folder/pid" || exit 1
export TMPDIR="$folder"
if mkfifo "$folder/said"; then
  { trap '' HUP INT TERM; exec tee "$folder/log"; } < "$folder/said" >&2 &
  exec 2> "$folder/said"
fi
command -v setsid > /dev/null && set -- setsid ${shellWord(chrome)} "$@" ||
  set -- ${shellWord(chrome)} "$@"
exec "$@"
`;
}

/** Removes a folder in which a process that was killed may still write. */
async function removeFolder(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      await ifThere(Deno.remove(folder, { recursive: true }));
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
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
  #pid: number | null = null;
  #disposed = false;

  private constructor(folder: string, owner: Disposable) {
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
      await Deno.writeTextFile(`${folder}/launch`, launcherScript(chrome), {
        mode: 0o755,
      });
      return new ChromeGuard(folder, owner);
    } catch (error) {
      throw new ChromeNotFoundError(
        "Chrome needs a temporary folder for its profile, but none could be " +
          `made (${(error as Error).message}): ` +
          "set TMPDIR to a folder that can be written, not below /dev, which " +
          "Deno refuses.",
        { cause: error },
      );
    }
  }

  /** What is started in Chrome's place, with Chrome's arguments. */
  get launcher(): string {
    return `${this.folder}/launch`;
  }

  /** The number of Chrome's process; `null`: it was never started. */
  get pid(): number | null {
    return this.#pid ??= readPid(this.folder);
  }

  /**
   * Remembers Chrome's process, which has started: the folder's files may be
   * gone when it is to end, as cleaners of temporary folders remove old ones.
   */
  async started(): Promise<void> {
    if (this.pid !== null) await this.#watchdog.watch(this.pid);
  }

  /** The last that Chrome said on stderr, in one line. */
  get lastWords(): string {
    try {
      return Deno.readTextFileSync(`${this.folder}/log`).split("\n")
        .map((line) => line.replace(/^\[[^\]]*\]\s*/, "").trim())
        .filter(Boolean).slice(-SAID_LINES).join(" / ");
    } catch {
      return "";
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
    await removeFolder(this.folder);
    await this.#watchdog[Symbol.asyncDispose]();
    this.#owner[Symbol.dispose]();
  }
}
