import type { Config } from "../config/mod.ts";
import { FRAME_BYTES, FRAMES_PER_SECOND, PARKED } from "../constants.ts";
import { ChromeCrashedError } from "../errors.ts";
import type { GameState, LiveGame, LiveState } from "../game/mod.ts";
import { DecisionClock } from "./decision_clock.ts";
import { FrameStack } from "./frame_stack.ts";
import { LivePlayer, openLiveGame } from "./live_player.ts";
import { rewardOf } from "./reward.ts";
import type {
  EnvState,
  EpisodeSchedule,
  EpisodeStart,
  EpisodeStatistics,
  Observations,
  StepInfo,
  StepResult,
  VectorEnv,
} from "./types.ts";

/** The running episode. */
interface Episode {
  number: number;
  start: EpisodeStart;
  steps: number;
  return: number;
  state: LiveState;
}

/** What is known of a game, beside its observation. */
function infoOf(
  { score, speed, milliseconds }: LiveState,
): Omit<StepInfo, "episode"> {
  const frames = Math.round(milliseconds * FRAMES_PER_SECOND / 1000);
  return { score, frames, speed };
}

/**
 * One game of the untouched page in real time: real keys, real screenshots, a
 * decision every `frameSkip` sixtieths of a second. It cannot be seeded; an
 * episode's seed is only its name. When Chrome dies it is started again, and
 * the episode ends as `interrupted`, truncated and without reward.
 */
export class LiveEnv implements VectorEnv {
  readonly numEnvs = 1;
  readonly numActions: number;
  #config: Config;
  #maxSteps: number;
  #player: LivePlayer;
  #clock: DecisionClock;
  #schedule: EpisodeSchedule = () => null;
  #episode: Episode | null = null;
  #info: StepInfo = { score: 0, frames: 0, speed: 0 };
  #frame: Uint8Array = new Uint8Array(FRAME_BYTES);
  #stack = new FrameStack(1);

  private constructor(config: Config, training: boolean, game: LiveGame) {
    this.numActions = config.game.actions;
    this.#config = config;
    this.#maxSteps = (training ? config.env.maxEpisodeSteps : null) ?? Infinity;
    this.#player = new LivePlayer(config, game);
    this.#clock = new DecisionClock(
      config.game.frameSkip * 1000 / FRAMES_PER_SECOND,
    );
  }

  /**
   * @param options.training whether `env.maxEpisodeSteps` applies.
   * @param game the game to play; it is disposed of with the environment.
   * @throws what {@linkcode openLiveGame} throws.
   */
  static async create(
    config: Config,
    options: { training: boolean },
    game?: LiveGame,
  ): Promise<LiveEnv> {
    return new LiveEnv(
      config,
      options.training,
      game ?? await openLiveGame(config),
    );
  }

  /** Number of Chrome's process; `null` when it was only connected to. */
  get pid(): number | null {
    return this.#player.pid;
  }

  async reset(schedule: EpisodeSchedule): Promise<Observations> {
    this.#schedule = schedule;
    return await this.#begin(0);
  }

  async step(actions: Uint8Array): Promise<StepResult> {
    const action = this.#checked(actions);
    const result = {
      rewards: new Float32Array(1),
      terminated: new Uint8Array(1),
      truncated: new Uint8Array(1),
      finalFrames: [undefined] as (Uint8Array | undefined)[],
    };
    let ended: EpisodeStatistics | undefined;
    const episode = this.#episode;
    if (action !== PARKED && episode) {
      const end = await this.#play(action, episode);
      const reward = end === "interrupted"
        ? 0
        : rewardOf(action, end === "crash", this.#config.reward);
      result.rewards[0] = reward;
      result.terminated[0] = Number(end === "crash");
      result.truncated[0] = Number(
        end === "truncated" || end === "interrupted",
      );
      episode.steps++;
      episode.return += reward;
      if (end) {
        ended = this.#statistics(episode, end);
        result.finalFrames = [this.#frame];
        await this.#begin(episode.number + 1);
      }
    }
    return {
      ...this.#observations(),
      ...result,
      infos: [{ ...this.#info, ...(ended && { episode: ended }) }],
      recoveries: this.#player.recoveries,
    };
  }

  /** Where the environment is: a live episode can only be played anew. */
  state(): EnvState {
    const { number: episode = 0, start = null } = this.#episode ?? {};
    return { environments: [{ episode, start, actions: "" }] };
  }

  async restore(
    { environments: [stored] }: EnvState,
    schedule: EpisodeSchedule,
  ): Promise<Observations> {
    this.#schedule = schedule;
    return await this.#begin(stored?.episode ?? 0);
  }

  /** The game's state, for players that do not look at pixels. */
  async states(): Promise<GameState[]> {
    return [await this.#player.state()];
  }

  /**
   * The newest screenshot of the canvas, as Gymnasium's `render`.
   *
   * @returns [1, 150, 552] grey.
   */
  render(): Promise<Uint8Array> {
    return this.#player.picture({ fresh: false });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#player[Symbol.asyncDispose]();
  }

  #checked(actions: Uint8Array): number {
    const [action] = actions;
    if (
      action === undefined || actions.length !== 1 ||
      (action >= this.numActions && action !== PARKED)
    ) {
      throw new RangeError(
        `The live environment takes one action below ${this.numActions}, ` +
          `not [${actions}].`,
      );
    }
    return action;
  }

  /** Begins the schedule's episode of this number, or parks. */
  async #begin(number: number): Promise<Observations> {
    const start = this.#schedule(0, number);
    this.#episode = null;
    while (start && !this.#episode) {
      try {
        await this.#player.begin(start);
        this.#frame = await this.#player.observe({ fresh: true });
        const state = await this.#player.state();
        this.#episode = { number, start, steps: 0, return: 0, state };
      } catch (error) {
        if (!(error instanceof ChromeCrashedError)) throw error;
        await this.#player.relaunch(error);
      }
    }
    if (this.#episode) {
      this.#info = infoOf(this.#episode.state);
      this.#stack.start(0, this.#frame);
      this.#clock.start();
      this.#player.waitForAgent();
    }
    return this.#observations();
  }

  /**
   * One decision: keys now, the picture and what it led to when time is up.
   *
   * @returns how the episode ended, if it did.
   */
  async #play(
    action: number,
    episode: Episode,
  ): Promise<EpisodeStatistics["end"] | undefined> {
    try {
      if (await this.#player.wake()) this.#clock.skip();
      await this.#player.press(action);
      await this.#clock.next();
      [episode.state, this.#frame] = await Promise.all([
        this.#player.state(),
        this.#player.observe({ fresh: false }),
      ]);
    } catch (error) {
      if (!(error instanceof ChromeCrashedError)) throw error;
      await this.#player.relaunch(error);
      return "interrupted";
    }
    const { crashed, score } = episode.state;
    this.#info = infoOf(episode.state);
    this.#stack.push(0, this.#frame);
    this.#player.waitForAgent();
    if (crashed) return "crash";
    const cut = episode.steps + 1 >= this.#maxSteps ||
      score >= (episode.start.maxScore ?? Infinity);
    return cut ? "truncated" : undefined;
  }

  #statistics(
    { number, start, steps, return: sum, state }: Episode,
    end: EpisodeStatistics["end"],
  ): EpisodeStatistics {
    const obstacle = end === "crash" ? state.obstacles[0]?.type : undefined;
    return {
      episode: number,
      seed: start.seed,
      ...infoOf(state),
      steps,
      return: sum,
      end,
      ...(obstacle !== undefined && { obstacle }),
      lateness: this.#clock.lateness,
    };
  }

  #observations(): Observations {
    return { observations: this.#stack.observations, frames: this.#frame };
  }
}
