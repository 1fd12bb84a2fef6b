/** What a schedule starts: a command that works outside of a shell. */
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../errors.ts";

/** The program's folder, with `deno.json`. */
const ROOT = resolve(fileURLToPath(new URL("../..", import.meta.url)));

/** Variables that are taken along as they are when the schedule is installed. */
const KEPT_VARIABLES = [
  ...["DINO_DATA", "DINO_CACHE", "DINO_TENSORFLOW", "DINO_DEPS"],
  ...["DINO_NO_INSTALL", "CHROME_PATH", "ASTRAL_BIN_PATH", "XDG_CACHE_HOME"],
  ...["DENO_DIR", "CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH"],
];

/** Those of them that are paths. */
const PATH_VARIABLES = [
  ...["DINO_DATA", "DINO_CACHE", "DINO_TENSORFLOW", "CHROME_PATH"],
  ...["ASTRAL_BIN_PATH", "XDG_CACHE_HOME", "DENO_DIR"],
];

/** A command for cron or systemd: everything absolute, nothing for a shell. */
export interface Job {
  /** Deno's program file and its arguments. */
  command: readonly string[];
  /** Working directory. */
  folder: string;
  environment: Readonly<Record<string, string>>;
  /** The data folder whose champion it trains; there is one job for each. */
  data: string;
  /** File to which what it says is added. */
  log: string;
  /** Longest time that it takes by its own account, in minutes. */
  limitMinutes: number;
}

/** What {@linkcode retrainJob} cannot know by itself. */
export interface JobOptions {
  /** Arguments of `deno task retrain`. */
  args: readonly string[];
  data: string;
  log: string;
  limitMinutes: number;
  /** @default {Deno.execPath()} */
  execPath?: string;
  /** @default {Deno.env.toObject()} */
  env?: Readonly<Record<string, string>>;
}

/**
 * `deno task retrain` as a job, with this process's Deno and environment.
 *
 * @throws UsageError if a path or an argument cannot be written into a
 * crontab or a unit: it has a line break, or ends in a space
 */
export function retrainJob(options: JobOptions): Job {
  const { args, data, log, limitMinutes } = options;
  const { execPath = Deno.execPath(), env = Deno.env.toObject() } = options;
  const path = lastingFolders(env.PATH ?? "");
  const job: Job = {
    command: [
      lastingPath(execPath, path),
      ...["task", "--quiet", "retrain", ...args],
    ],
    folder: ROOT,
    environment: { ...keptEnvironment(env), PATH: path.join(delimiter) },
    data,
    log,
    limitMinutes,
  };
  const texts = [
    ...job.command,
    ...Object.values(job.environment),
    ...[job.folder, job.data, job.log],
  ];
  const bad = texts.find((text) => /\p{Cc}|[\s\\]$/u.test(text));
  if (bad !== undefined) {
    throw new UsageError(
      `Cannot schedule with ${JSON.stringify(bad)}: a schedule has no place ` +
        "for line breaks and other control characters, nor for a space or " +
        "backslash at an end; use another name",
    );
  }
  return job;
}

/** What the user should know of a job before relying on it. */
export function jobWarnings({ command }: Job, uid = Deno.uid()): string[] {
  const deno = command[0]!;
  return [
    ...(/\/(_npx|\.npm|_cacache)\//.test(deno)
      ? [
        `Deno is in npm's cache (${deno}), which npm may empty at any time; ` +
        "then nothing is started any more. Install Deno for good " +
        "(npm install --global deno, or https://deno.com) and install the " +
        "schedule again with it",
      ]
      : []),
    ...(uid === 0
      ? [
        "It will run as root, where Chrome has no sandbox: better install it " +
        "as a normal user",
      ]
      : []),
  ];
}

/**
 * The name on the PATH that leads to Deno's program file, if there is one: it
 * stays the same when a newer Deno takes the file's place.
 */
function lastingPath(execPath: string, folders: readonly string[]): string {
  const names = folders.map((folder) => join(folder, "deno"));
  return names.find((name) => {
    try {
      return Deno.realPathSync(name) === Deno.realPathSync(execPath);
    } catch {
      return false;
    }
  }) ?? execPath;
}

function keptEnvironment(
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = KEPT_VARIABLES.filter((name) => env[name]).map((name) => [
    name,
    PATH_VARIABLES.includes(name) ? resolve(env[name]!) : env[name]!,
  ]);
  return Object.fromEntries(kept);
}

/**
 * The PATH's folders without what adds nothing to it, since crontab lines must
 * be short: those that are not there, and those that npx and `deno task` put
 * before it for the time they run.
 */
function lastingFolders(path: string): string[] {
  const folders = path.split(delimiter).filter((folder) => {
    if (!isAbsolute(folder) || /\/node_modules\/\.bin\/?$/.test(folder)) {
      return false;
    }
    try {
      return Deno.statSync(folder).isDirectory;
    } catch {
      return false;
    }
  });
  return [...new Set(folders)];
}
