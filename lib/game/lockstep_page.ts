import { Chrome, Relauncher, type Tab } from "../browser/mod.ts";
import type { BrowserConfig } from "../config/mod.ts";
import { CANVAS } from "../constants.ts";
import { DinoPageError } from "../errors.ts";
import { sha256 } from "../sha256.ts";
import { installClock } from "./clock_script.ts";
import { createGames } from "./game_script.ts";
import {
  type LockstepApi,
  type LockstepOptions,
  RECORD,
} from "./lockstep_protocol.ts";
import { installLockstep } from "./lockstep_script.ts";
import { createPageApi } from "./page_api.ts";
import { createPainter } from "./painter_script.ts";
import { createScaler } from "./scaler_script.ts";

/** Milliseconds per rendered frame: 59.98 a second, exact in binary, so that
 * a sprite at a whole speed moves the same pixels in every frame. */
const FRAME_MS = 1067 / 64;

/** A wider viewport would give all games but the first a wider canvas. */
const VIEWPORT = { width: 600, height: 400 } as const;

/** Options of {@linkcode LockstepPage.open}. */
export type LockstepPageOptions = Omit<LockstepOptions, "frameMs">;

/** The text that is injected before the page's own script. */
export function lockstepScript(options: LockstepPageOptions): string {
  const all: LockstepOptions = { ...options, frameMs: FRAME_MS };
  return `(${installLockstep})(${JSON.stringify(all)}, (${createPageApi})(), ` +
    `${JSON.stringify(RECORD)}, { installClock: ${installClock}, ` +
    `createScaler: ${createScaler}, createPainter: ${createPainter}, ` +
    `createGames: ${createGames} });`;
}

/**
 * The dino page under the lock-step clock, with any number of games, in a
 * Chrome of its own: a page that dies takes no other one with it.
 */
export class LockstepPage implements AsyncDisposable {
  #browser: BrowserConfig;
  #script: string;
  #chrome: Chrome | null = null;
  #tab: Tab | null = null;
  #generation = 0;
  #relaunch: Promise<void> | null = null;
  readonly #relauncher = new Relauncher();
  #obstacles: string[] = [];
  #version = "";
  #scriptHash = "";

  private constructor(browser: BrowserConfig, script: string) {
    this.#browser = browser;
    this.#script = script;
  }

  /**
   * @throws ChromeNotFoundError when Chrome cannot be started, DinoPageError
   * when its page is not one that this program knows.
   */
  static async open(
    browser: BrowserConfig,
    options: LockstepPageOptions,
  ): Promise<LockstepPage> {
    const page = new LockstepPage(browser, lockstepScript(options));
    try {
      await page.#launch();
      return page;
    } catch (error) {
      await page[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Counts the times that Chrome was started; its games are lost with it. */
  get generation(): number {
    return this.#generation;
  }

  /** Chrome's name and version. */
  get chromeVersion(): string {
    return this.#version;
  }

  /** SHA-256 (hexadecimal) of the page's own script, which is the game. */
  get scriptHash(): string {
    return this.#scriptHash;
  }

  /** Number of Chrome's process; `null` when it was only connected to. */
  get pid(): number | null {
    return this.#chrome?.pid ?? null;
  }

  /** Names of the obstacles that a record's `obstacle` is an index of. */
  get obstacles(): readonly string[] {
    return this.#obstacles;
  }

  /**
   * Runs a script in the page.
   *
   * @throws ChromeCrashedError when Chrome died or did not answer in time.
   */
  async evaluate<T>(expression: string): Promise<T> {
    return await this.#tab!.evaluate<T>(expression);
  }

  /** Milliseconds spent in steps, in the page itself, since Chrome started. */
  async busyMs(): Promise<number> {
    return await this.evaluate("lockstep.busyMs()");
  }

  /** Tells that Chrome works: what went before does not count against it. */
  progressed(): void {
    this.#relauncher.progressed();
  }

  /**
   * Starts Chrome again, once for all who noticed that `generation` is dead.
   *
   * @throws ChromeCrashedError with the last failure when starting it again
   * has not helped.
   */
  async recover(generation: number, failure: unknown): Promise<void> {
    if (generation === this.#generation) {
      this.#relaunch ??= this.#startAgain(failure)
        .finally(() => this.#relaunch = null);
    }
    await this.#relaunch;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relaunch?.catch(() => {});
    await this.#chrome?.[Symbol.asyncDispose]();
  }

  async #startAgain(failure: unknown): Promise<void> {
    await this.#relauncher.relaunch(failure, async () => {
      await this.#chrome?.[Symbol.asyncDispose]();
      await this.#launch();
    });
  }

  async #launch(): Promise<void> {
    this.#chrome = await Chrome.launch(this.#browser);
    this.#version = this.#chrome.version;
    this.#tab = await this.#chrome.newTab({
      ...VIEWPORT,
      script: this.#script,
    });
    await this.#tab.goto("chrome://dino/");
    const { missing, width, obstacles } = await this.#openGame();
    if (missing.length > 0) {
      throw this.#unknownPage(`Missing: ${missing.join(", ")}.`);
    }
    if (width !== CANVAS.width) {
      throw this.#unknownPage(
        `Its canvas is ${width} pixels wide in place of ${CANVAS.width}.`,
      );
    }
    this.#obstacles = obstacles;
    this.#scriptHash = await pageScriptHash(this.#tab);
    this.#generation++;
  }

  async #openGame(): ReturnType<LockstepApi["open"]> {
    try {
      return await this.#tab!.evaluate("lockstep.open()");
    } catch (error) {
      if (!(error instanceof DinoPageError)) throw error;
      throw this.#unknownPage(error.message);
    }
  }

  #unknownPage(reason: string): DinoPageError {
    return new DinoPageError(
      `The game at chrome://dino of ${this.#version} is not one that the ` +
        `lock-step clock knows. ${reason} Use another Chrome ` +
        "(browser.path), or play in real time (env.clock=live).",
    );
  }
}

/** SHA-256 (hexadecimal) of the page's own script, which is the game. */
export async function pageScriptHash(tab: Tab): Promise<string> {
  return await sha256(
    await tab.evaluate<string>("document.scripts[0].textContent"),
  );
}
