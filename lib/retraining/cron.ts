/** The user's crontab: our lines in it, and nothing else of it. */
import { userInfo } from "node:os";
import { Cron } from "croner";
import { DinoDqnError, UsageError } from "../errors.ts";
import { run } from "../system/mod.ts";
import type { Scheduler } from "./scheduler.ts";

/** Debian's cron takes no longer command. */
const MAXIMUM_COMMAND = 998;

const FIELDS = [
  "minute (0-59)",
  "hour (0-23)",
  "day of the month (1-31)",
  "month (1-12 or jan-dec)",
  "day of the week (0-7 or sun-sat)",
];

/** Our lines for the data in $1, with what is between the first and the last. */
const BLOCK =
  /^# begin dino-dqn retrain, data in (.*)\n((?:(?!# begin dino-dqn).*\n)*?)# end dino-dqn retrain, data in \1\n/gm;
/** A first or a last line. */
const MARK = /^# (?:begin|end) dino-dqn retrain, data in (.*)$/gm;

/** Settings that change what the lines below them mean to cron. */
const MISLEADING = /^\s*(CRON_TZ\s*=|SHELL\s*=(?!.*\/(ba|da|k|z)?sh\W*$)).*$/gm;

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
    const before = await crontab("-l");
    if (before === null) {
      throw new DinoDqnError(
        "There is no program crontab here: install cron (Debian, Ubuntu: sudo " +
          "apt-get install cron), or use --install-systemd",
      );
    }
    const { rest } = takeApart(before, data);
    const block = `# begin dino-dqn retrain, data in ${data[0]}
# installed ${new Date().toISOString()}
${expression} ${line}
# end dino-dqn retrain, data in ${data[0]}
`;
    const first = timesOf(expression)?.nextRun()?.toLocaleString("sv");
    return [{
      shown: `In the crontab of ${userInfo().username}:\n\n${block}\n` +
        `The first time: ${first}, by this machine's clock`,
      // Before all else, where no CRON_TZ and no SHELL of the user's reaches.
      run: () => crontab("-", block + rest).then(() => null),
    }];
  },

  async installed(data) {
    const { blocks } = takeApart(await crontab("-l") ?? "", data);
    return blocks.flatMap(({ text, above }) => {
      const expression = /^(@\w+|[^\s#]\S*(?:\s+\S+){4})/m.exec(text)?.[1];
      if (expression === undefined) return [];
      const since = /^# installed (.*)$/m.exec(text)?.[1];
      const misleading = above.match(MISLEADING)?.at(-1)?.trim();
      const times = misleading ? null : timesOf(expression);
      return [{
        kind: "cron" as const,
        expression: expression.replace(/\s+/g, " "),
        next: times?.nextRun() ?? null,
        previous: times?.previousRuns(1)
          .find((time) => time > new Date(since ?? NaN)) ?? null,
        problem: misleading
          ? `The crontab has ${misleading} above dino-dqn's line, which may ` +
            "then run at another time, or in another shell, than is meant: " +
            "install it again, which puts it first"
          : null,
      }];
    });
  },

  async remove(data) {
    const { blocks, rest } = takeApart(await crontab("-l") ?? "", data);
    return blocks.length === 0 ? [] : [{
      shown: `From the crontab of ${userInfo().username}:\n\n` +
        blocks.map(({ text }) => text).join(""),
      run: () => crontab("-", rest).then(() => null),
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
  const fields = expression.split(" ");
  const isGood = (field: string, i: number) =>
    // Beside names of three letters, croner knows L, W, # and others.
    /^[\d*,/-]*$/.test(field.replace(/\b[a-z]{3}\b/gi, "")) &&
    timesOf(["*", "*", "*", "*", "*"].with(i, field).join(" "));
  const wrong = fields.length === FIELDS.length &&
    FIELDS.find((_, i) => !isGood(fields[i]!, i));
  if (!wrong && timesOf(expression)?.nextRun()) return expression;
  throw new UsageError(
    `${JSON.stringify(text)} is no time for cron: ${
      wrong ? `look at its ${wrong}. ` : ""
    }A time is a nickname such as @daily or ${FIELDS.join(", ")}, each of ` +
      "them *, a number, a range (1-5), steps (*/2, 8-18/2) or a list of " +
      'these, on a day that comes. Every night at two is "0 2 * * *"',
  );
}

/**
 * When cron starts a line, in this machine's time zone; null: it is no time, or
 * one that cron knows and croner does not.
 */
function timesOf(expression: string): Cron | null {
  const [, , day = "", , weekday = ""] = expression.split(" ");
  // Cron wants either the day of the month or that of the week, but both when
  // one of the two begins with a star.
  const domAndDow = day.startsWith("*") || weekday.startsWith("*");
  try {
    return new Cron(expression, { paused: true, mode: "5-part", domAndDow });
  } catch {
    return null;
  }
}

/**
 * The blocks of a data folder, with what stands above each, and all else.
 *
 * @throws DinoDqnError if the lines that mark them are not in pairs
 */
function takeApart(text: string, data: readonly string[]) {
  const blocks: { text: string; above: string }[] = [];
  const lines = text.replace(/[^\n]$/, "$&\n");
  const rest = lines.replace(BLOCK, (text, folder, _inside, at) => {
    if (!data.includes(folder)) return text;
    blocks.push({ text, above: lines.slice(0, at) });
    return "";
  });
  for (const [mark, folder] of rest.matchAll(MARK)) {
    if (!data.includes(folder!)) continue;
    throw new DinoDqnError(
      `The crontab's line "${mark}" should be one of a pair, of a begin and ` +
        "an end, but is not: it was changed by hand. Take out what is left of " +
        "dino-dqn's lines with crontab -e",
    );
  }
  return { blocks, rest };
}

/**
 * Runs cron's own program, in English.
 *
 * @returns its output, empty where there is no crontab; null: there is no cron
 * @throws DinoDqnError if it refuses; then the crontab is as it was
 */
async function crontab(
  argument: "-l" | "-",
  input?: string,
): Promise<string | null> {
  const done = await run("crontab", [argument], {
    env: { LC_ALL: "C" },
    ...(input !== undefined && { input }),
  });
  if (!done) return null;
  const { success, stdout, stderr } = done;
  if (success) return stdout;
  if (/no crontab for|No such file/i.test(stderr)) return "";
  throw new DinoDqnError(
    `crontab ${argument} failed: ${stderr.trim() || "no reason was given"}. ` +
      "Is this user allowed to use cron (/etc/cron.allow, /etc/cron.deny)?",
  );
}
