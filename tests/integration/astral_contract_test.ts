/**
 * What this program relies on in @astral/astral. It must hold for Astral and
 * for its stand-in in lib/compat, whichever is linked.
 */
import { assert, assertEquals } from "@std/assert";
import { Browser, Page } from "@astral/astral";
import { Connection } from "../../lib/browser/connection.ts";
import { withDebuggedChrome } from "./page_chrome.ts";

async function withBrowser(
  body: (browser: Browser, connection: Connection) => Promise<void>,
) {
  await withDebuggedChrome(async (address) => {
    const connection = await Connection.byWebSocket(address);
    const browser = new Browser(connection.browser, null, {});
    try {
      await body(browser, connection);
    } finally {
      await browser.disconnect();
    }
  });
}

/** A tab in a browser context of its own. */
async function newPage(browser: Browser, connection: Connection) {
  const { Target } = browser.unsafelyGetCelestialBindings();
  const context = await Target.createBrowserContext({ disposeOnDetach: true });
  const { targetId } = await Target.createTarget({
    url: "about:blank",
    ...context,
  });
  const { sessionId } = await Target.attachToTarget({
    targetId,
    flatten: true,
  });
  const socket = connection.tab(sessionId);
  const page = new Page(targetId, undefined, socket, browser, {});
  return { ...context, celestial: page.unsafelyGetCelestialBindings() };
}

Deno.test("a tab of Astral's plays the dino page", async () => {
  await withBrowser(async (browser, connection) => {
    const { Browser, Target } = browser.unsafelyGetCelestialBindings();
    assert((await Browser.getVersion()).product.startsWith("Chrome/"));
    await Target.setDiscoverTargets({ discover: true });

    const { celestial, browserContextId } = await newPage(
      browser,
      connection,
    );
    const { Page, Runtime, Emulation, Input } = celestial;
    await Page.enable();
    await Emulation.setDeviceMetricsOverride({
      width: 600,
      height: 200,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await Emulation.setEmulatedMedia({
      features: [{ name: "prefers-color-scheme", value: "light" }],
    });
    await Page.addScriptToEvaluateOnNewDocument({ source: "var before = 1" });
    const loaded = new Promise<void>((resolve) =>
      celestial.addEventListener("Page.loadEventFired", () => resolve(), {
        once: true,
      })
    );
    await Page.navigate({ url: "chrome://dino" });
    await loaded;
    const evaluated = await Runtime.evaluate({
      expression: "Promise.resolve([typeof Runner, before, innerWidth])",
      awaitPromise: true,
      returnByValue: true,
    });
    assertEquals(evaluated.result.value, ["function", 1, 600]);
    assertEquals(evaluated.exceptionDetails, undefined);

    const thrown = await Runtime.evaluate({ expression: "missing()" });
    assert(
      thrown.exceptionDetails?.exception?.description?.includes("missing"),
    );

    let frames = 0;
    celestial.addEventListener("Page.screencastFrame", ({ detail }) => {
      frames++;
      assert(detail.data.length > 0);
      Page.screencastFrameAck({ sessionId: detail.sessionId });
    });
    await Page.startScreencast({ format: "png", everyNthFrame: 1 });
    const space = { key: " ", code: "Space", windowsVirtualKeyCode: 32 };
    await Input.dispatchKeyEvent({ type: "rawKeyDown", ...space });
    await Input.dispatchKeyEvent({ type: "keyUp", ...space });
    while (frames < 5) await new Promise((resolve) => setTimeout(resolve, 20));
    await Page.stopScreencast();

    const { data } = await Page.captureScreenshot({
      format: "png",
      clip: { x: 0, y: 0, width: 100, height: 50, scale: 1 },
      optimizeForSpeed: true,
    });
    assertEquals([...Uint8Array.fromBase64(data).slice(1, 4)], [80, 78, 71]);
    await Target.disposeBrowserContext({ browserContextId });
    await celestial.close();
  });
});

Deno.test("a command that Chrome refuses answers undefined", async () => {
  await withBrowser(async (browser) => {
    const { Target } = browser.unsafelyGetCelestialBindings();
    const browserContextId = "none";
    const answer: unknown = await Target.createTarget({
      url: "about:blank",
      browserContextId,
    });
    assertEquals(answer, undefined);
  });
});

Deno.test("a tab's connection ends when Chrome closes the tab", async () => {
  await withBrowser(async (browser, connection) => {
    const { Target } = browser.unsafelyGetCelestialBindings();
    const { celestial, browserContextId } = await newPage(browser, connection);
    const ended = new Promise<void>((resolve) =>
      celestial.ws.addEventListener("close", () => resolve())
    );
    await Target.disposeBrowserContext({ browserContextId });
    await ended;
    await celestial.close();
    assertEquals(celestial.ws.readyState, WebSocket.CLOSED);
  });
});
