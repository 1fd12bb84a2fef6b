/**
 * Plays whole games with a fixed policy on given seeds. The figures depend on
 * the policy and the seeds alone: not on how many games are played side by
 * side, nor on which of them ends first.
 */
import { PARKED } from "../constants.ts";
import type { EpisodeSchedule, EpisodeStart, VectorEnv } from "../env/types.ts";
import { ChromeCrashedError, UsageError } from "../errors.ts";
import { beyondWhole, points } from "../text.ts";
import { EarlyEnd } from "./early_end.ts";
import {
  actionsAtSpeeds,
  type Evaluation,
  type PlayedGame,
  playedGame,
  SpeedHistogram,
  summarizeGames,
} from "./games.ts";

/** Games that were broken off are played again, at most so often each. */
const ATTEMPTS = 3;

/** What a policy may know of a running game beside its observation. */
export interface RunningGame {
  /** Its seed. */
  seed: number;
  /** Decisions taken so far in this game. */
  step: number;
}

/**
 * Chooses an action for each of `count` games. What it returns for a game that
 * is over (`null` in `games`) is not used.
 *
 * @param observations [count, 80, 80, 4] uint8, always of the same count
 * @returns [count] uint8, each an index of `ACTIONS`
 */
export type Policy = (
  observations: Uint8Array,
  count: number,
  games: readonly (RunningGame | null)[],
) => Promise<Uint8Array>;

/** Which games {@linkcode evaluate} plays. */
export interface EvaluateOptions {
  /** Games to play; at least 1. */
  episodes: number;
  /** Seed of the first game; the others have the following ones. */
  firstSeed: number;
  /** A game that reaches this score ends there. */
  maxScore: number;
  /** How the game with a seed begins, if not as a game does. */
  startOf?: (seed: number) => EpisodeStart;
  /**
   * A mean that the games should come to: once they cannot any more, even if
   * each that has not ended should reach the cap, they are not played on.
   */
  least?: number;
  /** Called after each game. */
  onGame?: (game: PlayedGame, done: number) => void;
  /** Stops between two steps with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Hands out seeds: the first ones by seat, so that every seat has a game before
 * any has its second, the others to the environments as they come for them.
 */
class SeedQueue {
  readonly #seats: string[];
  readonly #first: number[];
  readonly #later: number[];
  readonly #given = new Map<string, EpisodeStart | null>();
  readonly #startOf: (seed: number) => EpisodeStart;
  /** Games that no seat has come to yet. */
  waiting: number;

  constructor(
    seeds: readonly number[],
    envs: readonly VectorEnv[],
    startOf: (seed: number) => EpisodeStart,
  ) {
    // Seats of one number in all groups, then those of the next: few games are
    // spread over the groups evenly too.
    this.#seats = envs.flatMap(({ numEnvs }, group) =>
      Array.from({ length: numEnvs }, (_, environment) => ({
        environment,
        seat: `${group}/${environment}`,
      }))
    ).sort((a, b) => a.environment - b.environment).map(({ seat }) => seat);
    this.#first = seeds.slice(0, this.#seats.length);
    this.#later = seeds.slice(this.#seats.length);
    this.#startOf = startOf;
    this.waiting = seeds.length;
  }

  /**
   * The schedule of one group of environments. The answer for an episode is
   * remembered: an environment that was brought back after a crash of Chrome
   * asks again and must get the same game.
   */
  scheduleFor(group: number): EpisodeSchedule {
    return (environment, episode) => {
      const seat = `${group}/${environment}`;
      const key = `${seat}/${episode}`;
      let start = this.#given.get(key);
      if (start === undefined) {
        const seed = episode === 0
          ? this.#first[this.#seats.indexOf(seat)]
          : this.#later.shift();
        start = seed === undefined ? null : this.#startOf(seed);
        this.#given.set(key, start);
      }
      return start;
    };
  }
}

/** A running game, and its number in its environment. */
interface Seat extends RunningGame {
  episode: number;
  speeds: SpeedHistogram;
}

/**
 * Plays `episodes` whole games and summarises their scores. As many games as
 * the environments have run side by side; one that ends makes room for the
 * next seed. With two groups of games the policy decides for one while Chrome
 * steps the other. They are reset, and stand still when this returns.
 *
 * @param groups of which each is stepped by itself, all of the same game
 * @throws UsageError on options that make no sense, ChromeCrashedError when a
 * game was broken off again and again
 */
export async function evaluate(
  groups: VectorEnv | readonly VectorEnv[],
  policy: Policy,
  options: EvaluateOptions,
): Promise<Evaluation> {
  checkGames(options);
  const envs = [groups].flat();
  const { episodes, firstSeed, maxScore, least = 0 } = options;
  const startOf = (seed: number) => ({
    ...options.startOf?.(seed),
    ...{ seed, maxScore },
  });
  const games = new Map<number, PlayedGame>();
  const speeds = new Map<number, SpeedHistogram>();
  /** Games that go on beyond what decides. */
  const longer = new Set<number>();
  const earlyEnd = new EarlyEnd({ episodes, maxScore, least });
  let seeds = Array.from({ length: episodes }, (_, i) => firstSeed + i);
  for (let attempt = 1; seeds.length > 0; attempt++) {
    if (attempt > ATTEMPTS) {
      throw new ChromeCrashedError(
        `${seeds.length} of ${episodes} games were broken off ` +
          `${ATTEMPTS} times because Chrome stopped, or this program stood ` +
          "still; see 'deno task doctor'",
      );
    }
    await playSeeds(envs, policy, new SeedQueue(seeds, envs, startOf), {
      onGame: (game, histogram) => {
        games.set(game.seed, game);
        speeds.set(game.seed, histogram);
        earlyEnd.add({ score: game.score, decisions: game.played.length });
        options.onGame?.(game, games.size);
      },
      ...{ earlyEnd, longer, maxScore },
      ...(options.signal && { signal: options.signal }),
    });
    seeds = seeds.filter((seed) => !games.has(seed) && !longer.has(seed));
  }
  // What ended later may be known or not, as it happened.
  const played = [...games.values()]
    .filter(({ played }) => played.length <= earlyEnd.after)
    .sort((a, b) => a.seed - b.seed);
  const decided = played.map(({ seed }) => speeds.get(seed)!.bins());
  return summarizeGames(played, maxScore, actionsAtSpeeds(decided), options);
}

/**
 * Refuses games that make no sense, before anything is started to play them.
 *
 * @throws UsageError naming what is wrong
 */
export function checkGames(
  { episodes, firstSeed, maxScore }: Pick<
    EvaluateOptions,
    "episodes" | "firstSeed" | "maxScore"
  >,
): void {
  for (
    const [name, value, least] of [
      ["episodes", episodes, 1],
      ["first seed", firstSeed, 0],
      ["highest score", maxScore, 1],
    ] as const
  ) {
    if (!Number.isSafeInteger(value) || value < least) {
      throw new UsageError(
        `The ${name} must be a whole number of at least ${least}${
          beyondWhole(value)
        }, but is ${value}.`,
      );
    }
  }
  if (episodes > MOST_EPISODES) {
    throw new UsageError(
      `At most ${
        points(MOST_EPISODES)
      } games can be asked for, not ${episodes}.`,
    );
  }
  if (firstSeed + episodes > SEEDS) {
    throw new UsageError(
      `There are the seeds up to ${points(SEEDS - 1)} (after them the same ` +
        `games come again), not ${episodes} from ${firstSeed} on.`,
    );
  }
}

/** So many games differ: the page's random numbers have a state of 32 bits. */
const SEEDS = 2 ** 32;
/** Games of one evaluation; each is kept. */
const MOST_EPISODES = 1_000_000;

/** What the games are played with, beside the policy. */
interface PlayOptions {
  onGame(game: PlayedGame, speeds: SpeedHistogram): void;
  earlyEnd: EarlyEnd;
  /** Filled with the seeds of games that need not be played on. */
  longer: Set<number>;
  maxScore: number;
  signal?: AbortSignal;
}

/** Plays all games of a queue; an error in one group stops the others too. */
async function playSeeds(
  envs: readonly VectorEnv[],
  policy: Policy,
  queue: SeedQueue,
  options: PlayOptions,
): Promise<void> {
  const stop = new AbortController();
  const signal = options.signal
    ? AbortSignal.any([options.signal, stop.signal])
    : stop.signal;
  await Promise.all(envs.map(async (env, group) => {
    try {
      await playGroup(env, policy, queue, group, { ...options, signal });
    } catch (error) {
      stop.abort(error);
    }
  }));
  stop.signal.throwIfAborted();
}

async function playGroup(
  env: VectorEnv,
  policy: Policy,
  queue: SeedQueue,
  group: number,
  { onGame, earlyEnd, longer, maxScore, signal }: PlayOptions,
): Promise<void> {
  const n = env.numEnvs;
  const schedule = queue.scheduleFor(group);
  const seat = (environment: number, episode: number): Seat | null => {
    const start = schedule(environment, episode);
    if (!start) return null;
    queue.waiting--;
    const speeds = new SpeedHistogram(env.numActions);
    return { seed: start.seed, step: 0, episode, speeds };
  };
  let { observations } = await env.reset(schedule);
  const seats = Array.from({ length: n }, (_, i) => seat(i, 0));
  const actions = new Uint8Array(n);
  while (seats.some((game) => game !== null)) {
    signal?.throwIfAborted();
    const chosen = await policy(observations, n, seats);
    seats.forEach((game, i) => {
      actions[i] = game ? chosen[i]! : PARKED;
    });
    const step = await env.step(actions);
    observations = step.observations;
    seats.forEach((game, i) => {
      if (!game) return;
      const info = step.infos[i]!;
      game.step++;
      game.speeds.add(info.speed, actions[i]!);
      if (!info.episode) return;
      if (info.episode.end !== "interrupted") {
        const played = playedGame(info.episode, maxScore, env.numActions);
        onGame(played, game.speeds);
      }
      seats[i] = seat(i, game.episode + 1);
    });
    if (queue.waiting > 0) continue;
    seats.forEach((game, i) => {
      if (!game || game.step < earlyEnd.after) return;
      longer.add(game.seed);
      seats[i] = null;
    });
  }
}
