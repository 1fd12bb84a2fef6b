/** What is played, and what is known of it, by whichever clock. */

/** What is not exact in live play, and differs from one machine to another. */
export interface LiveVariation {
  /** Rendered frames from a decision's picture until its keys arrive. */
  delay: number;
  /** A decision takes up to so many rendered frames more or less. */
  jitter: number;
  /**
   * Where the T-rex stands, in pixels from the left: the page moves it a pixel
   * per frame that it renders during its intro.
   */
  x: number;
}

/** How an episode begins. */
export interface EpisodeStart {
  /** Seed of everything that is random in the page: a whole number >= 0. */
  seed: number;
  /** Speed in pixels per frame to start at; absent: the game's own. */
  speed?: number;
  /**
   * Points that count as made before the start: it begins with the nights and
   * the moon that come then. They are not part of its score. Lock-step only;
   * absent: 0.
   */
  points?: number;
  /**
   * Decisions taken before it begins, one digit each: neither they nor their
   * points and frames are part of it. Lock-step only; absent: none.
   */
  before?: string;
  /** How it differs from the exact game, as live play does; lock-step only. */
  live?: LiveVariation;
  /**
   * Share of the decisions that take one rendered frame more or less; lock-step
   * only, without effect beside `live`. Absent: none.
   */
  stochasticFrameSkip?: number;
  /** The episode is truncated once its score is this or more; absent: never. */
  maxScore?: number;
  /**
   * The episode is truncated after so many decisions, if its environment does
   * not do so earlier. Lock-step only; absent: never.
   */
  maxSteps?: number;
}

/**
 * What each environment plays: its n-th episode (from 0). A pure function, so
 * that a run that was stopped goes on with the same games; `null`: no more
 * games for this environment, it stands still (is parked) from then on.
 */
export type EpisodeSchedule = (
  environment: number,
  episode: number,
) => EpisodeStart | null;

/** A running episode: enough to come to the same pixels again. JSON-safe. */
export interface StoredEpisode {
  /** Its number in its environment, from 0. */
  episode: number;
  /** How it began; null: its environment stands still. */
  start: EpisodeStart | null;
  /** Actions taken so far, base64 of one byte each. */
  actions: string;
}

/** An episode that has ended. */
export interface FinishedEpisode {
  /** Its number in its environment, from 0. */
  episode: number;
  /** What it was begun with. */
  seed: number;
  /** The game's score: what the counter at the top right shows. */
  score: number;
  /** Rendered frames played. */
  frames: number;
  /** Every decision in order, an index of `ACTIONS` each. */
  actions: Uint8Array;
  /** Speed at the end, in pixels per frame. */
  speed: number;
  /**
   * Why it ended. `interrupted`: Chrome died, or the live game went on without
   * a decision for more than a second.
   */
  end: "crash" | "truncated" | "interrupted";
  /** The obstacle crashed into, as the page names it; absent otherwise. */
  obstacle?: string;
}

/** An obstacle on its way to the T-rex; lengths in canvas pixels. */
export interface ObstacleState {
  /** `cactusSmall`, `cactusLarge` or `pterodactyl`. */
  type: string;
  /** Its left edge. */
  x: number;
  /** Its upper edge. */
  y: number;
  /** From its left edge to its right one. */
  width: number;
  /** From its upper edge to its lower one. */
  height: number;
  /** Pixels per frame that it is faster (or slower) than the ground. */
  speedOffset: number;
}

/** What a player that reads the page instead of its pixels goes by. */
export interface GameState {
  /** What the counter shows. */
  score: number;
  /** What the page keeps as the best score. */
  highScore: number;
  /** Whether the game is over. */
  crashed: boolean;
  /** Whether it has begun. */
  playing: boolean;
  /** Whether it stands still. */
  paused: boolean;
  /** Whether the picture is inverted: night. */
  night: boolean;
  /** Pixels per frame. */
  speed: number;
  /** The T-rex's upper left corner, in canvas pixels, and what it does. */
  tRex: {
    x: number;
    y: number;
    /** `y` when it stands on the ground. */
    groundY: number;
    jumping: boolean;
    ducking: boolean;
  };
  /** The nearest first. */
  obstacles: ObstacleState[];
}
