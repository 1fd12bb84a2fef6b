/** The user's crontab: our lines in it, and nothing else of it. */
import { DinoDqnError, UsageError } from "../errors.ts";
import { type Finished, run } from "../system/mod.ts";
import type { Job } from "./job.ts";

/** Debian's cron takes no longer command. */
const MAXIMUM_COMMAND = 998;

/** Its messages tell an empty crontab from one that cannot be read. */
const ENGLISH = { env: { LC_ALL: "C" } };

const begin = (data: string) => `# begin dino-dqn retrain, data in ${data}`;
const end = (data: string) => `# end dino-dqn retrain, data in ${data}`;

/**
 * A word of a crontab's command that the shell takes as it stands. For cron a
 * bare `%` is a line break; `\%` outside of quotes is one for none of the two.
 */
export function crontabWord(text: string): string {
  if (text === "") return "''";
  return text.split("%").map((part) =>
    /^[\w@+:,./=-]*$/.test(part) ? part : `'${part.replaceAll("'", `'\\''`)}'`
  ).join("\\%");
}

/**
 * The line that makes cron run a job.
 *
 * @throws UsageError if it is longer than cron allows
 */
export function crontabLine(expression: string, job: Job): string {
  const words = (texts: readonly string[]) => texts.map(crontabWord).join(" ");
  const variables = Object.entries(job.environment).map(([name, value]) =>
    `${name}=${value}`
  );
  const command = `cd ${crontabWord(job.folder)} && ` +
    `env ${words([...variables, ...job.command])} ` +
    `>> ${crontabWord(job.log)} 2>&1`;
  if (command.length > MAXIMUM_COMMAND) {
    throw new UsageError(
      `The command for the crontab has ${command.length} characters, but ` +
        `cron takes no more than ${MAXIMUM_COMMAND}; PATH has ${
          job.environment.PATH?.length ?? 0
        } of them: give a shorter one (PATH=/usr/local/bin:/usr/bin:/bin deno ` +
        "task retrain --install-cron …), or use --install-systemd",
    );
  }
  return `${expression} ${command}`;
}

/**
 * A crontab with our line for a data folder put in, replaced or, by `null`,
 * taken out; every other line stays as it is.
 *
 * @throws DinoDqnError if the lines that mark ours are not in pairs
 */
export function withLine(
  crontab: string,
  data: string,
  line: string | null,
): string {
  const lines = crontab.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const found = findBlock(lines, data);
  const block = line === null ? [] : [begin(data), line, end(data)];
  if (found) lines.splice(found.first, found.count, ...block);
  else lines.push(...block);
  return lines.map((text) => `${text}\n`).join("");
}

/**
 * The expression of our line for a data folder; null: there is none.
 *
 * @throws DinoDqnError if the lines that mark ours are not in pairs
 */
export function installedExpression(
  crontab: string,
  data: string,
): string | null {
  const lines = crontab.split("\n");
  const found = findBlock(lines, data);
  if (!found) return null;
  const inside = lines.slice(found.first + 1, found.first + found.count - 1);
  const line = inside.find((text) => /^[^\s#]/.test(text)) ?? "";
  return line.split(/\s+/, line.startsWith("@") ? 1 : 5).join(" ") || null;
}

function findBlock(lines: readonly string[], data: string) {
  const first = lines.indexOf(begin(data));
  const last = lines.indexOf(end(data));
  if (first < 0 && last < 0) return null;
  const isOne = first >= 0 && last > first &&
    lines.lastIndexOf(begin(data)) === first &&
    lines.lastIndexOf(end(data)) === last;
  if (!isOne) {
    throw new DinoDqnError(
      `The crontab should have one line "${begin(data)}" and after it one ` +
        `line "${end(data)}", but has not: it was changed by hand. Take out ` +
        "what is left of them with crontab -e",
    );
  }
  return { first, count: last - first + 1 };
}

/**
 * The user's crontab; empty if there is none, null if there is no cron.
 *
 * @throws DinoDqnError if it cannot be read
 */
export async function readCrontab(): Promise<string | null> {
  const done = await run("crontab", ["-l"], ENGLISH);
  if (!done) return null;
  if (done.success) return done.stdout;
  if (/no crontab for|No such file/i.test(done.stderr)) return "";
  throw failed("crontab -l", "read", done);
}

/**
 * Replaces the user's crontab as a whole.
 *
 * @throws DinoDqnError if cron does not take it; then the former one stays
 */
export async function writeCrontab(text: string): Promise<void> {
  const done = await run("crontab", ["-"], { ...ENGLISH, input: text });
  if (!done) throw noCron();
  if (!done.success) throw failed("crontab -", "replaced", done);
}

/** For whoever wants cron where there is none. */
export function noCron(): DinoDqnError {
  return new DinoDqnError(
    "There is no program crontab here: install cron (Debian, Ubuntu: sudo " +
      "apt-get install cron), or use --install-systemd",
  );
}

function failed(command: string, what: string, { stderr }: Finished) {
  return new DinoDqnError(
    `The crontab could not be ${what} (${command}): ${
      stderr.trim() || "no reason was given"
    }. Is this user allowed to use cron (/etc/cron.allow, /etc/cron.deny)?`,
  );
}
