/**
 * Training games that begin shortly before a crash of the agent's own: what it
 * gets wrong comes seldom in games of a good player, and then is over in a few
 * decisions. Starts near what matters, and fewer of what is mastered: Florensa
 * et al. 2017, "Reverse curriculum generation", Salimans and Chen 2018,
 * "Learning Montezuma's Revenge from a single demonstration", Jiang et al. 2021,
 * "Prioritized level replay".
 */
import type { EpisodeSchedule, EpisodeStart } from "../env/types.ts";
import type { PlayedGame } from "../evaluation/mod.ts";

/** Decisions before the crash at which such a game begins. */
const LEAD = { low: 10, high: 80 } as const;
/** Decisions past the crash after which it counts as survived, and ends. */
const PAST = 40;
/** So often in a row, and it is mastered. */
const MASTERED = 3;
/** Crashes that are kept, the newest. */
const MOST = 300;

/** A crash, and how to come to it again. JSON-safe. */
interface Crash {
  start: EpisodeStart;
  /** All decisions of the game, one digit each. */
  played: string;
  /** Games begun before it that were survived, since one was not. */
  survived: number;
}

/** A game that begins before a crash. JSON-safe. */
interface Practice {
  /** Decisions from its start to the crash. */
  lead: number;
  start: EpisodeStart;
}

/** All that a checkpoint needs of {@linkcode CrashStarts}. JSON-safe. */
export interface CrashStartsState {
  crashes: Crash[];
  given: [key: string, game: Practice | null][];
}

const keyOf = (environment: number, episode: number) =>
  `${environment}/${episode}`;

/** The crashes that are practised, and the games that begin before them. */
export class CrashStarts {
  /** Of the training games, once there are crashes. */
  readonly #share: number;
  #crashes: Crash[] = [];
  /**
   * What was decided of games that have not ended: the page is told a game
   * before it begins, and again when Chrome was brought back.
   */
  #given = new Map<string, Practice | null>();

  constructor(share: number) {
    this.#share = share;
  }

  /** Crashes that are practised. */
  get size(): number {
    return this.#crashes.length;
  }

  /**
   * Another schedule's games, a share of them replaced.
   *
   * @param draw a random number in [0, 1) of a game, for each of some purposes
   */
  schedule(
    others: EpisodeSchedule,
    draw: (environment: number, episode: number, purpose: number) => number,
  ): EpisodeSchedule {
    return (environment, episode) => {
      const key = keyOf(environment, episode);
      let practice = this.#given.get(key);
      if (practice === undefined) {
        const drawn = (purpose: number) => draw(environment, episode, purpose);
        practice = drawn(0) < this.#share ? this.#practice(drawn) : null;
        this.#given.set(key, practice);
      }
      return practice?.start ?? others(environment, episode);
    };
  }

  #practice(draw: (purpose: number) => number): Practice | null {
    const crash = this.#crashes[Math.floor(draw(1) * this.#crashes.length)];
    if (!crash) return null;
    const { start, played } = crash;
    const { low, high } = LEAD;
    const wanted = low + Math.floor(draw(2) * (high - low + 1));
    const lead = Math.min(wanted, played.length);
    const before = played.slice(0, -lead);
    return { lead, start: { ...start, before, maxSteps: lead + PAST } };
  }

  /**
   * Takes up the crashes among games of the greedy agent; one that is there
   * already stays as it is.
   *
   * @param startOf how the game with a seed began
   * @returns how many are new
   */
  add(
    games: readonly PlayedGame[],
    startOf: (seed: number) => EpisodeStart,
  ): number {
    const known = new Set(this.#crashes.map(({ start }) => start.seed));
    const crashes = games
      .filter(({ end, seed }) => end === "crash" && !known.has(seed))
      .map(({ seed, played }) => ({
        start: startOf(seed),
        ...{ played, survived: 0 },
      }));
    this.#crashes = [...this.#crashes, ...crashes].slice(-MOST);
    return crashes.length;
  }

  /**
   * Notes a training game that has ended; a mastered crash is dropped.
   *
   * @returns whether it began before a crash
   */
  ended(environment: number, episode: number, decisions: number): boolean {
    const key = keyOf(environment, episode);
    const practice = this.#given.get(key);
    this.#given.delete(key);
    if (!practice) return false;
    const { lead, start: { seed } } = practice;
    const crash = this.#crashes.find(({ start }) => start.seed === seed);
    if (!crash) return true;
    crash.survived = decisions >= lead + PAST ? crash.survived + 1 : 0;
    if (crash.survived >= MASTERED) {
      this.#crashes = this.#crashes.filter((other) => other !== crash);
    }
    return true;
  }

  state(): CrashStartsState {
    return structuredClone({
      crashes: this.#crashes,
      given: [...this.#given],
    });
  }

  restore({ crashes, given }: CrashStartsState): void {
    this.#crashes = crashes;
    this.#given = new Map(given);
  }
}
