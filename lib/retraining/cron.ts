/** The user's crontab: our lines in it, and nothing else of it. */
import { userInfo } from "node:os";
import { Cron } from "croner";
import { DinoDqnError, UsageError } from "../errors.ts";
import { type Finished, run } from "../system/mod.ts";
import type { InstalledSchedule, Scheduler } from "./scheduler.ts";

/** Debian's cron takes no longer command. */
const MAXIMUM_COMMAND = 998;

const FIELDS = [
  "minute (0-59)",
  "hour (0-23)",
  "day of the month (1-31)",
  "month (1-12 or jan-dec)",
  "day of the week (0-7 or sun-sat)",
];

/** What stands around our line, and says whose it is. */
const MARK = /^# (begin|end) dino-dqn retrain, data in (.*)$/;
/** When it was installed, ISO 8601. */
const INSTALLED = "# installed ";

/** Settings that change what the lines below them mean to cron. */
const MISLEADING = /^\s*(CRON_TZ\s*=|SHELL\s*=(?!.*\/(ba|da|k|z)?sh\W*$))/;

/** Runs jobs by a line in the user's crontab. */
export const cron: Scheduler = {
  async install(time, { data, line }) {
    const expression = checkExpression(time);
    if (line.length > MAXIMUM_COMMAND) {
      throw new UsageError(
        `The command for the crontab has ${line.length} characters, but cron ` +
          `takes no more than ${MAXIMUM_COMMAND}; give a shorter PATH ` +
          "(PATH=/usr/local/bin:/usr/bin:/bin deno task retrain " +
          "--install-cron …), or use --install-systemd",
      );
    }
    const crontab = await readCrontab();
    if (crontab === null) throw noCron();
    const block = asText([
      `# begin dino-dqn retrain, data in ${data[0]}`,
      INSTALLED + new Date().toISOString(),
      `${expression} ${line}`,
      `# end dino-dqn retrain, data in ${data[0]}`,
    ]);
    const first = cronTimes(expression).nextRun()?.toLocaleString("sv");
    return {
      description: `In the crontab of ${userInfo().username}:\n\n${block}\n` +
        `The first time: ${first}, by this machine's clock`,
      // Before all else, where no CRON_TZ and no SHELL of the user's reaches.
      apply: () => writeCrontab(block + takeApart(crontab, data).rest),
    };
  },

  async installed(data) {
    const { blocks } = takeApart(await readCrontab() ?? "", data);
    return blocks.flatMap(({ lines, above }) => {
      const line = lines.find((text) => /^[^\s#]/.test(text));
      if (line === undefined) return [];
      const expression = line.split(/\s+/, line.startsWith("@") ? 1 : 5)
        .join(" ");
      const since = lines.find((text) => text.startsWith(INSTALLED));
      const misleading = above.findLast((text) => MISLEADING.test(text));
      return [{
        kind: "cron" as const,
        expression,
        ...(misleading === undefined
          ? timesOf(expression, new Date(since?.slice(INSTALLED.length) ?? NaN))
          : {
            ...{ next: null, previous: null },
            problem: `The crontab has ${misleading.trim()} above dino-dqn's ` +
              "line, which may then run at another time, or in another shell, " +
              "than is meant: install it again, which puts it first",
          }),
      }];
    });
  },

  async remove(data) {
    const { blocks, rest } = takeApart(await readCrontab() ?? "", data);
    const lines = blocks.flatMap(({ lines }) => lines);
    return lines.length === 0 ? [] : [{
      description: `From the crontab of ${userInfo().username}:\n\n` +
        asText(lines),
      apply: () => writeCrontab(rest),
    }];
  },
};

/**
 * Checks that cron takes an expression.
 *
 * @returns the expression with single spaces
 * @throws UsageError naming the field that is wrong and what is allowed
 */
function checkExpression(text: string): string {
  const expression = text.trim().replace(/\s+/g, " ");
  if (isTime(expression)) return expression;
  const fields = expression.split(" ");
  const wrong = fields.length === FIELDS.length
    ? FIELDS.find((_, i) =>
      !isTime(FIELDS.map((_, j) => i === j ? fields[i] : "*").join(" "))
    )
    : undefined;
  throw new UsageError(
    `${JSON.stringify(text)} is no time for cron: ${
      wrong ? `look at its ${wrong}. ` : ""
    }A time is a nickname such as @daily or ${FIELDS.join(", ")}, each of ` +
      "them *, a number, a range (1-5), steps (*/2, 8-18/2) or a list of " +
      'these, on a day that comes. Every night at two is "0 2 * * *"',
  );
}

/** Whether both cron and croner know the expression, and it ever comes. */
function isTime(expression: string): boolean {
  // Beside names of three letters, croner knows L, W, # and others.
  const rest = expression.replace(/\b[a-z]{3}\b/gi, "");
  if (!expression.startsWith("@") && /[^\d\s*,/-]/.test(rest)) return false;
  try {
    return cronTimes(expression).nextRun() !== null;
  } catch {
    return false;
  }
}

/** When an expression that croner knows comes, in this machine's time zone. */
function cronTimes(expression: string): Cron {
  const [, , day = "", , weekday = ""] = expression.split(" ");
  // Cron wants either the day of the month or that of the week, but both when
  // one of the two begins with a star.
  const domAndDow = day.startsWith("*") || weekday.startsWith("*");
  return new Cron(expression, { paused: true, mode: "5-part", domAndDow });
}

/** The times around now of a line that was installed at `since`. */
function timesOf(
  expression: string,
  since: Date,
): Pick<InstalledSchedule, "next" | "previous" | "problem"> {
  try {
    const times = cronTimes(expression);
    const previous = times.previousRuns(1).find((time) => time > since);
    return {
      ...{ next: times.nextRun(), previous: previous ?? null },
      problem: null,
    };
  } catch {
    // It was changed by hand: cron may know more than croner.
    return { next: null, previous: null, problem: null };
  }
}

/** Our lines for one job, and what stands above them. */
interface Block {
  lines: string[];
  above: string[];
}

/**
 * The blocks of a data folder, by whatever path it is named there, and all else.
 *
 * @throws DinoDqnError if the lines that mark them are not in pairs
 */
function takeApart(
  crontab: string,
  data: readonly string[],
): { blocks: Block[]; rest: string } {
  const lines = crontab.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const marks = lines.flatMap((text, at) => {
    const [, kind, folder] = MARK.exec(text) ?? [];
    return folder !== undefined && data.includes(folder)
      ? [{ kind, text, at }]
      : [];
  });
  const blocks: Block[] = [];
  const rest: string[] = [];
  let done = 0;
  for (let i = 0; i < marks.length; i += 2) {
    const [begin, end] = [marks[i]!, marks[i + 1]];
    if (begin.kind !== "begin" || end?.kind !== "end") {
      throw new DinoDqnError(
        `The crontab's line "${begin.text}" should be one of a pair, of a ` +
          "begin and an end, but is not: it was changed by hand. Take out " +
          "what is left of dino-dqn's lines with crontab -e",
      );
    }
    rest.push(...lines.slice(done, begin.at));
    done = end.at + 1;
    blocks.push({ lines: lines.slice(begin.at, done), above: [...rest] });
  }
  return { blocks, rest: asText([...rest, ...lines.slice(done)]) };
}

const asText = (lines: readonly string[]) =>
  lines.map((line) => `${line}\n`).join("");

/** Its messages tell an empty crontab from one that cannot be read. */
const ENGLISH = { env: { LC_ALL: "C" } };

/**
 * The user's crontab; empty if there is none, null if there is no cron.
 *
 * @throws DinoDqnError if it cannot be read
 */
async function readCrontab(): Promise<string | null> {
  const done = await run("crontab", ["-l"], ENGLISH);
  if (!done) return null;
  if (done.success) return done.stdout;
  if (/no crontab for|No such file/i.test(done.stderr)) return "";
  throw failed("crontab -l", "read", done);
}

/**
 * Replaces the user's crontab as a whole.
 *
 * @returns nothing that remains to be done
 * @throws DinoDqnError if cron does not take it; then the former one stays
 */
async function writeCrontab(text: string): Promise<string[]> {
  const done = await run("crontab", ["-"], { ...ENGLISH, input: text });
  if (!done) throw noCron();
  if (!done.success) throw failed("crontab -", "replaced", done);
  return [];
}

function noCron(): DinoDqnError {
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
