/** Ending what this program started when it ends, however it ends. */

/** The shell itself: nothing on the PATH is needed to start a watchdog. */
const SHELL = "/bin/sh";

/**
 * Waits for the end of its input, which comes when this program ends. Each line
 * before it is the number of the process to end: with its group where it leads
 * one, asked to save first if there is time for that. Then a folder is removed,
 * in which a process that was killed may still write for a moment.
 *
 * It works in the background, because Deno kills its children when an exception
 * ends it.
 */
const SCRIPT = `trap '' HUP INT TERM
PATH=$PATH:/usr/bin:/bin
exec 3<&0
{
  pid=
  while read -r line <&3; do pid=$line; done
  seconds=$1
  folder=$2
  if [ "$pid" ]; then
    if [ "$seconds" -gt 0 ]; then kill -TERM "$pid"; fi
    while [ "$seconds" -gt 0 ] && kill -0 "$pid"; do
      sleep 1
      seconds=$((seconds - 1))
    done
    kill -KILL "-$pid" || kill -KILL "$pid"
  fi
  attempt=0
  while [ -d "$folder" ] && [ $attempt -lt 5 ] && ! rm -rf "$folder"; do
    sleep 1
    attempt=$((attempt + 1))
  done
} > /dev/null 2>&1 &
wait
`;

/** What a watchdog is there for. */
export interface WatchdogOptions {
  /**
   * Seconds that the process has after it was asked to save and stop.
   * @default {0}
   */
  graceSeconds?: number;
  /** A folder that is removed afterwards. */
  folder?: string;
}

/**
 * A process of its own that ends another one, and removes its folder, when this
 * program ends without disposing of the watchdog: by an exception, a signal,
 * `kill -9`, or `kill -9` of its whole process group.
 */
export class Watchdog implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  constructor({ graceSeconds = 0, folder = "" }: WatchdogOptions = {}) {
    this.#process = new Deno.Command(SHELL, {
      args: ["-c", SCRIPT, "dino-watchdog", `${graceSeconds}`, folder],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
  }

  /** Tells the number of the process to end, which stands for its group too. */
  async watch(pid: number): Promise<void> {
    // Somebody may have killed the watchdog.
    await this.#input.write(new TextEncoder().encode(`${pid}\n`))
      .catch(() => {});
  }

  /** Takes the watchdog away: what it watched has ended, or may go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Before its input ends: the process's number may be another one's by now.
    killGroup(this.#process.pid);
    await this.#process.status;
    await this.#input.close().catch(() => {});
  }
}

/** Kills a process and its group, if it leads one, at once. */
export function killGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      Deno.kill(target, "SIGKILL");
    } catch {
      // It has ended already.
    }
  }
}

/** Whether there is a process of this number, ours or another user's. */
export function isAlive(pid: number): boolean {
  try {
    // Does nothing to a process that runs.
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound ||
      error instanceof TypeError);
  }
}
