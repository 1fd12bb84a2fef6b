import { type Config, requirePlayable } from "../config/mod.ts";
import { FRAME_SIZE } from "../constants.ts";
import {
  type LiveGame,
  type LockstepOptions,
  LockstepPage,
} from "../game/mod.ts";
import { UsageError } from "../errors.ts";
import { LiveEnv, openLiveGame } from "./live_env.ts";
import { LockstepEnv } from "./lockstep_env.ts";
import { FULL_INK, triangleFilter } from "./observation.ts";

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

function pageOptions({ game, env }: Config): LockstepOptions {
  const { crop } = env;
  return {
    frameSkip: game.frameSkip,
    duckAnew: game.duckAnew,
    speed: game.speed === "accelerating" ? null : game.speed,
    birds: game.birds,
    clouds: game.clouds,
    night: game.night,
    frameSize: FRAME_SIZE,
    fullInk: FULL_INK,
    crop,
    columns: triangleFilter(crop.width, FRAME_SIZE),
    rows: triangleFilter(crop.height, FRAME_SIZE),
    drawing: "recorded",
    pixels: env.observation === "screenshot" ? "crop" : "frame",
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
   * @throws UsageError when the page cannot do what the config asks for,
   * ChromeNotFoundError when Chrome cannot be started, DinoPageError when its
   * page is not one that this program knows.
   */
  static async open(config: Config): Promise<Environments> {
    requirePlayable(config);
    if (config.env.clock === "live") {
      return new Environments(config, [], await openLiveGame(config));
    }
    const opening = await Promise.allSettled(
      Array.from(
        { length: pageCount(config) },
        () => LockstepPage.open(config.browser, pageOptions(config)),
      ),
    );
    // Where one does not start, the others end.
    await using opened = new AsyncDisposableStack();
    const pages = opening.flatMap((each) =>
      each.status === "fulfilled" ? [opened.use(each.value)] : []
    );
    for (const each of opening) {
      if (each.status === "rejected") throw each.reason;
    }
    opened.move();
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
      ...await Promise.all(this.#pages.map((page) => page.call("busyMs"))),
    );
  }

  /**
   * The live clock's environment has one game, whatever `numEnvs` says.
   *
   * @throws RangeError when `numEnvs` is not a whole number of at least 1.
   */
  async create(options: EnvOptions): Promise<LockstepEnv | LiveEnv> {
    if (this.#config.env.clock === "lockstep") {
      return this.createLockstep(options);
    }
    const game = this.#live ?? await openLiveGame(this.#config);
    this.#live = null;
    return new LiveEnv(this.#config, game, options.training);
  }

  /**
   * As `create`, for what only lock-step games have: their states, their whole
   * pictures, more than one of them.
   *
   * @throws RangeError when `numEnvs` is not a whole number of at least 1,
   * UsageError when the clock is live.
   */
  createLockstep(options: EnvOptions): LockstepEnv {
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
    const { training } = options;
    return new LockstepEnv(this.#config, this.#pages, { numEnvs, training });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#live?.[Symbol.asyncDispose]();
    await Promise.all(this.#pages.map((page) => page[Symbol.asyncDispose]()));
  }
}
