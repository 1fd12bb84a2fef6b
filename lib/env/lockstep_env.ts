import type { Config } from "../config/mod.ts";
import { FRAME_BYTES, STACK } from "../constants.ts";
import {
  type GameState,
  type GameStep,
  LockstepGames,
  type LockstepPage,
} from "../game/mod.ts";
import { checkedActions } from "./actions.ts";
import { FrameStack } from "./frame_stack.ts";
import { observePictures } from "./observation.ts";
import { returnOf, rewardOf } from "./reward.ts";
import type {
  EnvState,
  EpisodeSchedule,
  Observations,
  StepInfo,
  StepResult,
  VectorEnv,
} from "./types.ts";

/** The games of one page, and the number of the first among all. */
interface Part {
  games: LockstepGames;
  first: number;
}

/** Games of the real page under the lock-step clock, stepped together. */
export class LockstepEnv implements VectorEnv {
  readonly numEnvs: number;
  readonly numActions: number;
  readonly #config: Config;
  readonly #parts: Part[];
  readonly #stack: FrameStack;
  /** Of each environment, after its last step; empty before the first reset. */
  #infos: StepInfo[] = [];
  #scalingMs = 0;

  /**
   * @param pages over which the games are spread as evenly as can be.
   * @param options.training whether `env.maxEpisodeSteps` applies.
   */
  constructor(
    config: Config,
    pages: readonly LockstepPage[],
    { numEnvs, training }: { numEnvs: number; training: boolean },
  ) {
    this.numEnvs = numEnvs;
    this.numActions = config.game.actions;
    this.#config = config;
    this.#stack = new FrameStack(numEnvs);
    const { observation, crop, maxEpisodeSteps } = config.env;
    const maxSteps = training ? maxEpisodeSteps : null;
    const pixelBytes = observation !== "screenshot"
      ? FRAME_BYTES
      : crop.width * crop.height;
    const words = Math.ceil(pixelBytes / 4);
    // A page that sends frames has them put where they are shown.
    const pixels = observation !== "screenshot"
      ? new Uint32Array(this.#stack.frames.buffer)
      : new Uint32Array(numEnvs * words);
    let end = 0;
    this.#parts = pages.slice(0, numEnvs).map((page, i, used) => {
      const first = end;
      end += Math.floor((numEnvs + i) / used.length);
      const place = pixels.subarray(first * words, end * words);
      const options = { maxSteps, pixelBytes, pixels: place };
      return { first, games: new LockstepGames(page, options) };
    });
  }

  async reset(schedule: EpisodeSchedule): Promise<Observations> {
    const environments = Array.from(
      { length: this.numEnvs },
      (_, i) => ({ episode: 0, start: schedule(i, 0), actions: "" }),
    );
    return await this.restore({ environments }, schedule);
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
    const pixels = await this.#ask(({ games, first }) =>
      games.restore(
        environments.slice(first, first + games.count),
        (game, episode) => schedule(first + game, episode),
        STACK,
      )
    );
    const frames = (await this.#toFrames(pixels.flat())).values();
    pixels.forEach(({ length }, environment) => {
      const [first, ...others] = frames.take(length);
      if (first) this.#stack.start(environment, first);
      for (const frame of others) this.#stack.push(environment, frame);
    });
    this.#infos = environments.map(() => ({ score: 0, frames: 0, speed: 0 }));
    return this.#stack;
  }

  async step(actions: Uint8Array): Promise<StepResult> {
    if (this.#infos.length === 0) {
      throw new Error("step() before reset() or restore().");
    }
    const taken = checkedActions(actions, this);
    const steps = await this.#ask(async ({ games, first }) => {
      const part = taken.subarray(first, first + games.count);
      const steps = await games.step(part);
      const shown = steps.flatMap((step) =>
        step?.ended ? [step, step.ended] : step ?? []
      );
      const frames = await this.#toFrames(shown.map(({ pixels }) => pixels));
      shown.forEach((each, i) => each.pixels = frames[i]!);
      return steps;
    });
    this.#infos = steps.map((step, i) => this.#info(step, i));
    const rewards = new Float32Array(this.numEnvs);
    const terminated = new Uint8Array(this.numEnvs);
    const truncated = new Uint8Array(this.numEnvs);
    steps.forEach((step, i) => {
      if (!step) return;
      const end = step.ended?.episode.end;
      rewards[i] = rewardOf(taken[i]!, end, this.#config.reward);
      terminated[i] = Number(end === "crash");
      truncated[i] = Number(end === "truncated");
      // No frame yet: another episode has begun.
      if (step.frames === 0) this.#stack.start(i, step.pixels);
      else this.#stack.push(i, step.pixels);
    });
    const stack = this.#stack;
    return {
      get observations() {
        return stack.observations;
      },
      frames: stack.frames,
      rewards,
      terminated,
      truncated,
      finalFrames: steps.map((step) => step?.ended?.pixels),
      infos: this.#infos,
    };
  }

  state(): EnvState {
    return { environments: this.#parts.flatMap(({ games }) => games.state()) };
  }

  /** Milliseconds spent so far on making frames of the pages' pixels. */
  get scalingMs(): number {
    return this.#scalingMs;
  }

  /** The games' states, for players that do not look at pixels. */
  states(): Promise<GameState[]> {
    return this.#ask(({ games }) => games.states());
  }

  /**
   * Whole pictures as a screenshot would show them, as Gymnasium's `render`.
   *
   * @returns [n, 150, 552] grey.
   */
  async render(): Promise<Uint8Array> {
    const pictures = this.#ask(async ({ games }) => [await games.pictures()]);
    return await new Blob(await pictures).bytes();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { games } of this.#parts) await games[Symbol.asyncDispose]();
  }

  /** Asks all pages at once; the answers in the environments' order. */
  async #ask<T>(question: (part: Part) => Promise<T[]>): Promise<T[]> {
    return (await Promise.all(this.#parts.map(question))).flat();
  }

  /** What is known of an environment; of one that stood still, as before. */
  #info(step: GameStep | undefined, environment: number): StepInfo {
    const { score, frames, speed } = step ?? this.#infos[environment]!;
    const info = { score, frames, speed };
    if (!step?.ended) return info;
    const { episode } = step.ended;
    const sum = returnOf(episode, this.#config.reward);
    return { ...info, episode: { ...episode, return: sum } };
  }

  /** Frames of pixels as the pages sent them, in one call for all of them. */
  async #toFrames(pixels: Uint8Array[]): Promise<Uint8Array[]> {
    const { observation, crop } = this.#config.env;
    if (observation !== "screenshot" || pixels.length === 0) return pixels;
    const start = performance.now();
    const frames = await observePictures(pixels, crop, "ink");
    this.#scalingMs += performance.now() - start;
    return pixels.map((_, i) =>
      frames.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES)
    );
  }
}
