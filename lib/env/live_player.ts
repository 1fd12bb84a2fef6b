import { Relauncher } from "../browser/mod.ts";
import type { Config } from "../config/mod.ts";
import { ACTIONS } from "../constants.ts";
import { UsageError } from "../errors.ts";
import { LiveGame, type LiveState } from "../game/mod.ts";
import { canvasOfScreenshot, observeCanvas } from "./observation.ts";
import type { EpisodeStart } from "./types.ts";

/** The game is paused when the agent does not decide for so long. */
const PATIENCE_MS = 1000;

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
 * @throws UsageError when the config is not for the untouched page,
 * ChromeNotFoundError when Chrome cannot be started, DinoPageError when its
 * page is not one that this program knows.
 */
export async function openLiveGame(
  { browser, game }: Config,
): Promise<LiveGame> {
  checkUntouched(game);
  const speed = game.speed === "accelerating" ? null : game.speed;
  return await LiveGame.open(browser, speed);
}

/**
 * The agent's hands and eyes on the live game. It pauses the game while the
 * agent is busy elsewhere, with an evaluation or a checkpoint, and starts
 * Chrome again when asked to.
 */
export class LivePlayer implements AsyncDisposable {
  #config: Config;
  #game: LiveGame;
  #recoveries = 0;
  readonly #relauncher = new Relauncher();
  #paused = false;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param game is disposed of with the player. */
  constructor(config: Config, game: LiveGame) {
    this.#config = config;
    this.#game = game;
  }

  /** Number of Chrome's process; `null` when it was only connected to. */
  get pid(): number | null {
    return this.#game.pid;
  }

  /** Times Chrome was started again. */
  get recoveries(): number {
    return this.#recoveries;
  }

  /** Begins a new game, after the running one has crashed. */
  async begin(start: EpisodeStart): Promise<void> {
    await this.wake();
    await this.#game.restart();
    if (start.speed !== undefined) await this.#game.setSpeed(start.speed);
  }

  /** Presses the keys of an action. */
  async press(action: number): Promise<void> {
    switch (ACTIONS[action]) {
      case "jump":
        return await this.#game.pressUp();
      case "duck":
        return await this.#game.pressDown();
      default:
        return await this.#game.releaseDown();
    }
  }

  state(): Promise<LiveState> {
    return this.#game.state();
  }

  /**
   * The newest picture of the canvas, [150, 552] grey.
   *
   * @param options.fresh waits out the pictures that are still on their way.
   */
  async picture(options: { fresh: boolean }): Promise<Uint8Array> {
    const { screenshot, canvas } = await this.#game.picture(options);
    return await canvasOfScreenshot(screenshot, canvas);
  }

  /** The observation of the newest picture, [80, 80] ink. */
  async observe(options: { fresh: boolean }): Promise<Uint8Array> {
    return await observeCanvas(
      await this.picture(options),
      this.#config.env.crop,
    );
  }

  /** The agent's turn: the game goes on, but not for long without a decision. */
  waitForAgent(): void {
    this.#relauncher.progressed();
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = setTimeout(() => {
      this.#paused = true;
      // If Chrome has died, the next step will find out.
      this.#game.pause().catch(() => {});
    }, PATIENCE_MS);
  }

  /** The agent has decided. @returns whether the game had been paused. */
  async wake(): Promise<boolean> {
    clearTimeout(this.#pauseTimer);
    if (!this.#paused) return false;
    this.#paused = false;
    await this.#game.resume();
    return true;
  }

  /**
   * Starts Chrome again.
   *
   * @throws ChromeCrashedError with the last failure when that does not help.
   */
  async relaunch(failure: unknown): Promise<void> {
    clearTimeout(this.#pauseTimer);
    this.#paused = false;
    await this.#relauncher.relaunch(failure, async () => {
      await this.#game[Symbol.asyncDispose]();
      this.#game = await openLiveGame(this.#config);
    });
    this.#recoveries++;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#pauseTimer);
    await this.#game[Symbol.asyncDispose]();
  }
}
