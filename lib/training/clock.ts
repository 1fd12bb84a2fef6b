/** Longest turn, in seconds, that is never taken for a pause. */
const SHORT = 1;
/** So many times as long as the turn before it, a longer one is a pause. */
const PAUSE = 100;

/** The times of a training, by a clock that never jumps. */
export class TrainingClock {
  readonly #offset: number;
  readonly #now: () => number;
  readonly #start: number;
  #turnBegan = 0;
  #lastTurn = Infinity;

  /**
   * @param secondsBefore seconds of training before it was resumed
   * @param now milliseconds, of which only differences count
   */
  constructor(secondsBefore: number, now = () => performance.now()) {
    this.#offset = secondsBefore;
    this.#now = now;
    this.#start = now();
  }

  /** Seconds since the run began, over all resumptions. */
  seconds(): number {
    return this.#offset + (this.#now() - this.#start) / 1000;
  }

  beginTurn(): void {
    this.#turnBegan = this.#now();
  }

  /**
   * Seconds of the turn that ends here. A pause (the process was stopped, the
   * machine slept, Chrome was started again) counts as the turn before it did.
   */
  endTurn(): number {
    const took = (this.#now() - this.#turnBegan) / 1000;
    const before = this.#lastTurn;
    this.#lastTurn = took;
    return took > SHORT && took > PAUSE * before ? before : took;
  }
}
