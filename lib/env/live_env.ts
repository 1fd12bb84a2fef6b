import { Relauncher } from "../browser/mod.ts";
import type { Config } from "../config/mod.ts";
import { FRAMES_PER_SECOND, PARKED } from "../constants.ts";
import { ChromeCrashedError } from "../errors.ts";
import {
  type FinishedEpisode,
  type GameState,
  LiveGame,
  type LiveState,
  type LiveView,
} from "../game/mod.ts";
import { say } from "../say.ts";
import { loadSharp } from "../sharp.ts";
import { checkedActions } from "./actions.ts";
import {
  DecisionClock,
  delayOf,
  REAL_TIME,
  type Timer,
} from "./decision_clock.ts";
import { FrameStack } from "./frame_stack.ts";
import {
  canvasObserver,
  canvasOfScreenshot,
  observeCanvas,
} from "./observation.ts";
import { returnOf, rewardOf } from "./reward.ts";
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

/** A game is no longer the agent's that goes on without it for so long. */
const LONGEST_GAP_MS = 1000;

/** By so much a decision is due before the frame that it waits for. */
const HALF_FRAME_MS = 1000 / FRAMES_PER_SECOND / 2;

/** The running episode. */
interface Episode {
  number: number;
  start: EpisodeStart;
  actions: number[];
  /** From a frame to the keys that answered it, in milliseconds. */
  keyMs: number[];
  state: LiveState;
}

/** How an episode ended; undefined: it goes on. */
type End = EpisodeStatistics["end"] | undefined;

/** What is known of a game, beside its observation. */
function infoOf(
  { score, speed, milliseconds }: LiveState,
): Omit<StepInfo, "episode"> {
  const frames = Math.round(milliseconds * FRAMES_PER_SECOND / 1000);
  return { score, frames, speed };
}

/**
 * Opens the game that the config asks for.
 *
 * @throws ChromeNotFoundError when Chrome cannot be started, DinoPageError when
 * its page is not one that this program knows.
 */
export async function openLiveGame(
  { browser, game: { speed }, env: { observation } }: Config,
): Promise<LiveGame> {
  await loadSharp(); // it takes longer than a decision may
  return await LiveGame.open(
    browser,
    speed === "accelerating" ? null : speed,
    observation === "screenshot" ? "screenshot" : "canvas",
  );
}

/**
 * One game of the untouched page in real time: real keys, real pictures, a
 * decision every `frameSkip` sixtieths of a second. It cannot be seeded; an
 * episode's seed is only its name. When Chrome dies it is started again, and
 * the episode ends as `interrupted`, truncated and without reward. So does one
 * that went on for more than a second without a decision: this process was
 * stopped, and what came of the game is none of the agent's doing.
 */
export class LiveEnv implements VectorEnv {
  readonly numEnvs = 1;
  readonly numActions: number;
  readonly #config: Config;
  readonly #maxSteps: number;
  readonly #timer: Timer;
  readonly #clock: DecisionClock;
  readonly #relauncher = new Relauncher();
  readonly #stack = new FrameStack(1);
  readonly #observe: ReturnType<typeof canvasObserver>;
  #game: LiveGame;
  #schedule: EpisodeSchedule = () => null;
  #episode: Episode | null = null;
  #info: StepInfo = { score: 0, frames: 0, speed: 0 };
  /** What was seen last. */
  #picture: Uint8Array = new Uint8Array();

  /**
   * @param game the game to play; it is disposed of with the environment.
   * @param training whether `env.maxEpisodeSteps` applies.
   * @param timer replaced in tests.
   */
  constructor(
    config: Config,
    game: LiveGame,
    training: boolean,
    timer: Timer = REAL_TIME,
  ) {
    this.numActions = config.game.actions;
    this.#config = config;
    this.#game = game;
    this.#maxSteps = (training ? config.env.maxEpisodeSteps : null) ?? Infinity;
    this.#timer = timer;
    this.#observe = canvasObserver(config.env.crop);
    this.#clock = new DecisionClock(
      config.game.frameSkip * 1000 / FRAMES_PER_SECOND,
      timer,
    );
  }

  async reset(schedule: EpisodeSchedule): Promise<Observations> {
    this.#schedule = schedule;
    await this.#begin(0);
    return this.#stack;
  }

  async step(actions: Uint8Array): Promise<StepResult> {
    const action = checkedActions(actions, this)[0]!;
    const episode = action === PARKED ? null : this.#episode;
    const end = episode ? await this.#play(action, episode) : undefined;
    let info = this.#info;
    let finalFrame: Uint8Array | undefined;
    if (episode && end) {
      const ended = this.#statistics(episode, end);
      finalFrame = this.#stack.frames.slice();
      await this.#begin(episode.number + 1);
      info = { ...this.#info, episode: ended };
    }
    const { reward } = this.#config;
    const stack = this.#stack;
    return {
      get observations() {
        return stack.observations;
      },
      frames: stack.frames,
      rewards: Float32Array.of(episode ? rewardOf(action, end, reward) : 0),
      terminated: Uint8Array.of(Number(end === "crash")),
      truncated: Uint8Array.of(Number(end !== undefined && end !== "crash")),
      finalFrames: [finalFrame],
      infos: [info],
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
    await this.#begin(stored?.episode ?? 0);
    return this.#stack;
  }

  /** The game's state, for players that do not look at pixels. */
  async states(): Promise<GameState[]> {
    return [await this.#game.state()];
  }

  /**
   * The picture of the last step or reset, as Gymnasium's `render`: to look anew
   * would hold up the decision that is due.
   *
   * @returns [1, 150, 552] grey.
   */
  render(): Promise<Uint8Array> {
    return Promise.resolve(this.#picture);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#game[Symbol.asyncDispose]();
  }

  /** Begins the schedule's episode of this number, or parks. */
  async #begin(number: number): Promise<void> {
    const start = this.#schedule(0, number);
    this.#episode = null;
    while (start && !this.#episode) {
      try {
        await this.#game.restart(start.speed);
        this.#clock.start();
        const { state, frame } = await this.#look({ fresh: true });
        this.#stack.start(0, frame);
        this.#episode = { number, start, actions: [], keyMs: [], state };
        this.#info = infoOf(state);
        this.#waitForAgent();
      } catch (error) {
        await this.#relaunch(error);
      }
    }
  }

  /**
   * One decision: keys now, the picture and what it led to when time is up.
   *
   * @returns how the episode ended, if it did.
   */
  async #play(action: number, episode: Episode): Promise<End> {
    const { actions, start } = episode;
    actions.push(action);
    try {
      const { paused, unattendedMs } = await this.#game.wake();
      if (paused) this.#clock.skip();
      const decided = this.#timer.now();
      await this.#game.press(action, this.#config.game.duckAnew);
      await this.#clock.next();
      const { state, keyMs, frame } = await this.#look({ fresh: false });
      episode.state = state;
      if (keyMs !== null) episode.keyMs.push(keyMs);
      this.#stack.push(0, frame);
      const gap = Math.max(unattendedMs, this.#timer.now() - decided);
      if (gap > LONGEST_GAP_MS) {
        say(
          `note: a game went on for ${(gap / 1000).toFixed(1)} s without a ` +
            "decision, as if this program had been stopped; it does not count",
        );
        this.#waitForAgent();
        return "interrupted";
      }
    } catch (error) {
      await this.#relaunch(error);
      return "interrupted";
    }
    const { crashed, score } = episode.state;
    this.#info = infoOf(episode.state);
    this.#waitForAgent();
    if (crashed) return "crash";
    const cut = actions.length >= this.#maxSteps ||
      score >= (start.maxScore ?? Infinity);
    return cut ? "truncated" : undefined;
  }

  #waitForAgent(): void {
    this.#relauncher.progressed();
    this.#game.waitForAgent();
  }

  /**
   * Starts Chrome again.
   *
   * @throws ChromeCrashedError with the last failure when that does not help,
   * or at once what is no failure of Chrome's.
   */
  async #relaunch(failure: unknown): Promise<void> {
    if (!(failure instanceof ChromeCrashedError)) throw failure;
    await this.#relauncher.relaunch(failure, async () => {
      await this.#game[Symbol.asyncDispose]();
      this.#game = await openLiveGame(this.#config);
    });
  }

  /**
   * What the game is at, and the observation of its newest picture, [80, 80]
   * ink. Where frames are seen, decisions fall into step with them: a timer
   * beside them would let pass now three and now five in place of four.
   *
   * @param options.fresh waits out the pictures that are still on their way.
   */
  async #look(
    options: { fresh: boolean },
  ): Promise<Pick<LiveView, "state" | "keyMs"> & { frame: Uint8Array }> {
    const { state, keyMs, image, canvas } = await this.#game.look(options);
    const { showsFrames } = this.#game;
    if (showsFrames) this.#clock.skip(HALF_FRAME_MS);
    else if (options.fresh) this.#clock.skip();
    const picture = await canvasOfScreenshot(image, canvas);
    this.#picture = picture;
    const frame = showsFrames
      ? this.#observe(picture)
      : await observeCanvas(picture, this.#config.env.crop);
    return { state, keyMs, frame };
  }

  #statistics(
    { number, start, actions, keyMs, state }: Episode,
    end: EpisodeStatistics["end"],
  ): EpisodeStatistics {
    const obstacle = end === "crash" ? state.obstacles[0]?.type : undefined;
    const episode: FinishedEpisode = {
      episode: number,
      seed: start.seed,
      ...infoOf(state),
      actions: Uint8Array.from(actions),
      end,
      ...(obstacle !== undefined && { obstacle }),
    };
    return {
      ...episode,
      return: returnOf(episode, this.#config.reward),
      live: {
        lateMs: this.#clock.lateness,
        ...(keyMs.length > 0 && { keyMs: delayOf(keyMs) }),
        load: Deno.loadavg()[0]!,
      },
    };
  }
}
