import type { Config } from "../config/mod.ts";
import { CANVAS, FRAME_BYTES, FRAME_SIZE } from "../constants.ts";
import {
  type LiveGame,
  LockstepPage,
  type LockstepPageOptions,
} from "../game/mod.ts";
import { UsageError } from "../errors.ts";
import { LiveEnv } from "./live_env.ts";
import { openLiveGame } from "./live_player.ts";
import { LockstepEnv } from "./lockstep_env.ts";
import { FULL_INK, observePictures, triangleFilter } from "./observation.ts";

/** Options of {@linkcode Environments.create}. */
export interface EnvOptions {
  /** Whether the settings that are for training games only apply. */
  training: boolean;
  /** Games side by side. @default config.env.instances */
  numEnvs?: number;
}

/** Chrome pages that one game each keeps busy, on this machine. */
function pageCount({ env, browser }: Config): number {
  if (browser.endpoint !== null) return 1;
  if (env.pages !== "auto") return Math.min(env.pages, env.instances);
  const byCores = Math.floor(navigator.hardwareConcurrency / 4);
  return Math.max(1, Math.min(byCores, Math.ceil(env.instances / 4)));
}

function pageOptions({ game, env }: Config): LockstepPageOptions {
  const { crop } = env;
  if (
    crop.x + crop.width > CANVAS.width || crop.y + crop.height > CANVAS.height
  ) {
    throw new UsageError(
      `env.crop reaches beyond the canvas: x + width must be at most ` +
        `${CANVAS.width} and y + height at most ${CANVAS.height}.`,
    );
  }
  return {
    frameSkip: game.frameSkip,
    speed: game.speed === "accelerating" ? null : game.speed,
    birds: game.birds,
    clouds: game.clouds,
    night: game.night,
    frameSize: FRAME_SIZE,
    fullInk: FULL_INK,
    crop,
    columns: triangleFilter(crop.width, FRAME_SIZE),
    rows: triangleFilter(crop.height, FRAME_SIZE),
    drawing: env.observation === "page" ? "recorded" : "native",
    pixels: env.observation === "page" ? "frame" : "crop",
  };
}

/**
 * The running Chrome (several, where `env.pages` says so) that environments
 * take their games from. Games of one environment are never another's, so an
 * evaluation leaves training's games as they are.
 */
export class Environments implements AsyncDisposable {
  #config: Config;
  #pages: LockstepPage[];
  /** The live clock's first game, until an environment takes it. */
  #live: LiveGame | null;
  /** Chrome's name and version. */
  readonly chromeVersion: string;
  /** SHA-256 (hexadecimal) of the page's own script, which is the game. */
  readonly scriptHash: string;

  private constructor(
    config: Config,
    pages: LockstepPage[],
    live: LiveGame | null,
  ) {
    this.#config = config;
    this.#pages = pages;
    this.#live = live;
    const { chromeVersion, scriptHash } = live ?? pages[0]!;
    this.chromeVersion = chromeVersion;
    this.scriptHash = scriptHash;
  }

  /**
   * @throws ChromeNotFoundError when Chrome cannot be started, DinoPageError
   * when its page is not one that this program knows.
   */
  static async open(config: Config): Promise<Environments> {
    const options = pageOptions(config);
    if (config.env.clock === "live") {
      return new Environments(config, [], await openLiveGame(config));
    }
    const pages = await Promise.all(
      Array.from(
        { length: pageCount(config) },
        () => LockstepPage.open(config.browser, options),
      ),
    );
    return new Environments(config, pages, null);
  }

  /** Which clock the games run by. */
  get clock(): Config["env"]["clock"] {
    return this.#config.env.clock;
  }

  /** Number of Chrome pages that the games are spread over. */
  get pages(): number {
    return this.#pages.length;
  }

  /** One call that does nothing: what the protocol alone costs. */
  async roundTrip(): Promise<void> {
    await this.#pages[0]!.evaluate("1");
  }

  /** Milliseconds that the busiest page has spent in steps. */
  async busyMs(): Promise<number> {
    return Math.max(
      ...await Promise.all(this.#pages.map((page) => page.busyMs())),
    );
  }

  /** Numbers of the Chrome processes; empty for one that was connected to. */
  get pids(): number[] {
    return this.#pages.flatMap(({ pid }) => pid ?? []);
  }

  /**
   * The live clock's environment has one game, whatever `numEnvs` says.
   *
   * @throws RangeError when `numEnvs` is not a whole number of at least 1.
   */
  async create(options: EnvOptions): Promise<LockstepEnv | LiveEnv> {
    if (this.#config.env.clock === "lockstep") {
      return await this.createLockstep(options);
    }
    const game = this.#live ?? undefined;
    this.#live = null;
    return await LiveEnv.create(this.#config, options, game);
  }

  /**
   * As `create`, for what only lock-step games have: their states, their whole
   * pictures, more than one of them.
   *
   * @throws RangeError when `numEnvs` is not a whole number of at least 1,
   * UsageError when the clock is live.
   */
  async createLockstep(options: EnvOptions): Promise<LockstepEnv> {
    const { env } = this.#config;
    if (env.clock !== "lockstep") {
      throw new UsageError(
        "This needs the lock-step clock: env.clock=lockstep.",
      );
    }
    const numEnvs = options.numEnvs ?? env.instances;
    if (!Number.isInteger(numEnvs) || numEnvs < 1) {
      throw new RangeError(
        `An environment needs at least 1 game, not ${numEnvs}.`,
      );
    }
    const { width, height } = env.crop;
    return await LockstepEnv.create(this.#config, this.#pages, {
      numEnvs,
      maxEpisodeSteps: options.training ? env.maxEpisodeSteps : null,
      ...(env.observation === "page"
        ? { pixelBytes: FRAME_BYTES, toFrames: join }
        : { pixelBytes: width * height, toFrames: (inks) => scale(inks, env) }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#live?.[Symbol.asyncDispose]();
    await Promise.all(this.#pages.map((page) => page[Symbol.asyncDispose]()));
  }
}

function join(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.length * FRAME_BYTES);
  parts.forEach((part, i) => all.set(part, i * FRAME_BYTES));
  return all;
}

/** The crops of many games, sent as ink, as screenshots would be observed. */
function scale(inks: Uint8Array[], { crop }: Config["env"]) {
  const pictures = inks.map((ink) => ink.map((value) => 255 - value));
  return observePictures(pictures, crop);
}
