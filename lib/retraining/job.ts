/** What a schedule starts: one line for `sh`, in which nothing is left open. */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../errors.ts";
import { lastingCommand, shellWord } from "../system/mod.ts";

/** The program's folder, with `deno.json`. */
const ROOT = resolve(fileURLToPath(new URL("../..", import.meta.url)));

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
 * @throws UsageError if a path or an argument cannot be written into a
 * crontab or a unit: it has a line break, or ends in a space
 */
export function retrainJob(
  args: readonly string[],
  log: string,
  { data, limitMinutes }: Pick<Job, "data" | "limitMinutes">,
): Job {
  const { deno, words: command } = lastingCommand(["retrain", ...args]);
  const bad = [...command, ROOT, ...data, log].find((text) =>
    /\p{Cc}|[\s\\]$/u.test(text)
  );
  if (bad !== undefined) {
    throw new UsageError(
      `Cannot schedule with ${JSON.stringify(bad)}: a schedule has no place ` +
        "for line breaks and other control characters, nor for a space or " +
        "backslash at an end; use another name",
    );
  }
  const words = (...texts: string[]) => texts.map(scheduleWord).join(" ");
  return {
    line: `cd ${words(ROOT)} && mkdir -p ${words(dirname(log))} && ` +
      `exec env ${words(...command)} >> ${words(log)} 2>&1`,
    ...{ data, limitMinutes },
    warnings: warningsOf(deno),
  };
}

/**
 * A word that `sh` takes as it stands. For cron a bare `%` is a line break;
 * `\%` outside of quotes is one neither for cron nor for the shell.
 */
function scheduleWord(text: string): string {
  return text.split("%").map(shellWord).join("\\%");
}

function warningsOf(deno: string): string[] {
  const warnings: string[] = [];
  if (/\/(_npx|\.npm|_cacache)\//.test(deno)) {
    warnings.push(
      `Deno is in npm's cache (${deno}), which npm may empty at any time; ` +
        "then nothing is started any more. Install Deno for good " +
        "(npm install --global deno, or https://deno.com) and install the " +
        "schedule again with it",
    );
  }
  if (Deno.uid() === 0) {
    warnings.push(
      "It will run as root, where Chrome has no sandbox: better install it " +
        "as a normal user",
    );
  }
  return warnings;
}
