import { explain, UsageError } from "../errors.ts";
import { say } from "../say.ts";
import { findProgram, notify, type NotifyCommand } from "../system/mod.ts";
import type { Option } from "./command.ts";
import { INTERRUPTED } from "./interrupt.ts";

/** The option of commands that may tell somebody how they ended. */
export const NOTIFY_OPTION = {
  type: "boolean",
  description:
    "Starts the config's notify.command at the end, with the result as JSON.",
} as const satisfies Option;

/**
 * Whom to tell.
 *
 * @param asked whether `--notify` was given
 * @throws UsageError when it was, and the config names nobody, or no program
 */
export function whomToTell(
  asked: boolean,
  { notify }: { notify: NotifyCommand },
): NotifyCommand | null {
  if (asked && notify.command === null) {
    throw new UsageError(
      "--notify tells by the config's notify.command, which is null: set it, " +
        "--set 'notify.command=[program, argument]'",
    );
  }
  const [program] = notify.command ?? [];
  if (asked && !findProgram([program!])) {
    throw new UsageError(
      `--notify tells by the config's notify.command, but there is no program ` +
        `${program} on this machine`,
    );
  }
  return asked ? notify : null;
}

/**
 * Does a command's work, then tells how it ended: `result` is `done`, `failed`
 * or `interrupted`. The work does not fail because nobody could be told.
 *
 * @param about what is told in every case
 * @returns the command's exit code
 * @throws what the work throws
 */
export async function notified(
  whom: NotifyCommand | null,
  about: object,
  work: () => Promise<{ code: number; document: object }>,
): Promise<number> {
  const tell = async (document: object) => {
    const untold = whom && await notify(whom, { ...about, ...document });
    if (untold) say(`warning: ${untold}`);
  };
  try {
    const { code, document } = await work();
    const result = code === 0
      ? "done"
      : code === INTERRUPTED
      ? "interrupted"
      : "failed";
    await tell({ result, ...document });
    return code;
  } catch (error) {
    await tell({ result: "failed", reason: explain(error).message });
    throw error;
  }
}
