/**
 * Plays whole games with a fixed policy on given seeds. The figures depend on
 * the policy and the seeds alone: not on how many games are played side by
 * side, nor on which of them ends first.
 */
import {
  ACTIONS,
  type EpisodeSchedule,
  type EpisodeStart,
  type EpisodeStatistics,
  PARKED,
  type StepInfo,
  type VectorEnv,
} from "../env/types.ts";
import { ChromeCrashedError, UsageError } from "../errors.ts";
import { type ScoreSummary, share, summarizeScores } from "./statistics.ts";

/** Rendered frames per second of the game. */
export const FRAMES_PER_SECOND = 60;
/** Width of a bin of {@linkcode Evaluation.actionsBySpeed}, pixels per frame. */
export const SPEED_BIN = 0.5;
/** The tutorial's best game, which `above4000` is measured against. */
const TUTORIAL_SCORE = 4000;
/** Games that Chrome broke off are played again, at most so often each. */
const ATTEMPTS = 3;

/** What a policy may know of a running game beside its observation. */
export interface RunningGame {
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

/** A game that was played to its end. */
export interface PlayedGame {
  seed: number;
  /** The counter's last value; the cap if the game was ended there. */
  score: number;
  /** Rendered frames. */
  frames: number;
  /** `cap`: ended at the highest score asked for; it might have gone on. */
  end: "crash" | "cap";
  /** Points per second of play: 9.0 at speed 6, 19.5 at speed 13. */
  pointsPerSecond: number;
  /** Speed at the end, pixels per frame. */
  speed: number;
  /** What it crashed into, as the page names it. */
  obstacle: string | null;
  /** How often each action was chosen, by name. */
  actions: Record<string, number>;
  /** Every action in order, one digit each: enough to play the game again. */
  played: string;
}

/** Games of a fixed policy, and their figures. */
export interface Evaluation extends ScoreSummary {
  /** Games played. */
  episodes: number;
  /** The games' seeds are this and the following ones. */
  firstSeed: number;
  /** Score at which a game ends as capped. */
  cap: number;
  /** Scores in the order of the seeds. */
  scores: number[];
  /** Share of the games, 0 to 1, that reached the cap: censored values. */
  capped: number;
  /** Share of the games, 0 to 1, of 4,000 points and more: the tutorial's "4000+". */
  above4000: number;
  /** All points over all seconds of play. */
  pointsPerSecond: number;
  /** How often each action was chosen at which speed (lower edge of a bin). */
  actionsBySpeed: { speed: number; actions: Record<string, number> }[];
  /** The games in the order of their seeds. */
  games: PlayedGame[];
}

/** Which games {@linkcode evaluate} plays. */
export interface EvaluateOptions {
  /** Games to play; at least 1. */
  episodes: number;
  /** Seed of the first game; the others have the following ones. */
  firstSeed: number;
  /** A game that reaches this score ends there. */
  maxScore: number;
  /** Called after each game. */
  onGame?: (game: PlayedGame, done: number) => void;
  /** Stops between two steps with the signal's reason. */
  signal?: AbortSignal;
}

/** Hands out seeds, each environment taking the next one when it is free. */
class SeedQueue {
  #waiting: number[];
  #given = new Map<string, EpisodeStart | null>();
  readonly #maxScore: number;

  constructor(seeds: number[], maxScore: number) {
    this.#waiting = seeds;
    this.#maxScore = maxScore;
  }

  /**
   * The answer for an episode is remembered: an environment that was brought
   * back after a crash of Chrome asks again and must get the same game.
   */
  readonly schedule: EpisodeSchedule = (environment, episode) => {
    const key = `${environment}/${episode}`;
    let start = this.#given.get(key);
    if (start === undefined) {
      const seed = this.#waiting.shift();
      start = seed === undefined ? null : { seed, maxScore: this.#maxScore };
      this.#given.set(key, start);
    }
    return start;
  };
}

/** A running game and what has been seen of it. */
interface Seat extends RunningGame {
  episode: number;
  played: number[];
}

/**
 * Plays `episodes` whole games and summarises their scores. As many games as
 * the environment has run side by side; one that ends makes room for the next
 * seed. The environment is reset, and stands still when this returns.
 *
 * @throws UsageError on options that make no sense, ChromeCrashedError when a
 * game was broken off again and again
 */
export async function evaluate(
  env: VectorEnv,
  policy: Policy,
  options: EvaluateOptions,
): Promise<Evaluation> {
  checkOptions(options);
  const { episodes, firstSeed, maxScore } = options;
  const games = new Map<number, PlayedGame>();
  const speeds = new SpeedHistogram(env.numActions);
  for (let attempt = 1; games.size < episodes; attempt++) {
    if (attempt > ATTEMPTS) {
      throw new ChromeCrashedError(
        `${episodes - games.size} of ${episodes} games were broken off ` +
          `${ATTEMPTS} times because Chrome stopped; see 'deno task doctor'`,
      );
    }
    const seeds = Array.from({ length: episodes }, (_, i) => firstSeed + i)
      .filter((seed) => !games.has(seed));
    await playSeeds(env, policy, seeds, maxScore, {
      onStep: (info, action) => speeds.add(info.speed, action),
      onGame: (game) => {
        games.set(game.seed, game);
        options.onGame?.(game, games.size);
      },
      signal: options.signal,
    });
  }
  const inOrder = [...games.values()].sort((a, b) => a.seed - b.seed);
  return summarizeGames(inOrder, maxScore, speeds.bins());
}

function checkOptions({ episodes, firstSeed, maxScore }: EvaluateOptions) {
  for (
    const [name, value, least] of [
      ["episodes", episodes, 1],
      ["first seed", firstSeed, 0],
      ["highest score", maxScore, 1],
    ] as const
  ) {
    if (!Number.isSafeInteger(value) || value < least) {
      throw new UsageError(
        `The ${name} must be a whole number of at least ${least}, but is ${value}.`,
      );
    }
  }
}

async function playSeeds(
  env: VectorEnv,
  policy: Policy,
  seeds: number[],
  maxScore: number,
  { onStep, onGame, signal }: {
    onStep: (info: StepInfo, action: number) => void;
    onGame: (game: PlayedGame) => void;
    signal: AbortSignal | undefined;
  },
): Promise<void> {
  const n = env.numEnvs;
  const { schedule } = new SeedQueue(seeds, maxScore);
  const seat = (environment: number, episode: number): Seat | null => {
    const start = schedule(environment, episode);
    return start && { seed: start.seed, step: 0, episode, played: [] };
  };
  let { observations } = await env.reset(schedule);
  const seats = Array.from({ length: n }, (_, i) => seat(i, 0));
  const actions = new Uint8Array(n);
  while (seats.some((game) => game !== null)) {
    signal?.throwIfAborted();
    // All n rows every time, parked ones too: a product of matrices may round
    // differently for another number of rows.
    const chosen = await policy(observations, n, seats);
    seats.forEach((game, i) => {
      actions[i] = game ? chosen[i]! : PARKED;
    });
    const step = await env.step(actions);
    observations = step.observations;
    seats.forEach((game, i) => {
      if (!game) return;
      const info = step.infos[i]!;
      game.played.push(actions[i]!);
      game.step++;
      onStep(info, actions[i]!);
      if (!info.episode) return;
      if (info.episode.end !== "interrupted") {
        onGame(playedGame(info.episode, game, maxScore, env.numActions));
      }
      seats[i] = seat(i, game.episode + 1);
    });
  }
}

function playedGame(
  episode: EpisodeStatistics,
  { seed, played }: Seat,
  maxScore: number,
  numActions: number,
): PlayedGame {
  if (episode.end === "truncated" && episode.score < maxScore) {
    throw new UsageError(
      `A game was cut at ${episode.score} of ${maxScore} points after ` +
        `${episode.steps} steps; evaluate with env.maxEpisodeSteps: null.`,
    );
  }
  const score = Math.min(episode.score, maxScore);
  const counts = new Array<number>(numActions).fill(0);
  for (const action of played) counts[action]! += 1;
  return {
    seed,
    score,
    frames: episode.frames,
    end: episode.end === "truncated" ? "cap" : "crash",
    pointsPerSecond: rate(score, episode.frames),
    speed: episode.speed,
    obstacle: episode.obstacle ?? null,
    actions: byName(counts),
    played: played.join(""),
  };
}

const rate = (points: number, frames: number) =>
  points / (frames / FRAMES_PER_SECOND);

const byName = (counts: ArrayLike<number>): Record<string, number> =>
  Object.fromEntries(
    Array.from(counts, (count, action) => [ACTIONS[action], count]),
  );

/** Counts actions over the speed at which they were taken. */
class SpeedHistogram {
  readonly #numActions: number;
  #bins = new Map<number, number[]>();

  constructor(numActions: number) {
    this.#numActions = numActions;
  }

  add(speed: number, action: number): void {
    const bin = Math.floor(speed / SPEED_BIN) * SPEED_BIN;
    let counts = this.#bins.get(bin);
    if (!counts) {
      this.#bins.set(bin, counts = new Array(this.#numActions).fill(0));
    }
    counts[action]! += 1;
  }

  bins(): Evaluation["actionsBySpeed"] {
    return [...this.#bins].sort(([a], [b]) => a - b)
      .map(([speed, counts]) => ({ speed, actions: byName(counts) }));
  }
}

/**
 * The figures of games that were played.
 *
 * @param games in the order of their seeds; at least one
 * @param cap score at which they were ended
 * @param actionsBySpeed what the games' decisions were
 */
export function summarizeGames(
  games: PlayedGame[],
  cap: number,
  actionsBySpeed: Evaluation["actionsBySpeed"],
): Evaluation {
  const scores = games.map((game) => game.score);
  return {
    episodes: games.length,
    firstSeed: games[0]!.seed,
    cap,
    scores,
    ...summarizeScores(scores),
    capped: games.filter((game) => game.end === "cap").length / games.length,
    above4000: share(scores, (score) => score >= TUTORIAL_SCORE),
    pointsPerSecond: rate(
      scores.reduce((sum, score) => sum + score, 0),
      games.reduce((sum, game) => sum + game.frames, 0),
    ),
    actionsBySpeed,
    games,
  };
}

/** The games in the middle and at the top: what a person wants to see. */
export function medianAndBest(
  { games }: Pick<Evaluation, "games">,
): { median: PlayedGame; best: PlayedGame } {
  const ordered = games.toSorted((a, b) => a.score - b.score);
  return {
    median: ordered[Math.floor((ordered.length - 1) / 2)]!,
    best: ordered.at(-1)!,
  };
}
