import { Browser, Page } from "@astral/astral";
import type { BrowserConfig } from "../config/mod.ts";
import { ChromeCrashedError, ChromeNotFoundError } from "../errors.ts";
import { say } from "../say.ts";
import { Calls } from "./calls.ts";
import { Connection } from "./connection.ts";
import { searchChrome } from "./find.ts";
import { ChromeGuard, FORBIDDEN } from "./guard.ts";
import { Tab, type TabOptions } from "./tab.ts";

/** Longest wait for a tab or a connection to close. */
const CLOSE_SECONDS = 5;
/** Between two looks at what a Chrome that does not answer says, in milliseconds. */
const LOOK_MS = 100;

const FLAGS = [
  // Not a port, which every user of this machine could connect to.
  "--remote-debugging-pipe",
  // What Astral starts each Chrome with.
  "--no-first-run",
  "--password-store=basic",
  "--use-mock-keychain",
  "--disable-blink-features=AutomationControlled",
  // Nothing but the game: no sound, no requests of Chrome's own.
  "--mute-audio",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-sync",
  "--disable-extensions",
  "--no-default-browser-check",
  "--metrics-recording-only",
  // A renderer that crashes is gone at once, not after seconds of reporting.
  "--disable-crashpad-for-testing",
  // Without crash reporting, processes of their own for network and sound cannot
  // start, and Chrome would try again and again: more than half of two cores
  // went there.
  "--enable-features=NetworkServiceInProcess2",
  // Nor the pages that the address bar keeps ready, in two processes more, nor a
  // third that waits for another site (11 MB).
  "--disable-features=AudioServiceOutOfProcess,WebUIOmniboxPopup," +
  "WebUIOmniboxAimPopup,SpareRendererForSitePerProcess",
  // What a step makes is garbage after it: V8 would let it grow first (30 MB).
  "--js-flags=--max-semi-space-size=4",
  // Containers often have a /dev/shm that is too small for Chrome.
  "--disable-dev-shm-usage",
  // Several tabs play at once: none of them may be slowed as "background".
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  // The same pixels with and without a window.
  "--hide-scrollbars",
  "--force-color-profile=srgb",
  "--force-device-scale-factor=1",
];

/**
 * Without a window. The page is drawn on the processor, as on machines without a
 * GPU: one is left to the learner, and nothing is loaded that imitates one
 * (12 MB).
 */
const HEADLESS = [
  "--headless=new",
  "--disable-gpu",
  "--disable-software-rasterizer",
];

/** An error's message, with a full stop. */
function sentence(error: unknown): string {
  return (error as Error).message.replace(/\.?$/, ".");
}

/** Deno would ask the proxy of a company's network for the Chrome next to it. */
function reachWithoutProxy(): void {
  for (const name of ["NO_PROXY", "no_proxy"]) {
    const names = (Deno.env.get(name) ?? "").split(",").filter(Boolean);
    const own = ["127.0.0.1", "localhost"];
    Deno.env.set(name, [...new Set([...names, ...own])].join(","));
  }
}

/** What to do about a Chrome that may not be driven. */
const FORBIDDEN_REMEDY =
  "A policy of this machine (RemoteDebuggingAllowed, HeadlessMode, " +
  "DeveloperToolsAvailability; chrome://policy shows it) keeps programs from " +
  "using this Chrome: have it changed, or set browser.path to a Chrome that it " +
  "is not for.";

/** What to do about a Chrome that does not start, by its own words. */
const REMEDIES: readonly [RegExp, string][] = [
  [FORBIDDEN, FORBIDDEN_REMEDY],
  [
    /No usable sandbox/,
    "Let this user make namespaces (sysctl user.max_user_namespaces, " +
    "kernel.apparmor_restrict_unprivileged_userns; Docker's --security-opt), " +
    "or set browser.path to a script that starts Chrome with --no-sandbox.",
  ],
  [/ulimit -f/, "Raise that limit."],
  [/^/, "See 'deno task doctor', or set browser.path to another Chrome."],
];

/** Why a Chrome did not start, with its own words, and what to do. */
export function whyNotStarted(
  error: unknown,
  { forbidden, lastWords }: ChromeGuard,
): string {
  const words = forbidden ?? lastWords;
  const said = words && ` It said: ${words.replace(/\.?$/, ".")}`;
  const remedy = REMEDIES.find(([pattern]) => pattern.test(words))![1];
  return `${sentence(error)}${said} ${remedy}`;
}

let warnedAboutSandbox = false;

/** Chrome refuses to run as root with its sandbox. */
export function sandboxFlags(): string[] {
  if (Deno.uid() !== 0) return [];
  if (!warnedAboutSandbox) {
    warnedAboutSandbox = true;
    say(
      "Running as root: Chrome is started without its sandbox (--no-sandbox).",
    );
  }
  return ["--no-sandbox"];
}

/** Chrome's program file. @throws ChromeNotFoundError when there is none. */
export function programFile(config: BrowserConfig): string {
  const { path, lookedAt } = searchChrome(config);
  if (path !== null) return path;
  throw new ChromeNotFoundError(
    `No Chrome was found. Looked at: ${lookedAt.join("; ")}. ` +
      "Install Chrome or Chromium, or set browser.path or CHROME_PATH.",
  );
}

/** The address of the browser connection of a Chrome that runs. */
async function browserAddress(config: BrowserConfig): Promise<string> {
  const endpoint = config.endpoint ?? "";
  if (/^wss?:/.test(endpoint)) return endpoint;
  const base = /^https?:/.test(endpoint) ? endpoint : `http://${endpoint}`;
  const response = await fetch(new URL("/json/version", base), {
    signal: AbortSignal.timeout(config.timeoutSeconds * 1000),
  });
  const { webSocketDebuggerUrl } = await response.json();
  return webSocketDebuggerUrl;
}

/**
 * A Chrome with its tabs.
 *
 * chrome://dino is, for Chrome, an error page, and all error pages of a
 * profile share one renderer process, whatever the flags. So each tab gets a
 * browser context (an incognito profile) of its own: then it has a process of
 * its own, and tabs run side by side.
 */
export class Chrome implements AsyncDisposable {
  /** Chrome's name and version, as in `Chrome/156.0.8078.79`. */
  readonly version: string;
  #connection: Connection;
  #browser: Browser;
  #guard: ChromeGuard | null;
  #calls: Calls;
  #tabs = new Map<string, Tab>();
  #timeoutSeconds: number;

  private constructor(
    connection: Connection,
    browser: Browser,
    guard: ChromeGuard | null,
    version: string,
    timeoutSeconds: number,
  ) {
    this.version = version;
    this.#connection = connection;
    this.#browser = browser;
    this.#guard = guard;
    this.#timeoutSeconds = timeoutSeconds;
    this.#calls = new Calls(timeoutSeconds);
  }

  /**
   * Starts a Chrome, or connects to the one at `config.endpoint`.
   *
   * @throws ChromeNotFoundError when there is none, it does not start, does
   * not answer, or has no dino page.
   */
  static async launch(config: BrowserConfig): Promise<Chrome> {
    return config.endpoint === null
      ? await Chrome.#start(config)
      : await Chrome.#connect(config);
  }

  static async #start(config: BrowserConfig): Promise<Chrome> {
    const path = programFile(config);
    const guard = await ChromeGuard.create(path);
    try {
      const process = guard.start([
        ...FLAGS,
        ...(config.headless ? HEADLESS : []),
        ...sandboxFlags(),
        `--user-data-dir=${guard.folder}/profile`,
        // Nobody would see the page of a first window, which takes 21 MB.
        "--no-startup-window",
      ]);
      const connection = Connection.byPipe(process);
      return await Chrome.#greet(connection, guard, config.timeoutSeconds);
    } catch (error) {
      const why = whyNotStarted(error, guard);
      await guard[Symbol.asyncDispose]();
      throw new ChromeNotFoundError(
        `Chrome at ${path} could not be started: ${why}`,
        { cause: error },
      );
    }
  }

  static async #connect(config: BrowserConfig): Promise<Chrome> {
    reachWithoutProxy();
    try {
      const connection = await new Calls(config.timeoutSeconds).answer(
        "connecting",
        async () => Connection.byWebSocket(await browserAddress(config)),
      );
      return await Chrome.#greet(connection, null, config.timeoutSeconds);
    } catch (error) {
      throw new ChromeNotFoundError(
        `No Chrome answered at browser.endpoint ${config.endpoint}: ` +
          `${sentence(error)} ` +
          "Start one with --remote-debugging-port, or set browser.endpoint to null.",
        { cause: error },
      );
    }
  }

  /** The first exchange with a Chrome: who it is, and that it tells of crashes. */
  static async #greet(
    connection: Connection,
    guard: ChromeGuard | null,
    timeoutSeconds: number,
  ): Promise<Chrome> {
    const browser = new Browser(connection.browser, null, {});
    const celestial = browser.unsafelyGetCelestialBindings();
    const calls = new Calls(timeoutSeconds);
    connection.browser.addEventListener(
      "close",
      () => calls.fail(new ChromeCrashedError("It ended without an answer.")),
    );
    // One that a policy forbids to be driven runs on, and never answers.
    const look = setInterval(() => {
      if (guard?.forbidden) {
        calls.fail(new ChromeCrashedError("It answers no program."));
      }
    }, LOOK_MS);
    const { product } = await calls.answer(
      "version",
      () => celestial.Browser.getVersion(),
    ).finally(() => clearInterval(look));
    if (product.startsWith("HeadlessChrome")) {
      await browser.disconnect();
      throw new Error("chrome-headless-shell has no dino page.");
    }
    const chrome = new Chrome(
      connection,
      browser,
      guard,
      product,
      timeoutSeconds,
    );
    chrome.#watch();
    await calls.answer(
      "watching the tabs",
      () => celestial.Target.setDiscoverTargets({ discover: true }),
    );
    return chrome;
  }

  /** Number of Chrome's process; `null` when it was only connected to. */
  get pid(): number | null {
    return this.#guard?.pid ?? null;
  }

  /** The folder with its profile; `null` when it was only connected to. */
  get folder(): string | null {
    return this.#guard?.folder ?? null;
  }

  /** Why Chrome is of no use any more; `null` while it works. */
  get failure(): ChromeCrashedError | null {
    return this.#calls.failure;
  }

  /**
   * Opens a tab with a renderer process of its own.
   *
   * @throws ChromeCrashedError when Chrome has died or does not answer.
   */
  async newTab(options: TabOptions): Promise<Tab> {
    const { Target } = this.#browser.unsafelyGetCelestialBindings();
    const { browserContextId } = await this.#calls.command(
      "making a context",
      () => Target.createBrowserContext({ disposeOnDetach: true }),
    );
    const { targetId } = await this.#calls.command(
      "opening a tab",
      () => Target.createTarget({ url: "about:blank", browserContextId }),
    );
    const { sessionId } = await this.#calls.command(
      "connecting to a tab",
      () => Target.attachToTarget({ targetId, flatten: true }),
    ).catch((error) => {
      if (this.#calls.failure) throw error;
      throw new ChromeCrashedError(
        `${sentence(error)} ${FORBIDDEN_REMEDY}`,
        { cause: error },
      );
    });
    const socket = this.#connection.tab(sessionId);
    const page = new Page(targetId, undefined, socket, this.#browser, {});
    const tab = new Tab(page, this.#timeoutSeconds, async () => {
      if (!this.#tabs.delete(targetId)) return;
      await new Calls(CLOSE_SECONDS).answer("closing a tab", async () => {
        if (!this.#calls.failure) {
          await Target.disposeBrowserContext({ browserContextId });
        }
        await page.unsafelyGetCelestialBindings().close();
      }).catch(() => {});
    });
    this.#tabs.set(targetId, tab);
    await tab.prepare(options);
    return tab;
  }

  /**
   * Ends Chrome and removes its profile. A Chrome that was connected to goes on
   * and only loses the tabs. Chrome is killed, not asked to end: nothing of it
   * is kept, and that works whatever state it is in.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#fail("Chrome was closed.");
    this.#guard?.kill();
    await Promise.all(
      [...this.#tabs.values()].map((tab) => tab[Symbol.asyncDispose]()),
    );
    await new Calls(CLOSE_SECONDS)
      .answer("disconnecting", () => this.#browser.disconnect())
      .catch(() => {});
    await this.#guard?.[Symbol.asyncDispose]();
  }

  #fail(message: string): void {
    const error = new ChromeCrashedError(message);
    this.#calls.fail(error);
    for (const tab of this.#tabs.values()) tab.fail(error);
  }

  /** Notices the end of Chrome and of its renderers. */
  #watch(): void {
    const celestial = this.#browser.unsafelyGetCelestialBindings();
    celestial.ws.addEventListener("close", () => this.#fail("Chrome ended."));
    celestial.addEventListener("Target.targetCrashed", ({ detail }) => {
      this.#tabs.get(detail.targetId)?.fail(
        new ChromeCrashedError(`Chrome's renderer crashed (${detail.status}).`),
      );
    });
  }
}
