/**
 * Stand-in for the part of `jsr:@std/assert` that the tests use, over
 * `node:assert`, for machines that cannot reach JSR.
 */
import nodeAssert from "node:assert/strict";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

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

export function assert(condition: unknown, msg = ""): asserts condition {
  check(Boolean(condition), msg);
}

export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  run(() => nodeAssert.deepStrictEqual(actual, expected, msg!));
}

export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  run(() => nodeAssert.notDeepStrictEqual(actual, expected, msg!));
}

export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  run(() => nodeAssert.strictEqual(actual, expected, msg!));
}

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

export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  check(actual > expected, `Expected ${actual} > ${expected}`, msg);
}

export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  check(actual >= expected, `Expected ${actual} >= ${expected}`, msg);
}

export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  check(actual < expected, `Expected ${actual} < ${expected}`, msg);
}

export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  msg?: string,
): void {
  check(actual <= expected, `Expected ${actual} <= ${expected}`, msg);
}

export function assertExists<T>(
  actual: T,
  msg?: string,
): asserts actual is NonNullable<T> {
  check(
    actual !== undefined && actual !== null,
    `Expected ${actual} to exist`,
    msg,
  );
}

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

export function assertInstanceOf<E extends Error>(
  actual: unknown,
  expectedType: ErrorClass<E>,
  msg?: string,
): asserts actual is E {
  check(
    actual instanceof expectedType,
    `Expected ${actual} to be an instance of ${expectedType.name}`,
    msg,
  );
}

function checkError<E extends Error>(
  error: unknown,
  errorClass?: ErrorClass<E>,
  msgIncludes?: string,
): E {
  check(error instanceof Error, "A non-Error was thrown", String(error));
  if (errorClass) assertInstanceOf(error, errorClass);
  if (msgIncludes !== undefined) {
    assertStringIncludes((error as Error).message, msgIncludes);
  }
  return error as E;
}

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

export function fail(msg?: string): never {
  throw new AssertionError(`Failed assertion${msg ? `: ${msg}` : "."}`);
}
