import type { Config } from "../config/mod.ts";
import { FRAME_BYTES, PARKED, STACK } from "../constants.ts";
import {
  ByteList,
  type Episode,
  type GameState,
  type GameStep,
  LockstepBatch,
  type LockstepPage,
  STAND_STILL,
} from "../game/mod.ts";
import { FrameStack } from "./frame_stack.ts";
import { rewardOf } from "./reward.ts";
import type {
  EnvState,
  EpisodeSchedule,
  EpisodeStart,
  Observations,
  StepInfo,
  StepResult,
  VectorEnv,
} from "./types.ts";

/** Options of {@linkcode LockstepEnv.create}. */
export interface LockstepEnvOptions {
  /** Games, spread over the pages as evenly as can be. */
  numEnvs: number;
  /** Agent steps after which an episode is truncated; `null`: never. */
  maxEpisodeSteps: number | null;
  /** Bytes of one game's pixels as the pages send them. */
  pixelBytes: number;
  /** Frames, [count, 80, 80], of `count` games' pixels. */
  toFrames: (pixels: Uint8Array[]) => Promise<Uint8Array> | Uint8Array;
}

/** What the environment keeps of a running episode beside its actions. */
interface Progress {
  episode: number;
  start: EpisodeStart | null;
  steps: number;
  return: number;
}

const NO_INFO: StepInfo = { score: 0, frames: 0, speed: 0 };

/** Games of the real page under the lock-step clock, stepped together. */
export class LockstepEnv implements VectorEnv {
  readonly numEnvs: number;
  readonly numActions: number;
  #config: Config;
  #options: LockstepEnvOptions;
  #batches: LockstepBatch[];
  /** First environment of each batch. */
  #offsets: number[];
  #schedule: EpisodeSchedule | null = null;
  #progress: Progress[] = [];
  #infos: StepInfo[] = [];
  #scalingMs = 0;
  #stack: FrameStack;
  #frames: Uint8Array;

  private constructor(
    config: Config,
    options: LockstepEnvOptions,
    batches: LockstepBatch[],
  ) {
    this.numEnvs = options.numEnvs;
    this.numActions = config.game.actions;
    this.#config = config;
    this.#options = options;
    this.#batches = batches;
    this.#offsets = batches.map((_, i) =>
      batches.slice(0, i).reduce((sum, { size }) => sum + size, 0)
    );
    this.#stack = new FrameStack(options.numEnvs);
    this.#frames = new Uint8Array(options.numEnvs * FRAME_BYTES);
  }

  /** Takes `numEnvs` games of the pages. */
  static async create(
    config: Config,
    pages: readonly LockstepPage[],
    options: LockstepEnvOptions,
  ): Promise<LockstepEnv> {
    const used = pages.slice(0, options.numEnvs);
    const batches = await Promise.all(
      used.map((page, i) =>
        LockstepBatch.create(
          page,
          Math.floor((options.numEnvs + i) / used.length),
          options.pixelBytes,
        )
      ),
    );
    return new LockstepEnv(config, options, batches);
  }

  async reset(schedule: EpisodeSchedule): Promise<Observations> {
    this.#schedule = schedule;
    this.#infos = [];
    this.#progress = Array.from(
      { length: this.numEnvs },
      (_, environment) => this.#begin(environment, 0),
    );
    const steps = await this.#perBatch((batch, offset) =>
      batch.reset(
        this.#progress.slice(offset, offset + batch.size).map(({ start }) =>
          start
        ),
      )
    );
    const frames = await this.#toFrames(steps.map(({ pixels }) => pixels));
    frames.forEach((frame, environment) => {
      if (frame) this.#startStack(environment, frame);
    });
    return this.#observations();
  }

  async step(actions: Uint8Array): Promise<StepResult> {
    const limit = this.#options.maxEpisodeSteps ?? Infinity;
    const checked = this.#check(actions);
    const steps = await this.#perBatch((batch, offset) =>
      batch.step(
        checked.subarray(offset, offset + batch.size),
        (game) => (batch.episodes[game]?.actions.length ?? 0) + 1 >= limit,
      )
    );
    return await this.#result(checked, steps);
  }

  state(): EnvState {
    return {
      environments: this.#progress.map(({ episode, start }, environment) => ({
        episode,
        start,
        actions: this.#running(environment)?.actions.bytes.toBase64() ?? "",
      })),
    };
  }

  async restore(
    { environments }: EnvState,
    schedule: EpisodeSchedule,
  ): Promise<Observations> {
    if (environments.length !== this.numEnvs) {
      throw new RangeError(
        `The stored state is of ${environments.length} environments, but ` +
          `there are ${this.numEnvs}.`,
      );
    }
    this.#schedule = schedule;
    this.#infos = [];
    this.#progress = environments.map(({ episode, start, actions }, i) => {
      const progress = { ...this.#begin(i, episode), start };
      // A return is a sum of rewards that all came from decisions survived.
      for (const action of Uint8Array.fromBase64(actions)) {
        progress.return += rewardOf(action, false, this.#config.reward);
        progress.steps++;
      }
      return progress;
    });
    const episodes = environments.map(({ start, actions }): Episode | null =>
      start &&
      { start, actions: ByteList.from(Uint8Array.fromBase64(actions)) }
    );
    const pixels = await this.#perBatch((batch, offset) =>
      batch.replay(episodes.slice(offset, offset + batch.size), STACK)
    );
    for (let age = 0; age < STACK; age++) {
      const frames = await this.#toFrames(pixels.map((each) => each[age]));
      frames.forEach((frame, environment) => {
        if (!frame) return;
        if (age === 0) this.#startStack(environment, frame);
        else this.#pushStack(environment, frame);
      });
    }
    return this.#observations();
  }

  /** Milliseconds spent so far on making frames of the pages' pixels. */
  get scalingMs(): number {
    return this.#scalingMs;
  }

  /** The games' states, for players that do not look at pixels. */
  states(): Promise<GameState[]> {
    return this.#perBatch((batch) => batch.states());
  }

  /**
   * Whole pictures as a screenshot would show them, as Gymnasium's `render`.
   *
   * @returns [n, 150, 552] grey.
   */
  async render(): Promise<Uint8Array> {
    const pictures = await Promise.all(
      this.#batches.map((batch) => batch.pictures()),
    );
    const size = pictures.reduce((sum, { length }) => sum + length, 0);
    const all = new Uint8Array(size);
    let offset = 0;
    for (const picture of pictures) {
      all.set(picture, offset);
      offset += picture.length;
    }
    return all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const batch of this.#batches) await batch[Symbol.asyncDispose]();
  }

  /** Asks all pages at once; the answers in the environments' order. */
  async #perBatch<T>(
    ask: (batch: LockstepBatch, offset: number) => Promise<T[]>,
  ): Promise<T[]> {
    const answers = await Promise.all(
      this.#batches.map((batch, i) => ask(batch, this.#offsets[i]!)),
    );
    return answers.flat();
  }

  #locate(environment: number): { batch: LockstepBatch; game: number } {
    const i = this.#offsets.findLastIndex((offset) => offset <= environment);
    return {
      batch: this.#batches[i]!,
      game: environment - this.#offsets[i]!,
    };
  }

  #running(environment: number): Readonly<Episode> | null {
    const { batch, game } = this.#locate(environment);
    return batch.episodes[game]!;
  }

  /** Looks up an episode and the one after it, which the page is told ahead. */
  #begin(environment: number, episode: number): Progress {
    const start = this.#start(environment, episode);
    const next = start && this.#start(environment, episode + 1);
    const { batch, game } = this.#locate(environment);
    batch.setNext(game, next);
    return { episode, start, steps: 0, return: 0 };
  }

  #start(environment: number, episode: number): EpisodeStart | null {
    const start = this.#schedule!(environment, episode);
    if (start && !(Number.isInteger(start.seed) && start.seed >= 0)) {
      throw new RangeError(
        `An episode's seed must be a whole number >= 0, not ${start.seed}.`,
      );
    }
    return start;
  }

  /** The actions as the batches want them. */
  #check(actions: Uint8Array): Int8Array {
    if (!this.#schedule) {
      throw new Error("step() before reset() or restore().");
    }
    if (actions.length !== this.numEnvs) {
      throw new RangeError(
        `${actions.length} actions for ${this.numEnvs} environments.`,
      );
    }
    return Int8Array.from(actions, (action) => {
      if (action === PARKED) return STAND_STILL;
      if (action < this.numActions) return action;
      throw new RangeError(
        `Action ${action} is out of range: there are ${this.numActions}.`,
      );
    });
  }

  async #result(actions: Int8Array, steps: GameStep[]): Promise<StepResult> {
    const last = await this.#toFrames(steps.map(({ pixels }) => pixels));
    const first = await this.#toFrames(
      steps.map(({ begun }) => begun?.pixels),
    );
    const result = {
      rewards: new Float32Array(this.numEnvs),
      terminated: new Uint8Array(this.numEnvs),
      truncated: new Uint8Array(this.numEnvs),
      finalFrames: new Array<Uint8Array | undefined>(this.numEnvs)
        .fill(undefined),
      infos: this.#infos = steps.map((step, i) =>
        step.outcome === "parked"
          ? this.#standStill(i)
          : this.#advance(actions[i]!, step, i)
      ),
    };
    steps.forEach(({ outcome }, i) => {
      if (outcome === "parked") return;
      const crashed = outcome === "crash";
      result.rewards[i] = rewardOf(actions[i]!, crashed, this.#config.reward);
      if (outcome === "playing") return this.#pushStack(i, last[i]!);
      result.terminated[i] = Number(crashed);
      result.truncated[i] = Number(!crashed);
      result.finalFrames[i] = last[i]!.slice();
      if (first[i]) this.#startStack(i, first[i]);
      else this.#pushStack(i, last[i]!);
    });
    const recoveries = this.#batches.reduce(
      (sum, batch) => sum + batch.recoveries,
      0,
    );
    return { ...this.#observations(), ...result, recoveries };
  }

  #standStill(environment: number): StepInfo {
    const { score, frames, speed } = this.#infos[environment] ?? NO_INFO;
    return { score, frames, speed };
  }

  /** Counts a step, and moves on to the next episode where one ended. */
  #advance(action: number, step: GameStep, environment: number): StepInfo {
    const { outcome, score, frames, speed, obstacle, begun } = step;
    const progress = this.#progress[environment]!;
    const crashed = outcome === "crash";
    progress.return += rewardOf(action, crashed, this.#config.reward);
    progress.steps++;
    if (outcome === "playing") return { score, frames, speed };
    this.#progress[environment] = this.#begin(
      environment,
      progress.episode + 1,
    );
    return {
      score: begun ? 0 : score,
      frames: begun ? 0 : frames,
      speed: begun?.speed ?? speed,
      episode: {
        episode: progress.episode,
        seed: progress.start!.seed,
        score,
        frames,
        steps: progress.steps,
        return: progress.return,
        speed,
        end: crashed ? "crash" : "truncated",
        ...(crashed && obstacle !== undefined ? { obstacle } : {}),
      },
    };
  }

  #startStack(environment: number, frame: Uint8Array): void {
    this.#stack.start(environment, frame);
    this.#frames.set(frame, environment * FRAME_BYTES);
  }

  #pushStack(environment: number, frame: Uint8Array): void {
    this.#stack.push(environment, frame);
    this.#frames.set(frame, environment * FRAME_BYTES);
  }

  #observations(): Observations {
    return { observations: this.#stack.observations, frames: this.#frames };
  }

  /** Frames of the pixels that are there, in one call for all of them. */
  async #toFrames(
    pixels: (Uint8Array | undefined)[],
  ): Promise<(Uint8Array | undefined)[]> {
    const present = pixels.filter((each) => each !== undefined);
    if (present.length === 0) return pixels;
    const start = performance.now();
    const frames = await this.#options.toFrames(present);
    this.#scalingMs += performance.now() - start;
    let offset = 0;
    return pixels.map((each) =>
      each && frames.subarray(offset, offset += FRAME_BYTES)
    );
  }
}
