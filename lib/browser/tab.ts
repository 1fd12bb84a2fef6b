import type { Page } from "@astral/astral";
import { ChromeCrashedError, DinoPageError } from "../errors.ts";
import { Calls } from "./calls.ts";

/** A tab's connection, as the driver types it. */
type Celestial = ReturnType<Page["unsafelyGetCelestialBindings"]>;

/** Keys of the game, with the protocol's names and numbers for each. */
const KEYS = {
  ArrowUp: { key: "ArrowUp", code: "ArrowUp", windowsVirtualKeyCode: 38 },
  ArrowDown: { key: "ArrowDown", code: "ArrowDown", windowsVirtualKeyCode: 40 },
  Space: { key: " ", code: "Space", windowsVirtualKeyCode: 32 },
  Enter: { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13 },
} as const;

/** A key that a {@linkcode Tab} can press. */
export type Key = keyof typeof KEYS;

/** A rectangle of the page, in CSS pixels. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * A screencast that was running is begun anew after so long without a picture.
 * Chrome's capture follows the part of the page that moves; when another part
 * begins to move (the night, which fades the whole page in and out), it sends
 * nothing for 250 ms. A new capture follows nothing yet and sends at once.
 */
const STALL_MS = 50;

/** One picture of a screencast. */
export interface ScreencastFrame {
  /** The picture, a PNG file in base64. */
  png: string;
  /** When Chrome drew it, in milliseconds since 1970 by its clock. */
  time: number;
}

/** Options of a new tab. */
export interface TabOptions {
  /** Width of the viewport in CSS pixels, each one device pixel. */
  width: number;
  /** Height of the viewport in CSS pixels. */
  height: number;
  /** A script that runs in each page before the page's own. */
  script?: string;
}

/**
 * One tab of Chrome. All methods throw `ChromeCrashedError` when the tab, its
 * renderer or Chrome has died, or did not answer in time; the tab is of no use
 * afterwards.
 */
export class Tab implements AsyncDisposable {
  #celestial: Celestial;
  #calls: Calls;
  #close: () => Promise<void>;

  /**
   * @param timeoutSeconds longest wait for one answer.
   * @param close closes the tab and its connection, dead or alive.
   */
  constructor(page: Page, timeoutSeconds: number, close: () => Promise<void>) {
    this.#celestial = page.unsafelyGetCelestialBindings();
    this.#calls = new Calls(timeoutSeconds);
    this.#close = close;
    this.#watch();
  }

  /** Sets size, pixel ratio 1, light colours and script of a new tab. */
  async prepare({ width, height, script }: TabOptions): Promise<void> {
    const { Emulation, Page } = this.#celestial;
    const screen = { width, height, deviceScaleFactor: 1, mobile: false };
    const features = [{ name: "prefers-color-scheme", value: "light" }];
    await this.#calls.command("preparing a tab", async () => {
      await Page.enable();
      await Emulation.setEmulatedMedia({ features });
      return Emulation.setDeviceMetricsOverride(screen);
    });
    if (script !== undefined) {
      await this.#calls.command(
        "adding a script",
        () => Page.addScriptToEvaluateOnNewDocument({ source: script }),
      );
    }
  }

  /** Why the tab is of no use any more; `null` while it works. */
  get failure(): ChromeCrashedError | null {
    return this.#calls.failure;
  }

  /** Fails all calls that wait, and all later ones. */
  fail(error: ChromeCrashedError): void {
    this.#calls.fail(error);
  }

  /** Goes to a page and waits for its load event. */
  async goto(url: string): Promise<void> {
    const { Page } = this.#celestial;
    const listening = new AbortController();
    try {
      await this.#calls.answer(`loading ${url}`, () => {
        const loaded = new Promise<void>((resolve) =>
          this.#celestial.addEventListener(
            "Page.loadEventFired",
            () => resolve(),
            { signal: listening.signal },
          )
        );
        return Promise.all([Page.navigate({ url }), loaded]);
      });
    } finally {
      listening.abort();
    }
  }

  /**
   * Runs a script in the page and returns its value, which must be one that
   * JSON can hold; a promise is waited for.
   *
   * @throws DinoPageError with the page's own message when the script throws.
   */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.#calls.command(
      "running a script",
      () =>
        this.#celestial.Runtime.evaluate({
          expression,
          awaitPromise: true,
          returnByValue: true,
        }),
    );
    if (exceptionDetails) {
      const { exception, text } = exceptionDetails;
      const cause = exception?.description ?? text;
      // The lines after it say where in the page.
      const [what] = cause.split("\n", 1);
      throw new DinoPageError(`A script in the page failed: ${what}.`, {
        cause,
      });
    }
    return result.value as T;
  }

  /** Presses a key and holds it, as a player's finger would. */
  async keyDown(key: Key): Promise<void> {
    await this.#key("rawKeyDown", key);
  }

  /** Releases a key. */
  async keyUp(key: Key): Promise<void> {
    await this.#key("keyUp", key);
  }

  /**
   * Hands over each picture that the page draws, up to 60 a second, until the
   * returned screencast is disposed of. A page that draws nothing new sends
   * nothing, but for the last picture once more.
   */
  async screencast(
    onFrame: (frame: ScreencastFrame) => void,
  ): Promise<AsyncDisposable> {
    const { Page } = this.#celestial;
    const listening = new AbortController();
    let frames = 0;
    let stall: ReturnType<typeof setTimeout> | undefined;
    const start = async () => {
      frames = 0;
      await this.#calls.command(
        "starting the screencast",
        () => Page.startScreencast({ format: "png", everyNthFrame: 1 }),
      );
    };
    const stop = () =>
      this.#calls.command(
        "stopping the screencast",
        () => Page.stopScreencast(),
      );
    const restart = async () => {
      await stop();
      if (!listening.signal.aborted) await start();
    };
    this.#celestial.addEventListener("Page.screencastFrame", ({ detail }) => {
      const { data, metadata, sessionId } = detail;
      // The next picture is only sent once this one is acknowledged.
      Page.screencastFrameAck({ sessionId }).catch(() => {});
      onFrame({ png: data, time: (metadata.timestamp ?? 0) * 1000 });
      clearTimeout(stall);
      frames++;
      // The first may be the only one, of a page that draws nothing.
      // If Chrome has died, the next call will find out.
      if (frames > 1) {
        stall = setTimeout(() => restart().catch(() => {}), STALL_MS);
      }
    }, { signal: listening.signal });
    await start();
    return {
      [Symbol.asyncDispose]: async () => {
        listening.abort();
        clearTimeout(stall);
        await stop().catch(() => {});
      },
    };
  }

  /** Closes the tab, dead or alive. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.fail(new ChromeCrashedError("The tab was closed."));
    await this.#close();
  }

  #key(type: "rawKeyDown" | "keyUp", key: Key): Promise<unknown> {
    return this.#calls.command(
      `pressing ${key}`,
      () => this.#celestial.Input.dispatchKeyEvent({ type, ...KEYS[key] }),
    );
  }

  /** Notices the end of the renderer and of the connection. */
  #watch(): void {
    const { ws } = this.#celestial;
    ws.addEventListener("close", () =>
      this.fail(
        new ChromeCrashedError("The connection to Chrome's tab was closed."),
      ));
    // Astral cannot build this event, which has no parameters: it throws where
    // nothing catches. So the message must not reach it.
    const deliver = ws.onmessage;
    ws.onmessage = (event) => {
      if (`${event.data}`.startsWith('{"method":"Inspector.targetCrashed"')) {
        this.fail(new ChromeCrashedError("Chrome's renderer crashed."));
      } else deliver?.call(ws, event);
    };
  }
}
