import { sleep } from "../time.ts";

/** What some times come to, in milliseconds. */
export interface Delay {
  /** The middle one. */
  median: number;
  /** What 95 % of them do not exceed. */
  p95: number;
}

/** The quantiles of times (nearest rank); 0 of none. */
export function delayOf(times: readonly number[]): Delay {
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (q: number) => sorted[Math.ceil(q * sorted.length) - 1] ?? 0;
  return { median: quantile(0.5), p95: quantile(0.95) };
}

/** Real time, in milliseconds; replaced in tests. */
export interface Timer {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The real one. */
export const REAL_TIME: Timer = {
  now: () => performance.now(),
  sleep,
};

/**
 * Keeps decisions at equal distances in real time. One that comes late does
 * not move the later ones; one that comes later than the next is due does.
 */
export class DecisionClock {
  readonly #period: number;
  readonly #timer: Timer;
  #due = 0;
  #lateness: number[] = [];

  /** @param period milliseconds between decisions. */
  constructor(period: number, timer = REAL_TIME) {
    this.#period = period;
    this.#timer = timer;
  }

  /** The next decision is due a period from now; forgets how late others were. */
  start(): void {
    this.#lateness = [];
    this.skip();
  }

  /** The next decision is due a period from now, less `early` milliseconds. */
  skip(early = 0): void {
    this.#due = this.#timer.now() + this.#period - early;
  }

  /** Waits until the next decision is due. */
  async next(): Promise<void> {
    const wait = this.#due - this.#timer.now();
    if (wait > 0) await this.#timer.sleep(wait);
    const late = Math.max(0, this.#timer.now() - this.#due);
    this.#lateness.push(late);
    if (late < this.#period) this.#due += this.#period;
    else this.skip();
  }

  /** How late the decisions since `start` were, in milliseconds. */
  get lateness(): Delay {
    return delayOf(this.#lateness);
  }
}
