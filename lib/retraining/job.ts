/** What a schedule starts: one line for `sh`, in which nothing is left open. */
import { dirname, resolve } from "node:path";
import { ROOT } from "../files.ts";
import { lastingCommand, shellWord } from "../system/mod.ts";

const PROGRAM = resolve(ROOT);

/** A night for cron or systemd. */
export interface Job {
  /** What `sh` runs: everything absolute, every word quoted where it must be. */
  line: string;
  /**
   * The data folder whose champion it trains, by all paths that lead there, the
   * one without links first. There is one job for each folder.
   */
  data: readonly string[];
  /** Longest time that it takes by its own account, in minutes. */
  limitMinutes: number;
  /** What the user should know before relying on it, in sentences. */
  warnings: string[];
}

/**
 * `deno task retrain` as a job, with this process's Deno and environment.
 *
 * @param args of the command
 * @param log file to which what it says is added; its folder is made with it
 * @throws UsageError if a path or an argument cannot be written into it
 */
export function retrainJob(
  args: readonly string[],
  log: string,
  { data, limitMinutes }: Pick<Job, "data" | "limitMinutes">,
): Job {
  const { words: command, warnings } = lastingCommand(
    ["retrain", ...args],
    [PROGRAM, ...data, log],
  );
  const words = (...texts: string[]) => texts.map(scheduleWord).join(" ");
  return {
    line: `cd ${words(PROGRAM)} && mkdir -p ${words(dirname(log))} && ` +
      `exec env ${words(...command)} >> ${words(log)} 2>&1`,
    ...{ data, limitMinutes, warnings },
  };
}

/**
 * A word that `sh` takes as it stands. For cron a bare `%` is a line break;
 * `\%` outside of quotes is one neither for cron nor for the shell.
 */
function scheduleWord(text: string): string {
  return text.split("%").map(shellWord).join("\\%");
}
