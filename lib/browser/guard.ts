import { ChromeNotFoundError } from "../errors.ts";

/** How the name of each Chrome's folder begins. */
export const CHROME_FOLDER_PREFIX = "dino-chrome-";

/**
 * The script that is started in Chrome's place: it notes the process's number,
 * leaves the terminal's process group (Ctrl-C is for this program alone, which
 * may still need Chrome to save its work), and becomes Chrome.
 */
function launcherScript(chrome: string): string {
  const program = `'${chrome.replaceAll("'", `'\\''`)}'`;
  return `#!/bin/sh
folder=\${0%/*}
echo $$ > "$folder/pid" || exit 1
export TMPDIR="$folder"
if command -v setsid > /dev/null; then
  exec setsid ${program} "$@"
fi
exec ${program} "$@"
`;
}

/**
 * Waits for the end of its input, which comes when this program ends, however
 * it ends; if the folder is still there then, Chrome is killed and the folder
 * removed. The work is done in the background, because Deno kills its children
 * when an exception ends it.
 */
const WATCHDOG = `trap '' HUP INT TERM
exec 3<&0
{
  cat <&3 > /dev/null
  if [ -d "$1" ]; then
    pid=$(cat "$1/pid" 2> /dev/null)
    [ -n "$pid" ] && { kill -KILL "-$pid" || kill -KILL "$pid"; } 2> /dev/null
    for attempt in 1 2 3 4 5; do
      rm -rf "$1" 2> /dev/null && break
      sleep 1
    done
  fi
} &
wait
`;

/** Removes a folder in which a process that was killed may still write. */
async function removeFolder(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      await Deno.remove(folder, { recursive: true });
      return;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/**
 * The life of one Chrome process: a folder of its own, and a watchdog that
 * ends Chrome and removes the folder whenever this program ends without
 * disposing of the guard: by an exception, a signal, or `kill -9`.
 */
export class ChromeGuard implements AsyncDisposable {
  /** The folder that holds the profile and all else that Chrome writes. */
  readonly folder: string;
  #watchdog: Deno.ChildProcess;
  #disposed = false;

  private constructor(folder: string, watchdog: Deno.ChildProcess) {
    this.folder = folder;
    this.#watchdog = watchdog;
  }

  /**
   * @param chrome Chrome's program file.
   * @throws ChromeNotFoundError when the folder cannot be made.
   */
  static async create(chrome: string): Promise<ChromeGuard> {
    let folder: string;
    try {
      folder = await Deno.makeTempDir({ prefix: CHROME_FOLDER_PREFIX });
      await Deno.writeTextFile(`${folder}/launch`, launcherScript(chrome), {
        mode: 0o755,
      });
    } catch (error) {
      throw new ChromeNotFoundError(
        "Chrome needs a temporary folder for its profile, but none could be " +
          `made (${(error as Error).message}): ` +
          "set TMPDIR to a folder that can be written.",
        { cause: error },
      );
    }
    const watchdog = new Deno.Command("sh", {
      args: ["-c", WATCHDOG, "dino-chrome-watchdog", folder],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    return new ChromeGuard(folder, watchdog);
  }

  /** What is started in Chrome's place, with Chrome's arguments. */
  get launcher(): string {
    return `${this.folder}/launch`;
  }

  /** The number of Chrome's process; `null`: it was never started. */
  get pid(): number | null {
    try {
      const pid = Number(Deno.readTextFileSync(`${this.folder}/pid`));
      return Number.isInteger(pid) && pid > 0 ? pid : null;
    } catch {
      return null;
    }
  }

  /** Kills Chrome and the processes it started, at once. */
  kill(): void {
    const { pid } = this;
    if (pid === null) return;
    for (const target of [-pid, pid]) {
      try {
        Deno.kill(target, "SIGKILL");
      } catch {
        // It has ended already.
      }
    }
  }

  /** Kills what still runs, removes the folder and ends the watchdog. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.kill();
    await removeFolder(this.folder);
    await this.#watchdog.stdin.close();
    await this.#watchdog.status;
  }
}
