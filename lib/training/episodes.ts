import { type Config, TRAINING_SEEDS_END } from "../config/mod.ts";
import type {
  EnvState,
  EpisodeSchedule,
  EpisodeStart,
  Observations,
  VectorEnv,
} from "../env/types.ts";
import type { EvaluateOptions, PlayedGame } from "../evaluation/mod.ts";
import { hash32 } from "../random.ts";
import type { GameRecord } from "../runs/mod.ts";
import { CrashStarts, type CrashStartsState } from "./crash_starts.ts";

const UNIT = 1 / 0x1_0000_0000;

/**
 * What live play was seen to do on two busy cores, and a little more: from the
 * picture to the key 3 to 5 frames, decisions of 3 to 6 frames where 4 are
 * meant, and a T-rex at x = 18 (once, on a busier machine, 10) where an
 * undisturbed intro leaves it at 25. With keys up to 7 frames late an agent of
 * 20,000 steps was no longer at the cap in exact games.
 */
const LIVE = { delay: [0, 6], jitter: 1, x: [6, 28] } as const;

/** A whole number of the range, both ends included. */
const between = ([low, high]: readonly [number, number], draw: number) =>
  low + Math.floor(draw * (high - low + 1));

/**
 * The games that a run trains on: which seed, and at which speed, the n-th
 * game of each environment starts. A function of the run's seed alone, so a
 * resumed run plays the games that the uninterrupted one would have played.
 *
 * Seeds are in [0, 500,000): no evaluation ever uses one of them. A share of
 * the games (`env.randomStartSpeed`) starts at a speed drawn uniformly, because
 * the phases that matter most, the run-up and top speed, are otherwise met
 * once per game and only by an agent that survives until then. For the same
 * reason a game may start with points (`env.randomStartScore`): the nights and
 * the phases of the moon that belong to them would come to few games. Some
 * start as they are played all the same (`env.plainStarts`).
 *
 * Where nothing is random, to jump early and to jump at the last moment are
 * worth as much, and an error of 0.003 decides for one decision too late. A
 * frame more or less now and then (`env.stochasticFrameSkip`) makes the last
 * moment worth less (other ways, and why: Machado et al. 2018, "Revisiting the
 * Arcade Learning Environment").
 *
 * A share of the games (`env.liveShare`) varies as live play does, with a
 * delay and a place of the T-rex of its own, of which the agent cannot know.
 */
export function trainingEpisodes(config: Config): EpisodeSchedule {
  const { liveShare } = config.env;
  return (environment, episode) => {
    const draw = drawsOf(config, environment, episode);
    const seed = Math.floor(draw(0) * TRAINING_SEEDS_END);
    return {
      seed,
      ...variation(config, draw),
      ...(draw(4) < liveShare && {
        live: {
          delay: between(LIVE.delay, draw(5)),
          jitter: LIVE.jitter,
          x: between(LIVE.x, draw(6)),
        },
      }),
    };
  };
}

/** Random numbers in [0, 1), one for each purpose. */
type Draws = (purpose: number) => number;

const drawsOf = ({ seed }: Config, a: number, b: number): Draws => (purpose) =>
  hash32(seed, a, b, purpose) * UNIT;

/** How a training game differs from one that is evaluated. */
function variation({ env }: Config, draw: Draws): Omit<EpisodeStart, "seed"> {
  const { plainStarts, randomStartScore, stochasticFrameSkip } = env;
  const { share, low, high } = env.randomStartSpeed;
  const uneven = stochasticFrameSkip > 0 && { stochasticFrameSkip };
  const varied = 1 - plainStarts;
  const drawn = draw(1);
  if (drawn >= varied) return { ...uneven };
  return {
    ...uneven,
    ...(drawn < varied * share && { speed: low + (high - low) * draw(2) }),
    ...(randomStartScore > 0 &&
      { points: Math.floor(draw(3) * (randomStartScore + 1)) }),
  };
}

/** No environment has this number, nor one beyond it. */
const SEARCH = 1000;

/** The games that are trained on. */
export class TrainingGames {
  readonly env: VectorEnv;
  /** What to decide on first, once they were begun or restored. */
  first: Observations | undefined;
  readonly #config: Config;
  readonly #schedule: EpisodeSchedule;
  /** Undefined: none begin before a crash. */
  readonly #crashStarts: CrashStarts | undefined;

  constructor(env: VectorEnv, config: Config) {
    this.env = env;
    this.#config = config;
    const schedule = trainingEpisodes(config);
    const { clock, crashStarts: { share } } = config.env;
    if (share > 0 && clock === "lockstep") {
      this.#crashStarts = new CrashStarts(share);
    }
    this.#schedule = this.#crashStarts?.schedule(
      schedule,
      (environment, episode, purpose) =>
        drawsOf(config, environment, episode)(7 + purpose),
    ) ?? schedule;
  }

  async begin(): Promise<void> {
    this.first = await this.env.reset(this.#schedule);
  }

  /**
   * Notes a game that has ended.
   *
   * @returns whether it was a whole one: those that begin before a crash are
   * short, and say little of how well is played
   */
  ended({ environment, episode, actions }: GameRecord): boolean {
    return !this.#crashStarts?.ended(environment, episode, actions.length);
  }

  /**
   * Which games of the greedy agent are to be searched for crashes, and what
   * is done with them; undefined: none are.
   *
   * @param step agent steps so far
   */
  search(step: number): Search | undefined {
    const crashStarts = this.#crashStarts;
    if (!crashStarts) return undefined;
    const { games: episodes, maxScore } = this.#config.env.crashStarts;
    const places = TRAINING_SEEDS_END - episodes;
    const draw = drawsOf(this.#config, SEARCH, step);
    const firstSeed = Math.floor(draw(0) * places);
    const startOf = (seed: number) => ({
      seed,
      ...variation(this.#config, drawsOf(this.#config, SEARCH + 1, seed)),
    });
    return {
      options: { episodes, firstSeed, maxScore, startOf },
      found(games) {
        const found = crashStarts.add(games, startOf);
        return { found, practised: crashStarts.size };
      },
    };
  }

  state(): TrainingGamesState {
    const crashStarts = this.#crashStarts?.state();
    return { ...this.env.state(), ...(crashStarts && { crashStarts }) };
  }

  /** Goes on from a stored state. */
  async restore(
    { environments, crashStarts }: TrainingGamesState,
  ): Promise<void> {
    if (crashStarts) this.#crashStarts?.restore(crashStarts);
    this.first = await this.env.restore({ environments }, this.#schedule);
  }
}

/** What {@linkcode TrainingGames} bring to a checkpoint. JSON-safe. */
export interface TrainingGamesState extends EnvState {
  crashStarts?: CrashStartsState;
}

/** A search for crashes. */
interface Search {
  /** The games. */
  options: Pick<
    EvaluateOptions,
    "episodes" | "firstSeed" | "maxScore" | "startOf"
  >;
  /**
   * Takes up the crashes among them.
   * @returns how many are new, and how many are practised from now on
   */
  found(games: readonly PlayedGame[]): { found: number; practised: number };
}
