import { say } from "./output.ts";

/** Exit code of a command that was stopped, and saved. */
export const INTERRUPTED = 130;
/** Milliseconds in which a second signal is the first one's echo. */
const SAME_SIGNAL_MS = 1000;

/** What a command does when somebody wants it to end. */
export interface InterruptOptions {
  /** Aborted by the first Ctrl-C (SIGINT) or SIGTERM. */
  stop: AbortController;
  /** What is said then. */
  message: string;
  /** Done before a second signal ends the process at once. */
  atOnce?: () => void;
}

/**
 * The first signal asks to save and stop, a second one ends at once.
 *
 * @returns takes the signals' handlers away again
 */
export function stopOnSignal(
  { stop, message, atOnce }: InterruptOptions,
): () => void {
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
    say(message);
    stop.abort();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  return () => {
    for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
  };
}
