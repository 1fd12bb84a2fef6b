import {
  Chrome,
  type Key,
  type Rectangle,
  type ScreencastFrame,
  type Tab,
} from "../browser/mod.ts";
import type { BrowserConfig } from "../config/mod.ts";
import { ACTIONS, CANVAS } from "../constants.ts";
import { ChromeCrashedError, DinoPageError } from "../errors.ts";
import { loadDino, pageScriptHash, unknownPage } from "./dino_page.ts";
import { createKeyWatch } from "./key_watch_script.ts";
import { createPageApi } from "./page_api.ts";
import type { GameState } from "./types.ts";
import { sleep } from "../time.ts";

/**
 * In a window of this height the page shows its canvas unscaled, one pixel for
 * one. It cuts off the canvas's last ten rows, where nothing is ever drawn.
 */
const VIEWPORT = { width: 600, height: 150 } as const;

/** Longest wait for the T-rex to run into its first obstacle. */
const FIRST_GAME_SECONDS = 60;

/** A picture takes about 50 ms from the page to here. */
const PICTURE_DELAY_MS = 100;

/** The game is paused when the agent does not decide for so long. */
const PATIENCE_MS = 750;

/** What a live game is at. */
export interface LiveState extends GameState {
  /** Time played, in the page's milliseconds. */
  milliseconds: number;
}

/** What a live game is at, and a picture of it. */
export interface LiveView {
  state: LiveState;
  /** An image file: of the whole window, or of the canvas alone. */
  image: Uint8Array;
  /** The visible part of the canvas in it: x, y, width and height in pixels. */
  canvas: Rectangle;
  /**
   * Milliseconds from the look before to the key that answered it; `null` where
   * none did, or screenshots are looked at.
   */
  keyMs: number | null;
}

/**
 * Where a live game's pictures come from: screenshots of the window, as Chrome's
 * screencast sends them, or the page's own canvas, read when it is looked at.
 */
export type LivePictures = "screenshot" | "canvas";

/** What the page says of its game. */
const STATE = "({ ...dino.state(runner), milliseconds: runner.runningTime })";

/** The bytes of a `data:image/png;base64,…` address. */
const imageOf = (url: string): Uint8Array =>
  Uint8Array.fromBase64(url.slice(url.indexOf(",") + 1));

/**
 * The untouched dino page, in real time and in a Chrome of its own: real keys
 * go in and pictures come out. It is paused while the agent is busy
 * elsewhere, with an evaluation or a checkpoint. All methods throw
 * ChromeCrashedError when Chrome died or did not answer in time.
 */
export class LiveGame implements AsyncDisposable {
  /** Chrome's name and version. */
  readonly chromeVersion: string;
  #chrome: Chrome;
  #tab: Tab;
  #timeoutSeconds: number;
  readonly #pictures: LivePictures;
  #canvas: Rectangle = { x: 0, y: 0, ...CANVAS };
  #latest: ScreencastFrame | null = null;
  #down = false;
  #scriptHash = "";
  #paused = false;
  /** When the agent was asked, and for how long the game went on since then. */
  #asked = 0;
  #unattendedMs = 0;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor(
    chrome: Chrome,
    tab: Tab,
    timeoutSeconds: number,
    pictures: LivePictures,
  ) {
    this.chromeVersion = chrome.version;
    this.#chrome = chrome;
    this.#tab = tab;
    this.#timeoutSeconds = timeoutSeconds;
    this.#pictures = pictures;
  }

  /**
   * Loads the page and plays its first game, which is no fair one: the page
   * then updates twice per frame. After this `restart` begins a game.
   *
   * @param speed constant speed in pixels per frame; `null`: accelerating.
   * @throws ChromeNotFoundError when Chrome cannot be started, DinoPageError
   * when its page is not one that this program knows.
   */
  static async open(
    browser: BrowserConfig,
    speed: number | null,
    pictures: LivePictures,
  ): Promise<LiveGame> {
    const chrome = await Chrome.launch(browser);
    try {
      const tab = await chrome.newTab(VIEWPORT);
      const game = new LiveGame(
        ...[chrome, tab, browser.timeoutSeconds, pictures] as const,
      );
      await game.#load();
      await game.#playFirstGame();
      if (speed !== null) await game.#keepSpeed(speed);
      return game;
    } catch (error) {
      await chrome[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** SHA-256 (hexadecimal) of the page's own script, which is the game. */
  get scriptHash(): string {
    return this.#scriptHash;
  }

  /** Score, speed, obstacles and all else that the page knows of its game. */
  state(): Promise<LiveState> {
    return this.#evaluate(STATE);
  }

  /**
   * Presses the keys of an action.
   *
   * @param duckAnew whether the down key is pressed anew where it is held and has
   * lost its effect
   */
  async press(action: number, duckAnew: boolean): Promise<void> {
    const ducks = ACTIONS[action] === "duck";
    const isLost = duckAnew && this.#down &&
      await this.#evaluate<boolean>(`dino.needsDuckAnew(runner, ${ducks})`);
    if (isLost) {
      await Promise.all([this.#holdDown(false), this.#holdDown(true)]);
      if (!ducks) await this.#inNextFrame("null");
    }
    // In this order, but none waits for the answer to the one before: that may
    // take until the next frame.
    await Promise.all([
      this.#holdDown(ducks),
      ACTIONS[action] === "jump" && this.#tap("ArrowUp"),
    ]);
  }

  /**
   * Begins the next game once the running one has crashed.
   *
   * @param speed in pixels per frame, to start at; absent: the game's own.
   */
  async restart(speed?: number): Promise<void> {
    await this.wake();
    await this.#holdDown(false);
    await this.#until("the game over", FIRST_GAME_SECONDS, (s) => s.crashed);
    await this.#tap("Enter");
    await this.#until(
      "the game's start",
      this.#timeoutSeconds,
      (state) => state.playing && !state.crashed,
    );
    if (speed !== undefined) {
      await this.#evaluate(`(runner.setSpeed(${speed}), null)`);
    }
  }

  /** The agent's turn: the game goes on, but not for long without a decision. */
  waitForAgent(): void {
    clearTimeout(this.#pauseTimer);
    this.#asked = performance.now();
    this.#pauseTimer = setTimeout(() => {
      this.#paused = true;
      // Late, where this process stood still.
      this.#unattendedMs = performance.now() - this.#asked;
      // If Chrome has died, the next step will find out.
      this.#evaluate("runner.crashed ? null : (runner.stop(), null)")
        .catch(() => {});
    }, PATIENCE_MS);
  }

  /**
   * The agent has decided.
   *
   * @returns whether the game had been paused, and for how many milliseconds
   * it had gone on without a decision.
   */
  async wake(): Promise<{ paused: boolean; unattendedMs: number }> {
    clearTimeout(this.#pauseTimer);
    const paused = this.#paused;
    if (!paused) {
      return { paused, unattendedMs: performance.now() - this.#asked };
    }
    this.#paused = false;
    await this.#evaluate("runner.paused ? (runner.play(), null) : null");
    return { paused, unattendedMs: this.#unattendedMs };
  }

  /** Whether the game is seen as soon as one of its frames is drawn. */
  get showsFrames(): boolean {
    return this.#pictures === "canvas";
  }

  /**
   * The game and its canvas as the page's next frame leaves them, or as it is
   * now with the newest screenshot that has come from it.
   *
   * @param options.fresh waits out the screenshots that are still on their way.
   */
  async look(options: { fresh: boolean }): Promise<LiveView> {
    if (this.showsFrames) {
      const [state, keyMs, url] = await this.#inNextFrame<
        [LiveState, number | null, string]
      >(`[${STATE}, keyWatch.look(), runner.canvas.toDataURL()]`);
      return {
        ...{ state, keyMs, image: imageOf(url) },
        canvas: { x: 0, y: 0, ...CANVAS },
      };
    }
    if (options.fresh) await sleep(PICTURE_DELAY_MS);
    const state = await this.state();
    if (this.#tab.failure) throw this.#tab.failure;
    if (!this.#latest) throw new ChromeCrashedError("Chrome sent no picture.");
    const image = Uint8Array.fromBase64(this.#latest.png);
    return { state, keyMs: null, image, canvas: this.#canvas };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#pauseTimer);
    await this.#chrome[Symbol.asyncDispose]();
  }

  async #load(): Promise<void> {
    const missing = await loadDino<string[]>(
      this.#tab,
      `globalThis.dino = (${createPageApi})(); dino.missing(dino.runner())`,
      (reason) => this.#unknownPage(reason),
    );
    if (missing.length > 0) {
      throw this.#unknownPage(`Missing: ${missing.join(", ")}.`);
    }
    await this.#evaluate(
      `(globalThis.keyWatch = (${createKeyWatch})(), null)`,
    );
    this.#scriptHash = await pageScriptHash(this.#tab);
  }

  /** Lets the first game crash, and finds the canvas in its pictures. */
  async #playFirstGame(): Promise<void> {
    await this.#tap("Space");
    await this.#until("the first game", FIRST_GAME_SECONDS, (s) => s.crashed);
    if (this.#pictures === "screenshot") {
      await this.#tab.screencast((frame) => this.#latest = frame);
    }
    const canvas = await this.#evaluate<Rectangle>(
      "runner.canvas.getBoundingClientRect().toJSON()",
    );
    const { x, y, width, height } = canvas;
    if (width !== CANVAS.width || height !== CANVAS.height) {
      throw this.#unknownPage(
        `Its canvas is shown with ${width}x${height} pixels in place of ` +
          `${CANVAS.width}x${CANVAS.height}.`,
      );
    }
    this.#canvas = {
      x,
      y,
      width,
      height: Math.min(height, VIEWPORT.height - y),
    };
  }

  /** Switches the acceleration off: this and all later games have one speed. */
  async #keepSpeed(speed: number): Promise<void> {
    await this.#evaluate(
      `(dino.configure(runner, "acceleration", 0), ` +
        `dino.configure(runner, "speed", ${speed}), null)`,
    );
  }

  /** With the down key held the T-rex ducks, or drops when it is in the air. */
  async #holdDown(hold: boolean): Promise<void> {
    if (hold === this.#down) return;
    this.#down = hold;
    await (hold
      ? this.#tab.keyDown("ArrowDown")
      : this.#tab.keyUp("ArrowDown"));
  }

  async #tap(key: Key): Promise<void> {
    await Promise.all([this.#tab.keyDown(key), this.#tab.keyUp(key)]);
  }

  /** What the page's next frame leaves: its own callback was there first. */
  #inNextFrame<T>(expression: string): Promise<T> {
    return this.#evaluate(
      `new Promise((done) => requestAnimationFrame(() => done(${expression})))`,
    );
  }

  #evaluate<T>(expression: string): Promise<T> {
    return this.#tab.evaluate(
      `(() => { const runner = dino.runner(); return ${expression}; })()`,
    );
  }

  async #until(
    what: string,
    seconds: number,
    reached: (state: LiveState) => boolean,
  ): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while (!reached(await this.state())) {
      if (performance.now() > end) {
        throw new ChromeCrashedError(
          `Chrome's page did not come to ${what} within ${seconds} s.`,
        );
      }
      await sleep(20);
    }
  }

  #unknownPage(reason: string): DinoPageError {
    return unknownPage(this.chromeVersion, "can be played live", reason);
  }
}
