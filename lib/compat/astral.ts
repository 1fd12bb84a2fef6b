/**
 * A stand-in for `@astral/astral`: the part of its interface that this program
 * uses, over the Chrome DevTools Protocol and Deno's own WebSocket. Names,
 * types and behaviour are Astral's, also where a command that Chrome refuses
 * answers `undefined`; tests/integration/astral_contract_test.ts holds for
 * both.
 *
 * https://chromedevtools.github.io/devtools-protocol/
 */

/** A value in the page, as `Runtime.evaluate` returns it. */
export interface RemoteObject {
  type: string;
  value?: unknown;
  description?: string;
}

/** An exception that a script in the page threw. */
export interface ExceptionDetails {
  text: string;
  exception?: RemoteObject;
}

/** A rectangle in CSS pixels, and the scale of its picture. */
export interface Viewport {
  x: number;
  y: number;
  width: number;
  height: number;
  scale: number;
}

/** Events of the protocol that have listeners in this program. */
interface CelestialEventMap {
  "Page.loadEventFired": CustomEvent<{ timestamp: number }>;
  "Page.screencastFrame": CustomEvent<{
    data: string;
    metadata: { timestamp?: number };
    sessionId: number;
  }>;
  "Target.targetCrashed": CustomEvent<{
    targetId: string;
    status: string;
    errorCode: number;
  }>;
}

/** One connection to Chrome's debugger: typed commands out, events in. */
export class Celestial {
  readonly ws: WebSocket;
  #events = new EventTarget();
  #lastId = 0;
  #answers = new Map<number, (result: unknown) => void>();
  #closed = Promise.withResolvers<void>();

  /** @param ws an open socket. */
  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      const answer = this.#answers.get(message.id);
      if (answer) {
        this.#answers.delete(message.id);
        answer(message.result);
      } else {
        this.#events.dispatchEvent(
          new CustomEvent(message.method, { detail: message.params }),
        );
      }
    };
    ws.onclose = () => this.#closed.resolve();
  }

  /** Listens to an event of Chrome's. */
  addEventListener<K extends keyof CelestialEventMap>(
    type: K,
    listener: (event: CelestialEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void {
    this.#events.addEventListener(type, listener as EventListener, options);
  }

  /** Closes the connection; does nothing when it is closed already. */
  async close(): Promise<void> {
    this.ws.close();
    await this.#closed.promise;
  }

  #command<Parameters, Result>(method: string) {
    return (params?: Parameters): Promise<Result> =>
      new Promise((resolve) => {
        const id = ++this.#lastId;
        this.#answers.set(id, resolve as (result: unknown) => void);
        this.ws.send(JSON.stringify({ id, method, params }));
      });
  }

  readonly Browser = {
    getVersion: this.#command<undefined, { product: string; revision: string }>(
      "Browser.getVersion",
    ),
  };

  readonly Emulation = {
    setDeviceMetricsOverride: this.#command<{
      width: number;
      height: number;
      deviceScaleFactor: number;
      mobile: boolean;
    }, void>("Emulation.setDeviceMetricsOverride"),
    setEmulatedMedia: this.#command<{
      features: { name: string; value: string }[];
    }, void>("Emulation.setEmulatedMedia"),
  };

  readonly Input = {
    dispatchKeyEvent: this.#command<{
      type: "keyDown" | "keyUp" | "rawKeyDown" | "char";
      key?: string;
      code?: string;
      windowsVirtualKeyCode?: number;
    }, void>("Input.dispatchKeyEvent"),
  };

  readonly Page = {
    addScriptToEvaluateOnNewDocument: this.#command<
      { source: string },
      { identifier: string }
    >("Page.addScriptToEvaluateOnNewDocument"),
    captureScreenshot: this.#command<{
      format?: "jpeg" | "png" | "webp";
      clip?: Viewport;
      optimizeForSpeed?: boolean;
    }, { data: string }>("Page.captureScreenshot"),
    enable: this.#command<undefined, void>("Page.enable"),
    navigate: this.#command<
      { url: string },
      { frameId: string; errorText?: string }
    >("Page.navigate"),
    screencastFrameAck: this.#command<{ sessionId: number }, void>(
      "Page.screencastFrameAck",
    ),
    startScreencast: this.#command<{
      format?: "jpeg" | "png";
      everyNthFrame?: number;
    }, void>("Page.startScreencast"),
    stopScreencast: this.#command<undefined, void>("Page.stopScreencast"),
  };

  readonly Runtime = {
    evaluate: this.#command<{
      expression: string;
      awaitPromise?: boolean;
      returnByValue?: boolean;
    }, { result: RemoteObject; exceptionDetails?: ExceptionDetails }>(
      "Runtime.evaluate",
    ),
  };

  readonly Target = {
    attachToTarget: this.#command<
      { targetId: string; flatten?: boolean },
      { sessionId: string }
    >("Target.attachToTarget"),
    createBrowserContext: this.#command<
      { disposeOnDetach?: boolean },
      { browserContextId: string }
    >("Target.createBrowserContext"),
    createTarget: this.#command<
      { url: string; browserContextId?: string },
      { targetId: string }
    >("Target.createTarget"),
    disposeBrowserContext: this.#command<{ browserContextId: string }, void>(
      "Target.disposeBrowserContext",
    ),
    setDiscoverTargets: this.#command<{ discover: boolean }, void>(
      "Target.setDiscoverTargets",
    ),
  };
}

/** One tab, by a connection to its debugger that is open already. */
export class Page {
  #celestial: Celestial;

  constructor(
    _id: string,
    _url: string | undefined,
    ws: WebSocket,
    _browser: Browser,
    _options: Record<string, never>,
  ) {
    this.#celestial = new Celestial(ws);
  }

  /** The tab's own connection. */
  unsafelyGetCelestialBindings(): Celestial {
    return this.#celestial;
  }
}

/** A running Chrome. */
export class Browser {
  #celestial: Celestial;

  constructor(
    ws: WebSocket,
    _process: Deno.ChildProcess | null,
    _options: Record<string, never>,
  ) {
    this.#celestial = new Celestial(ws);
  }

  /** The browser's own connection. */
  unsafelyGetCelestialBindings(): Celestial {
    return this.#celestial;
  }

  /** Closes the connection and leaves Chrome running. */
  disconnect(): Promise<void> {
    return this.#celestial.close();
  }
}
