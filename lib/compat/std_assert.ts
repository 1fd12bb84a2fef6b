/**
 * Stand-in for the part of `jsr:@std/assert` that the tests use, over
 * `node:assert`, for machines that cannot reach JSR.
 */
import nodeAssert from "node:assert/strict";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** What an assertion that does not hold throws. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

function check(condition: boolean, message: string, extra?: string): void {
  if (!condition) {
    throw new AssertionError(
      extra === undefined ? message : `${message}: ${extra}`,
    );
  }
}

/**
 * Runs one of node's assertions, with @std's class of error. Their `message`
 * may be undefined, but not in every version of their types: hence `msg!`.
 */
function run(assertion: () => void): void {
  try {
    assertion();
  } catch (error) {
    throw new AssertionError((error as Error).message);
  }
}

/** The condition is truthy. */
export function assert(condition: unknown, msg = ""): asserts condition {
  check(Boolean(condition), msg);
}

/** Both are deeply equal, and of the same type. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  run(() => nodeAssert.deepStrictEqual(actual, expected, msg!));
}

/** They are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  run(() => nodeAssert.notDeepStrictEqual(actual, expected, msg!));
}

/** The numbers are at most `tolerance` apart. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance = 1e-7,
  msg?: string,
): void {
  check(
    Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance,
    `Expected ${actual} to be within ${tolerance} of ${expected}`,
    msg,
  );
}

/** The first is greater. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  check(actual > expected, `Expected ${actual} > ${expected}`, msg);
}

/** The first is less. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  check(actual < expected, `Expected ${actual} < ${expected}`, msg);
}

/** The text matches the expression. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  msg?: string,
): void {
  check(
    expected.test(actual),
    `Expected "${actual}" to match ${expected}`,
    msg,
  );
}

/** The text holds the other one. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  msg?: string,
): void {
  check(
    actual.includes(expected),
    `Expected "${actual}" to include "${expected}"`,
    msg,
  );
}

function checkError<E extends Error>(
  error: unknown,
  errorClass?: ErrorClass<E>,
  msgIncludes?: string,
): E {
  check(error instanceof Error, "A non-Error was thrown", String(error));
  if (errorClass) {
    check(
      error instanceof errorClass,
      `Expected ${error} to be an instance of ${errorClass.name}`,
    );
  }
  if (msgIncludes !== undefined) {
    assertStringIncludes((error as Error).message, msgIncludes);
  }
  return error as E;
}

/** The function throws such an error, which is given back. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass?: ErrorClass<E>,
  msgIncludes?: string,
): E {
  try {
    fn();
  } catch (error) {
    return checkError(error, errorClass, msgIncludes);
  }
  throw new AssertionError("Expected function to throw");
}

/** The promise is rejected with such an error, which is given back. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass?: ErrorClass<E>,
  msgIncludes?: string,
): Promise<E> {
  try {
    await fn();
  } catch (error) {
    return checkError(error, errorClass, msgIncludes);
  }
  throw new AssertionError("Expected function to reject");
}
