import type { Config } from "../config/mod.ts";
import { ChromeCrashedError, UsageError } from "../errors.ts";
import { type GameState, LiveGame, type LiveState } from "../game/mod.ts";
import { DecisionClock } from "./decision_clock.ts";
import { FrameStack } from "./frame_stack.ts";
import { canvasOfScreenshot, observeCanvas } from "./observation.ts";
import { rewardOf } from "./reward.ts";
import {
  ACTIONS,
  type EnvState,
  type EpisodeSchedule,
  type EpisodeStart,
  type EpisodeStatistics,
  FRAME_BYTES,
  type Observations,
  PARKED,
  type StepInfo,
  type StepResult,
  type VectorEnv,
} from "./types.ts";

/** Frames that the page renders in a second of play. */
const FRAMES_PER_SECOND = 60;

/** Chrome is started again so often without any step in between. */
const RELAUNCHES = 3;

/** The game is paused when the agent does not decide for so long. */
const PATIENCE_MS = 1000;

const framesPlayed = ({ milliseconds }: LiveState) =>
  Math.round(milliseconds * FRAMES_PER_SECOND / 1000);

/** The running episode. */
interface Episode {
  number: number;
  start: EpisodeStart;
  steps: number;
  return: number;
  state: LiveState;
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
  #game: LiveGame;
  #clock: DecisionClock;
  #schedule: EpisodeSchedule = () => null;
  #episode: Episode | null = null;
  #info: StepInfo = { score: 0, frames: 0, speed: 0 };
  #frame: Uint8Array = new Uint8Array(FRAME_BYTES);
  #stack = new FrameStack(1);
  #recoveries = 0;
  #failures = 0;
  #paused = false;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor(config: Config, training: boolean, game: LiveGame) {
    this.numActions = config.game.actions;
    this.#config = config;
    this.#maxSteps = (training ? config.env.maxEpisodeSteps : null) ?? Infinity;
    this.#game = game;
    this.#clock = new DecisionClock(
      config.game.frameSkip * 1000 / FRAMES_PER_SECOND,
    );
  }

  /**
   * @param options.training whether `env.maxEpisodeSteps` applies.
   * @param game the game to play; it is disposed of with the environment.
   * @throws UsageError when the config is not for the untouched page,
   * ChromeNotFoundError when Chrome cannot be started, DinoPageError when its
   * page is not one that this program knows.
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
    return this.#game.pid;
  }

  async reset(schedule: EpisodeSchedule): Promise<Observations> {
    this.#schedule = schedule;
    return await this.#begin(0);
  }

  async step(actions: Uint8Array): Promise<StepResult> {
    const action = this.#checked(actions);
    const result: StepResult = {
      ...this.#observations(),
      rewards: new Float32Array(1),
      terminated: new Uint8Array(1),
      truncated: new Uint8Array(1),
      finalFrames: [undefined],
      infos: [],
      recoveries: this.#recoveries,
    };
    const episode = this.#episode;
    if (action !== PARKED && episode) {
      try {
        await this.#play(action, episode, result);
        this.#failures = 0;
      } catch (error) {
        if (!(error instanceof ChromeCrashedError)) throw error;
        await this.#interrupt(error, episode, result);
      }
    }
    result.infos = [this.#info];
    result.recoveries = this.#recoveries;
    return result;
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
    return [await this.#game.state()];
  }

  /**
   * The newest screenshot of the canvas, as Gymnasium's `render`.
   *
   * @returns [1, 150, 552] grey.
   */
  async render(): Promise<Uint8Array> {
    const { screenshot, canvas } = await this.#game.picture({ fresh: false });
    return await canvasOfScreenshot(screenshot, canvas);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#pauseTimer);
    await this.#game[Symbol.asyncDispose]();
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
    if (start) {
      for (;;) {
        try {
          await this.#restart(number, start);
          break;
        } catch (error) {
          if (!(error instanceof ChromeCrashedError)) throw error;
          await this.#relaunch(error);
        }
      }
    }
    return this.#observations();
  }

  async #restart(number: number, start: EpisodeStart): Promise<void> {
    await this.#wake();
    await this.#game.restart();
    if (start.speed !== undefined) await this.#game.setSpeed(start.speed);
    this.#frame = await this.#observe({ fresh: true });
    this.#stack.start(0, this.#frame);
    const state = await this.#game.state();
    this.#episode = { number, start, steps: 0, return: 0, state };
    this.#info = { score: state.score, frames: 0, speed: state.speed };
    this.#clock.start();
    this.#pauseLater();
  }

  /** One decision: keys now, the picture and what it led to when time is up. */
  async #play(
    action: number,
    episode: Episode,
    result: StepResult,
  ): Promise<void> {
    await this.#wake();
    await this.#press(action);
    await this.#clock.next();
    const [state, frame] = await Promise.all([
      this.#game.state(),
      this.#observe({ fresh: false }),
    ]);
    const reward = rewardOf(action, state.crashed, this.#config.reward);
    episode.state = state;
    episode.steps++;
    episode.return += reward;
    const truncated = !state.crashed && (episode.steps >= this.#maxSteps ||
      state.score >= (episode.start.maxScore ?? Infinity));
    result.rewards[0] = reward;
    result.terminated[0] = Number(state.crashed);
    result.truncated[0] = Number(truncated);
    this.#frame = frame;
    if (!state.crashed && !truncated) {
      this.#stack.push(0, frame);
      this.#info = {
        score: state.score,
        frames: framesPlayed(state),
        speed: state.speed,
      };
      this.#pauseLater();
    } else {
      result.finalFrames = [frame];
      await this.#end(episode, state.crashed ? "crash" : "truncated");
    }
    Object.assign(result, this.#observations());
  }

  async #press(action: number): Promise<void> {
    switch (ACTIONS[action]) {
      case "jump":
        return await this.#game.pressUp();
      case "duck":
        return await this.#game.pressDown();
      default:
        return await this.#game.releaseDown();
    }
  }

  /** Notes the episode's statistics and goes on to the next one. */
  async #end(episode: Episode, end: EpisodeStatistics["end"]): Promise<void> {
    const { number, start, steps, state } = episode;
    const obstacle = end === "crash" ? state.obstacles[0]?.type : undefined;
    const statistics: EpisodeStatistics = {
      episode: number,
      seed: start.seed,
      score: state.score,
      frames: framesPlayed(state),
      steps,
      return: episode.return,
      speed: state.speed,
      end,
      ...(obstacle !== undefined && { obstacle }),
      lateness: this.#clock.lateness,
    };
    this.#info = {
      score: statistics.score,
      frames: statistics.frames,
      speed: statistics.speed,
    };
    await this.#begin(number + 1);
    this.#info = { ...this.#info, episode: statistics };
  }

  /** Chrome has died in the middle of an episode. */
  async #interrupt(
    error: ChromeCrashedError,
    episode: Episode,
    result: StepResult,
  ): Promise<void> {
    result.rewards[0] = 0;
    result.terminated[0] = 0;
    result.truncated[0] = 1;
    result.finalFrames = [this.#frame];
    await this.#relaunch(error);
    await this.#end(episode, "interrupted");
    Object.assign(result, this.#observations());
  }

  async #relaunch(failure: unknown): Promise<void> {
    clearTimeout(this.#pauseTimer);
    this.#paused = false;
    while (++this.#failures <= RELAUNCHES) {
      try {
        await this.#game[Symbol.asyncDispose]();
        this.#game = await openLiveGame(this.#config);
        this.#recoveries++;
        return;
      } catch (error) {
        failure = error;
      }
    }
    throw new ChromeCrashedError(
      `Chrome died, and starting it again ${RELAUNCHES} times did not help: ` +
        (failure as Error).message,
      { cause: failure },
    );
  }

  async #observe(options: { fresh: boolean }): Promise<Uint8Array> {
    const { screenshot, canvas } = await this.#game.picture(options);
    const picture = await canvasOfScreenshot(screenshot, canvas);
    return await observeCanvas(picture, this.#config.env.crop);
  }

  /** The agent may be busy elsewhere, with an evaluation or a checkpoint. */
  #pauseLater(): void {
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = setTimeout(() => {
      this.#paused = true;
      // If Chrome has died, the next step will find out.
      this.#game.pause().catch(() => {});
    }, PATIENCE_MS);
  }

  async #wake(): Promise<void> {
    clearTimeout(this.#pauseTimer);
    if (!this.#paused) return;
    this.#paused = false;
    await this.#game.resume();
    this.#clock.skip();
  }

  #observations(): Observations {
    return { observations: this.#stack.observations, frames: this.#frame };
  }
}

/** @throws UsageError when the config asks for a page that is not as it is. */
function checkUntouched({ birds, clouds, night }: Config["game"]): void {
  for (const [name, value] of Object.entries({ birds, clouds, night })) {
    if (!value) {
      throw new UsageError(
        `The live clock plays the page as it is, but game.${name} is false: ` +
          `set game.${name}=true, or env.clock=lockstep.`,
      );
    }
  }
}

/**
 * Opens the game that the config asks for.
 *
 * @throws what {@linkcode LiveEnv.create} throws.
 */
export async function openLiveGame(
  { browser, game }: Config,
): Promise<LiveGame> {
  checkUntouched(game);
  const speed = game.speed === "accelerating" ? null : game.speed;
  return await LiveGame.open(browser, speed);
}
