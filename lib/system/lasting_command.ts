/** A command of this program for who starts it later, without this environment. */
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { realPath } from "../files.ts";

/** Variables that are taken along as they are now. */
const KEPT_PATHS = [
  ...["DINO_DATA", "DINO_CACHE", "DINO_TENSORFLOW", "CHROME_PATH"],
  ...["ASTRAL_BIN_PATH", "XDG_CACHE_HOME", "DENO_DIR"],
  ...["DINO_NATS_CA", "DINO_NATS_KEY"],
];
const KEPT_TEXTS = [
  ...["DINO_DEPS", "DINO_NO_INSTALL"],
  ...["CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH"],
];

/**
 * `deno task NAME …` with this process's Deno and environment, for `env`.
 *
 * @param args the command's name and its arguments
 * @param others paths that will stand beside it
 * @returns its words, variables first; and what the user should know before
 * relying on it, in sentences
 * @throws UsageError if a word or path cannot be written into a crontab or a
 * unit: it has a line break, or ends in a space
 */
export function lastingCommand(
  args: readonly string[],
  others: readonly string[],
): { words: string[]; warnings: string[] } {
  const path = lastingFolders(Deno.env.get("PATH") ?? "");
  const deno = lastingDeno(path);
  const words = [
    ...keptVariables(KEPT_PATHS, resolve),
    ...keptVariables(KEPT_TEXTS, (value) => value),
    `PATH=${path.join(delimiter)}`,
    ...[deno, "task", "--quiet", ...args],
  ];
  const bad = [...words, ...others].find((text) =>
    /\p{Cc}|[\s\\]$/u.test(text)
  );
  if (bad !== undefined) {
    throw new UsageError(
      `Cannot schedule with ${JSON.stringify(bad)}: a schedule has no place ` +
        "for line breaks and other control characters, nor for a space or " +
        "backslash at an end; use another name",
    );
  }
  return { words, warnings: warningsOf(deno) };
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

function keptVariables(
  names: readonly string[],
  valueOf: (value: string) => string,
): string[] {
  return names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value ? [`${name}=${valueOf(value)}`] : [];
  });
}

/**
 * The name on the PATH that leads to this Deno's program file, if there is one:
 * it stays the same when a newer Deno takes the file's place.
 */
function lastingDeno(folders: readonly string[]): string {
  const program = Deno.execPath();
  return folders.map((folder) => join(folder, "deno"))
    .find((name) => realPath(name) === realPath(program)) ?? program;
}

/**
 * The PATH's folders without what adds nothing to it, since crontab lines must
 * be short: those that are not there, and those that npx and `deno task` put
 * before it for the time they run.
 */
function lastingFolders(path: string): string[] {
  const folders = path.split(delimiter).filter((folder) => {
    try {
      return isAbsolute(folder) && Deno.statSync(folder).isDirectory &&
        !/\/node_modules\/\.bin\/?$/.test(folder);
    } catch {
      return false;
    }
  });
  return [...new Set(folders)];
}
