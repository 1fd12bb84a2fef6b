/**
 * Time and chance for many games in one page. `installClock` is injected as
 * text, so it must use nothing from outside itself.
 */

/** A game's time, the callbacks that wait for its next frame, its chance. */
export interface GameClock {
  /** Milliseconds. */
  now: number;
  callbacks: Map<number, (now: number) => void>;
  /** State of its random stream. */
  random: number;
}

/** What {@linkcode installClock} makes. */
export interface Clocks {
  /** A clock at its start. */
  create(seed: number): GameClock;
  /** From now on the page's code lives by this clock. */
  use(clock: GameClock): void;
  /** One rendered frame on the clock in use. */
  advance(): void;
  /** Milliseconds of real time. */
  realNow(): number;
}

declare const window: {
  requestAnimationFrame(callback: (now: number) => void): number;
  cancelAnimationFrame(id: number): void;
};

/**
 * Replaces the page's clock and its random numbers. Runs in the page.
 *
 * @param frameMs milliseconds per rendered frame.
 */
export function installClock(frameMs: number): Clocks {
  /** The page takes a time of 0 for none. */
  const START_MS = 0x10000;
  const EPOCH_MS = 1.6e12;

  const realNow = performance.now.bind(performance);
  const create = (seed: number): GameClock => ({
    now: START_MS,
    callbacks: new Map(),
    random: seed | 0,
  });
  let clock = create(1);
  let lastId = 0;

  performance.now = () => clock.now;
  Date.now = () => EPOCH_MS + clock.now;
  window.requestAnimationFrame = (callback) => {
    clock.callbacks.set(++lastId, callback);
    return lastId;
  };
  window.cancelAnimationFrame = (id) => {
    clock.callbacks.delete(id);
  };
  // mulberry32: the page draws few numbers, but each from its game's stream.
  Math.random = () => {
    clock.random = (clock.random + 0x6D2B79F5) | 0;
    let t = Math.imul(clock.random ^ (clock.random >>> 15), 1 | clock.random);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };

  return {
    create,
    use: (next) => {
      clock = next;
    },
    advance() {
      clock.now += frameMs;
      const { callbacks } = clock;
      clock.callbacks = new Map();
      for (const callback of callbacks.values()) callback(clock.now);
    },
    realNow,
  };
}
