/** Games that were played, and their figures. */
import { ACTIONS, FRAMES_PER_SECOND, SPEED_BIN } from "../constants.ts";
import type { EpisodeStatistics } from "../env/types.ts";
import { UsageError } from "../errors.ts";
import { type ScoreSummary, summarizeScores } from "./statistics.ts";

/** A game that was played to its end. */
export interface PlayedGame {
  /** Seed of the game. */
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
  /** Live clock only: its pace. */
  live?: EpisodeStatistics["live"];
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
  /**
   * Whether it ended early, when it could not come to the best mean any more:
   * then `scores` has the cap for each game that had not ended, and all figures
   * are at most what they would have been.
   */
  atMost: boolean;
  /** All points over all seconds of play. */
  pointsPerSecond: number;
  /** How often each action was chosen at which speed (lower edge of a bin). */
  actionsBySpeed: { speed: number; actions: Record<string, number> }[];
  /** The games that were played to their end, in the order of their seeds. */
  games: PlayedGame[];
}

/**
 * An episode's statistics as a game that was played.
 *
 * @throws UsageError when the environment cut it before its cap
 */
export function playedGame(
  episode: EpisodeStatistics,
  maxScore: number,
  numActions: number,
): PlayedGame {
  if (episode.end === "truncated" && episode.score < maxScore) {
    throw new UsageError(
      `A game was cut at ${episode.score} of ${maxScore} points after ` +
        `${episode.actions.length} steps; evaluate with env.maxEpisodeSteps: null.`,
    );
  }
  const score = Math.min(episode.score, maxScore);
  const counts = new Array<number>(numActions).fill(0);
  for (const action of episode.actions) counts[action]! += 1;
  return {
    seed: episode.seed,
    score,
    frames: episode.frames,
    end: episode.end === "truncated" ? "cap" : "crash",
    pointsPerSecond: rate(score, episode.frames),
    speed: episode.speed,
    obstacle: episode.obstacle ?? null,
    actions: byName(counts),
    played: episode.actions.join(""),
    ...(episode.live && { live: episode.live }),
  };
}

const rate = (points: number, frames: number) =>
  points / (frames / FRAMES_PER_SECOND);

const byName = (counts: ArrayLike<number>): Record<string, number> =>
  Object.fromEntries(
    Array.from(counts, (count, action) => [ACTIONS[action], count]),
  );

/** Counts a game's actions over the speed at which they were taken. */
export class SpeedHistogram {
  readonly #numActions: number;
  readonly #bins = new Map<number, number[]>();

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

  /** The counts so far, as they come. */
  bins(): Evaluation["actionsBySpeed"] {
    return [...this.#bins]
      .map(([speed, counts]) => ({ speed, actions: byName(counts) }));
  }
}

/** Several games' counts as those of all of them, the lowest speed first. */
export function actionsAtSpeeds(
  games: readonly Evaluation["actionsBySpeed"][],
): Evaluation["actionsBySpeed"] {
  const sums = new Map<number, Record<string, number>>();
  for (const { speed, actions } of games.flat()) {
    const sum = sums.get(speed) ?? {};
    for (const [action, count] of Object.entries(actions)) {
      sum[action] = (sum[action] ?? 0) + count;
    }
    sums.set(speed, sum);
  }
  return [...sums].sort(([a], [b]) => a - b)
    .map(([speed, actions]) => ({ speed, actions }));
}

/**
 * The figures of games that were played.
 *
 * @param games in the order of their seeds; at least one
 * @param cap score at which they were ended
 * @param actionsBySpeed what the games' decisions were
 * @param planned which games were to be played; what is not among `games`
 * counts as if it had reached the cap. @default as many as were played
 */
export function summarizeGames(
  games: PlayedGame[],
  cap: number,
  actionsBySpeed: Evaluation["actionsBySpeed"],
  planned: Pick<Evaluation, "episodes" | "firstSeed"> = {
    episodes: games.length,
    firstSeed: games[0]!.seed,
  },
): Evaluation {
  const { episodes, firstSeed } = planned;
  const atMost = games.length < episodes;
  const known = new Map(games.map(({ seed, score }) => [seed, score]));
  const scores = atMost
    ? Array.from(
      { length: episodes },
      (_, i) => known.get(firstSeed + i) ?? cap,
    )
    : games.map(({ score }) => score);
  return {
    ...{ episodes, firstSeed, cap, scores, atMost },
    ...summarizeScores(scores, cap),
    ...(atMost && NO_INTERVALS),
    pointsPerSecond: rate(
      games.reduce((sum, { score }) => sum + score, 0),
      games.reduce((sum, { frames }) => sum + frames, 0),
    ),
    actionsBySpeed,
    games,
  };
}

/** Bounds have no intervals. */
const NO_INTERVALS = {
  mean95: null,
  median95: null,
  iqm95: null,
  capped95: null,
  crashesPer100k95: null,
};

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
