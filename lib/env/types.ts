/**
 * The environment's contract, in Gymnasium's words. One environment is one
 * game; they are always stepped many at once, as Gymnasium's `VectorEnv` with
 * autoreset in the same step.
 */
import type {
  EpisodeSchedule,
  EpisodeStart,
  FinishedEpisode,
  StoredEpisode,
} from "../game/types.ts";
import type { Delay } from "./decision_clock.ts";

export type { Delay, EpisodeSchedule, EpisodeStart };

/** An episode that has ended, and what it brought. */
export interface EpisodeStatistics extends FinishedEpisode {
  /** Sum of the rewards. */
  return: number;
  /** Live clock only. */
  live?: {
    /** How late its decisions were, in milliseconds. */
    lateMs: Delay;
    /** From the frame that was seen to the keys; absent: none, or screenshots. */
    keyMs?: Delay;
    /** The machine's at its end, over the last minute (0 where none is told). */
    load: number;
  };
}

/** What is known of an environment after a step, beside the observation. */
export interface StepInfo {
  /** What the counter shows. */
  score: number;
  /** Rendered frames since the episode's start. */
  frames: number;
  /** Pixels per frame. */
  speed: number;
  /** The episode that ended in this step, if one did. */
  episode?: EpisodeStatistics;
}

/** The result of `reset` and the observation part of `step`. */
export interface Observations {
  /**
   * [n, 80, 80, 4] uint8: what to decide on next. After an episode's end it is
   * the next episode's first observation. Made when it is looked at, and
   * overwritten by the next call.
   */
  observations: Uint8Array;
  /** [n, 80, 80] uint8: the newest frame of each. Overwritten by the next call. */
  frames: Uint8Array;
}

/** The result of `step`. Arrays have one element per environment. */
export interface StepResult extends Observations {
  /** [n] float32. */
  rewards: Float32Array;
  /** 1 where the episode ended by a crash. */
  terminated: Uint8Array;
  /** 1 where the episode was cut: the value of its last state is not 0. */
  truncated: Uint8Array;
  /** The last frame, [80, 80] uint8, of each episode that ended in this step. */
  finalFrames: (Uint8Array | undefined)[];
  /** What else is known of each. */
  infos: StepInfo[];
}

/**
 * Where the environments are: enough to bring new pages to the same pixels,
 * because an episode is its start and its actions. JSON-safe.
 */
export interface EnvState {
  /** One for each environment. */
  environments: StoredEpisode[];
}

/** Many games that are stepped together, as Gymnasium's `VectorEnv`. */
export interface VectorEnv extends AsyncDisposable {
  /** Games side by side: n. */
  readonly numEnvs: number;
  /** What an action may be: 0 to one less. */
  readonly numActions: number;
  /** Starts episode 0 of the schedule in every environment. */
  reset(schedule: EpisodeSchedule): Promise<Observations>;
  /**
   * One agent step in every environment that is not parked.
   * @param actions [n] uint8, each an index of `ACTIONS` or `PARKED`;
   * read before the promise is returned.
   * @throws RangeError on an action out of range, ChromeCrashedError when
   * Chrome could not be brought back.
   */
  step(actions: Uint8Array): Promise<StepResult>;
  /** The state to store in a checkpoint; lock-step only. */
  state(): EnvState;
  /** Goes on from a stored state by playing its episodes' actions again. */
  restore(state: EnvState, schedule: EpisodeSchedule): Promise<Observations>;
}
