import { type Config, TRAINING_SEEDS_END } from "../config/mod.ts";
import type { EpisodeSchedule } from "../env/types.ts";
import { hash32 } from "../random.ts";

const UNIT = 1 / 0x1_0000_0000;

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
 * In live play an action comes late: the picture takes time to the agent and
 * the key back. `env.actionDelay` trains for it, with a delay of its own for
 * each game, of which the agent cannot know.
 */
export function trainingEpisodes(config: Config): EpisodeSchedule {
  const {
    actionDelay,
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
      ...(actionDelay > 0 &&
        { delay: Math.floor(draw(4) * (actionDelay + 1)) }),
    };
  };
}
