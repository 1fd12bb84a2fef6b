import {
  xoroshiro128plus,
  xoroshiro128plusFromState,
} from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/** What must be stored to continue a {@linkcode Random} where it was. */
export type RandomState = readonly number[];

/**
 * A stream of pseudo-random numbers (xoroshiro128+) whose state can be saved,
 * so that a resumed run draws the same numbers as one that never stopped.
 */
export class Random {
  #generator: RandomGenerator;

  /**
   * Begins a stream.
   *
   * @param seed any 32-bit integer; equal seeds give equal streams.
   */
  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** A stream that goes on from a stored state. */
  static fromState(state: RandomState): Random {
    const random = new Random(0);
    random.state = state;
    return random;
  }

  /** Where the stream is; setting it goes on from there. */
  get state(): RandomState {
    return [...this.#generator.getState()];
  }

  set state(state: RandomState) {
    this.#generator = xoroshiro128plusFromState([...state]);
  }

  /** A number in [0, 1) with 32 random bits. */
  uniform(): number {
    return (this.#generator.next() >>> 0) / 0x1_0000_0000;
  }

  /** A whole number in [0, n). */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** A number from the standard normal distribution (Box and Muller, 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }
}

/**
 * Mixes whole numbers into one 32-bit hash (the finaliser of MurmurHash3, once
 * per number). It turns (run seed, environment, episode) into a seed, so that
 * what an episode plays does not depend on which episodes ended before it.
 */
export function hash32(...values: number[]): number {
  let h = 0x9e3779b9;
  for (const value of values) {
    h = Math.imul(h ^ value, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}
