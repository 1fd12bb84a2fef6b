/** Waiting. */

/** The longest time that a timer takes, in milliseconds: 24.8 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Seconds as the milliseconds of a timer; more than it takes is its longest. */
export const timerMs = (seconds: number): number =>
  Math.min(seconds * 1000, LONGEST_TIMER_MS);

/** Waits so long. */
export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** What a promise gives; null when it takes longer than so long. */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
