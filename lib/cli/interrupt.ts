import { run } from "../system/mod.ts";
import { say } from "./output.ts";

/** Exit code of a command that was stopped, and saved. */
export const INTERRUPTED = 130;
/** Milliseconds in which a second signal is the first one's echo. */
const SAME_SIGNAL_MS = 1000;

/** What a command does when somebody wants it to end. */
export interface InterruptOptions {
  /** What is said when it is asked to. */
  message: string;
  /** Done before a second signal ends the process at once. */
  atOnce?: () => void;
}

/** Tells when a command is to end, as long as it is not disposed of. */
export interface Interrupt extends Disposable {
  /** Aborted by the first Ctrl-C (SIGINT), SIGTERM, or SIGHUP. */
  signal: AbortSignal;
}

/**
 * The first signal asks to save and stop, a second one ends at once. A terminal
 * that is closed (SIGHUP) is such a signal, but not under `nohup`.
 */
export async function stopOnSignal(
  { message, atOnce }: InterruptOptions,
): Promise<Interrupt> {
  const stop = new AbortController();
  let first = 0;
  const onSignal = () => {
    if (stop.signal.aborted) {
      // One Ctrl-C can come twice: from the terminal and from `deno task`.
      if (performance.now() - first < SAME_SIGNAL_MS) return;
      atOnce?.();
      // Chrome's guard ends Chrome when this process has ended.
      Deno.exit(INTERRUPTED);
    }
    first = performance.now();
    // Before anything else: there may be nobody to say it to any more.
    stop.abort();
    say(message);
  };
  const listeners = {
    SIGINT: onSignal,
    SIGTERM: onSignal,
    // Without a listener Deno would end by it, once it listens to another one.
    SIGHUP: await ignoresHangUp() ? () => {} : onSignal,
  };
  const entries = Object.entries(listeners) as [Deno.Signal, () => void][];
  for (const entry of entries) Deno.addSignalListener(...entry);
  return {
    signal: stop.signal,
    [Symbol.dispose]() {
      for (const entry of entries) Deno.removeSignalListener(...entry);
    },
  };
}

/**
 * Whether SIGHUP does nothing to this program, as `nohup` has it: what it
 * ignores, a shell that it starts ignores too.
 */
async function ignoresHangUp(): Promise<boolean> {
  const ended = await run("/bin/sh", ["-c", "kill -HUP $$"]);
  return ended?.success ?? true;
}
