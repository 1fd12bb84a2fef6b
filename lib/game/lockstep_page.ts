import { Chrome, Relauncher, type Tab } from "../browser/mod.ts";
import type { BrowserConfig } from "../config/mod.ts";
import { CANVAS } from "../constants.ts";
import { DinoPageError } from "../errors.ts";
import { loadDino, pageScriptHash, unknownPage } from "./dino_page.ts";
import type { LockstepApi, LockstepOptions } from "./lockstep_protocol.ts";
import { lockstepScript } from "./lockstep_script.ts";

/** A wider viewport would give all games but the first a wider canvas. */
const VIEWPORT = { width: 600, height: 400 } as const;

/** What a function of the page returns, here. */
type Answer<K extends keyof LockstepApi> = Awaited<ReturnType<LockstepApi[K]>>;

/**
 * The dino page under the lock-step clock, with any number of games, in a
 * Chrome of its own: a page that dies takes no other one with it.
 */
export class LockstepPage implements AsyncDisposable {
  readonly #browser: BrowserConfig;
  readonly #script: string;
  readonly #relauncher = new Relauncher();
  #chrome: Chrome | null = null;
  #tab: Tab | null = null;
  #generation = 0;
  #relaunch: Promise<void> | null = null;
  #obstacles: string[] = [];
  #version = "";
  #scriptHash = "";

  private constructor(browser: BrowserConfig, options: LockstepOptions) {
    this.#browser = browser;
    this.#script = lockstepScript(options);
  }

  /**
   * @throws ChromeNotFoundError when Chrome cannot be started, DinoPageError
   * when its page is not one that this program knows.
   */
  static async open(
    browser: BrowserConfig,
    options: LockstepOptions,
  ): Promise<LockstepPage> {
    const page = new LockstepPage(browser, options);
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

  /** Names of the obstacles that a record's `obstacle` is an index of. */
  get obstacles(): readonly string[] {
    return this.#obstacles;
  }

  /**
   * Runs a script in the page. It is sent before this returns.
   *
   * @throws ChromeCrashedError when Chrome died or did not answer in time.
   */
  evaluate<T>(expression: string): Promise<T> {
    return this.#tab!.evaluate<T>(expression);
  }

  /** Calls a function of the injected script, as {@linkcode evaluate} does. */
  call<K extends keyof LockstepApi>(
    name: K,
    ...args: Parameters<LockstepApi[K]>
  ): Promise<Answer<K>> {
    const list = args.map((arg) => JSON.stringify(arg)).join();
    return this.evaluate(`lockstep.${name}(${list})`);
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
      this.#relaunch ??= this.#relauncher.relaunch(failure, async () => {
        await this.#chrome?.[Symbol.asyncDispose]();
        await this.#launch();
      }).finally(() => this.#relaunch = null);
    }
    await this.#relaunch;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relaunch?.catch(() => {});
    await this.#chrome?.[Symbol.asyncDispose]();
  }

  async #launch(): Promise<void> {
    this.#chrome = await Chrome.launch(this.#browser);
    this.#version = this.#chrome.version;
    const tab = await this.#chrome.newTab({
      ...VIEWPORT,
      script: this.#script,
    });
    const { missing, width, obstacles, live } = await loadDino<Answer<"open">>(
      tab,
      "lockstep.open()",
      (reason) => this.#unknownPage(reason),
    );
    if (missing.length > 0) {
      throw this.#unknownPage(`Missing: ${missing.join(", ")}.`, live);
    }
    if (width !== CANVAS.width) {
      throw this.#unknownPage(
        `Its canvas is ${width} pixels wide in place of ${CANVAS.width}.`,
        live,
      );
    }
    this.#obstacles = obstacles;
    this.#scriptHash = await pageScriptHash(tab);
    // Only now: who asks while Chrome starts meets the dead tab, and waits.
    this.#tab = tab;
    this.#generation++;
  }

  #unknownPage(reason: string, live?: boolean): DinoPageError {
    const how = "the lock-step clock knows";
    return unknownPage(this.#version, how, reason, live);
  }
}
