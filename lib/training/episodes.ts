import { type Config, TRAINING_SEEDS_END } from "../config/mod.ts";
import type {
  EnvState,
  EpisodeSchedule,
  Observations,
  VectorEnv,
} from "../env/types.ts";
import { hash32 } from "../random.ts";

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
 * the phases of the moon that belong to them would come to few games.
 *
 * A share of the games (`env.liveShare`) varies as live play does, with a
 * delay and a place of the T-rex of its own, of which the agent cannot know.
 */
export function trainingEpisodes(config: Config): EpisodeSchedule {
  const {
    liveShare,
    randomStartScore,
    randomStartSpeed: { share, low, high },
  } = config.env;
  return (environment, episode) => {
    const draw = (purpose: number) =>
      hash32(config.seed, environment, episode, purpose) * UNIT;
    const seed = Math.floor(draw(0) * TRAINING_SEEDS_END);
    return {
      seed,
      ...(draw(1) < share && { speed: low + (high - low) * draw(2) }),
      ...(randomStartScore > 0 &&
        { points: Math.floor(draw(3) * (randomStartScore + 1)) }),
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

/** The games that are trained on. */
export class TrainingGames {
  readonly env: VectorEnv;
  /** What to decide on first, once they were begun or restored. */
  first: Observations | undefined;
  readonly #schedule: EpisodeSchedule;

  constructor(env: VectorEnv, config: Config) {
    this.env = env;
    this.#schedule = trainingEpisodes(config);
  }

  async begin(): Promise<void> {
    this.first = await this.env.reset(this.#schedule);
  }

  /** Goes on from a stored state. */
  async restore(state: EnvState): Promise<void> {
    this.first = await this.env.restore(state, this.#schedule);
  }
}
