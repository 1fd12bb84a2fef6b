/** Cron expressions: which ones cron takes, and when they come next. */
import { Cron } from "croner";
import { UsageError } from "../errors.ts";

/** One of the five fields of a cron expression. */
interface Field {
  name: string;
  minimum: number;
  maximum: number;
  /** Names that may stand for the numbers from `minimum` on. */
  names: readonly string[];
}

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const WEEKDAYS = "sun mon tue wed thu fri sat".split(" ");

const FIELDS: readonly Field[] = [
  { name: "minute", minimum: 0, maximum: 59, names: [] },
  { name: "hour", minimum: 0, maximum: 23, names: [] },
  { name: "day of the month", minimum: 1, maximum: 31, names: [] },
  { name: "month", minimum: 1, maximum: 12, names: MONTHS },
  { name: "day of the week", minimum: 0, maximum: 7, names: WEEKDAYS },
];

const NICKNAMES = "@yearly @annually @monthly @weekly @daily @midnight @hourly"
  .split(" ");

// A star, a number or name, or a range of them; then a step, as in 8-18/2.
const ITEM = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/;

/**
 * Checks that cron takes an expression: five fields with numbers, ranges,
 * steps, lists and names, or one of the nicknames such as `@daily`.
 *
 * @returns the expression with single spaces
 * @throws UsageError naming the field that is wrong and what is allowed, or
 * saying that the time never comes
 */
export function checkCronExpression(text: string): string {
  const wrong = (reason: string) =>
    new UsageError(
      `${JSON.stringify(text)} is no time for cron: ${reason}. ` +
        'Every night at two is "0 2 * * *": minute, hour, day of the month, ' +
        "month, day of the week",
    );
  const fields = text.trim().split(/[ \t]+/);
  const expression = fields.join(" ");
  if (expression.startsWith("@")) {
    if (NICKNAMES.includes(expression)) return expression;
    throw wrong(`of the nicknames, ${NICKNAMES.join(", ")} can be used`);
  }
  if (fields.length !== FIELDS.length) {
    throw wrong(
      expression === ""
        ? "it is empty"
        : `it has ${fields.length} fields, not ${FIELDS.length}`,
    );
  }
  FIELDS.forEach((field, i) => {
    const fault = faultOf(fields[i]!, field);
    if (fault) throw wrong(`the ${field.name}, ${fields[i]}, ${fault}`);
  });
  if (nextCronTime(expression, new Date()) === null) {
    throw wrong("this day is in no calendar");
  }
  return expression;
}

/** What is wrong with a field's text; `null`: nothing. */
function faultOf(
  text: string,
  { minimum, maximum, names }: Field,
): string | null {
  const allowed = names.length > 0
    ? `numbers from ${minimum} to ${maximum} and names from ${names[0]} to ${
      names.at(-1)
    }`
    : `numbers from ${minimum} to ${maximum}`;
  const valueOf = (word: string) =>
    names.includes(word.toLowerCase())
      ? names.indexOf(word.toLowerCase()) + minimum
      : /^\d+$/.test(word)
      ? Number(word)
      : NaN;
  for (const item of text.split(",")) {
    const match = ITEM.exec(item);
    if (!match) return `must be * or a list of ${allowed}, or of their ranges`;
    const [, first, last, step] = match;
    for (const word of [first, last]) {
      const value = word === undefined ? minimum : valueOf(word);
      if (!(value >= minimum && value <= maximum)) return `has only ${allowed}`;
    }
    if (last !== undefined && valueOf(first!) > valueOf(last)) {
      return `has a range that runs backwards (${first}-${last})`;
    }
    if (step === undefined) continue;
    if (first !== undefined && last === undefined) {
      return `has a step without a range (${item}; write ${first}-${maximum}/${step})`;
    }
    if (Number(step) < 1 || Number(step) > maximum) {
      return `has a step of ${step}; steps go from 1 to ${maximum}`;
    }
  }
  return null;
}

/**
 * The next time after `after` at which cron starts what the expression stands
 * before, in this machine's time zone.
 *
 * @param expression one that {@linkcode checkCronExpression} lets pass
 * @returns null when it never comes, as the 30th of February
 */
export function nextCronTime(expression: string, after: Date): Date | null {
  const [, , day = "", , weekday = ""] = expression.split(" ");
  // Cron wants either the day of the month or that of the week, but both when
  // one of the two begins with a star.
  const domAndDow = day.startsWith("*") || weekday.startsWith("*");
  return new Cron(expression, { paused: true, mode: "5-part", domAndDow })
    .nextRun(after);
}
