import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/errors.ts";
import {
  checkCronExpression,
  nextCronTime,
} from "../../lib/retraining/cron_expression.ts";

const next = (expression: string, after: string) =>
  nextCronTime(expression, new Date(after));

Deno.test("checkCronExpression() takes what cron takes", () => {
  for (
    const expression of [
      "0 2 * * *",
      "*/15 8-18/2 1,15 jan,MAR-may mon-fri",
      "0 0 29 2 *",
      "59 23 31 12 7",
      "@daily",
      "@weekly",
    ]
  ) assertEquals(checkCronExpression(expression), expression);
  assertEquals(checkCronExpression("  0\t2  * * * "), "0 2 * * *");
});

Deno.test("checkCronExpression() says what is wrong, and what is allowed", () => {
  const cases = {
    "": "it is empty",
    "0 2 * *": "it has 4 fields, not 5",
    "0 0 2 * * *": "it has 6 fields, not 5",
    "60 2 * * *": "the minute, 60, has only numbers from 0 to 59",
    "0 24 * * *": "the hour, 24, has only numbers from 0 to 23",
    "0 2 0 * *": "the day of the month, 0, has only numbers from 1 to 31",
    "0 2 * 13 *":
      "the month, 13, has only numbers from 1 to 12 and names from jan to dec",
    "0 2 * * monday":
      "the day of the week, monday, has only numbers from 0 to 7 and names from sun to sat",
    "0 2 * * 5-1": "the day of the week, 5-1, has a range that runs backwards",
    "0 8/2 * * *": "has a step without a range (8/2; write 8-23/2)",
    "*/0 2 * * *": "the minute, */0, has a step of 0; steps go from 1 to 59",
    "0 2 L * *": "the day of the month, L, has only numbers",
    "0 2 1, * *": "the day of the month, 1,, must be * or a list",
    "0 2 * * *; rm": "it has 6 fields",
    "0 2 * * %": "the day of the week, %, must be * or a list",
    "0 2 30 2 *": "this day is in no calendar",
    "@reboot": "of the nicknames, @yearly,",
    "two o'clock": "it has 2 fields",
  };
  for (const [expression, message] of Object.entries(cases)) {
    assertThrows(() => checkCronExpression(expression), UsageError, message);
  }
});

Deno.test("nextCronTime() is the next time of this machine's clock", () => {
  assertEquals(
    next("0 2 * * *", "2026-11-23T01:59:59"),
    new Date("2026-11-23T02:00:00"),
  );
  assertEquals(
    next("0 2 * * *", "2026-11-23T02:00:00"),
    new Date("2026-11-24T02:00:00"),
  );
  assertEquals(
    next("@weekly", "2026-11-23T02:00:00"),
    new Date("2026-11-29T00:00:00"),
  );
});

Deno.test("nextCronTime() takes either day, but both when one has a star", () => {
  // 2026-12-01 is a Tuesday.
  assertEquals(
    next("0 2 15 * fri", "2026-12-01T12:00:00"),
    new Date("2026-12-04T02:00:00"),
  );
  assertEquals(
    next("0 2 */2 * fri", "2026-12-01T12:00:00"),
    new Date("2026-12-11T02:00:00"),
  );
});
