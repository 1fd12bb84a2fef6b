/**
 * What this program relies on in @astral/astral. It must hold for Astral and
 * for its stand-in in lib/compat, whichever is linked.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Browser, connect, launch, Page } from "@astral/astral";
import { ChromeGuard } from "../../lib/browser/guard.ts";
import { findChrome } from "../../lib/browser/mod.ts";
import { inFolder } from "../folder.ts";

const PATH = findChrome({ path: null })!;
const NO_SANDBOX = Deno.uid() === 0 ? ["--no-sandbox"] : [];

async function withBrowser(body: (browser: Browser) => Promise<void>) {
  await using guard = await ChromeGuard.create(PATH);
  const browser = await launch({
    path: guard.launcher,
    headless: true,
    args: [...NO_SANDBOX, `--user-data-dir=${guard.folder}/profile`],
  });
  try {
    await body(browser);
  } finally {
    await browser.disconnect();
  }
}

/** A tab in a browser context of its own. */
async function newPage(browser: Browser) {
  const { Target, ws } = browser.unsafelyGetCelestialBindings();
  const context = await Target.createBrowserContext({ disposeOnDetach: true });
  const { targetId } = await Target.createTarget({
    url: "about:blank",
    ...context,
  });
  const socket = new WebSocket(
    `${new URL(ws.url).origin}/devtools/page/${targetId}`,
  );
  await new Promise((resolve) => socket.onopen = resolve);
  const page = new Page(targetId, undefined, socket, browser, {});
  return { ...context, celestial: page.unsafelyGetCelestialBindings() };
}

Deno.test("launch() starts a Chrome that has the dino page", async () => {
  await withBrowser(async (browser) => {
    const { Browser, Target } = browser.unsafelyGetCelestialBindings();
    assert((await Browser.getVersion()).product.startsWith("Chrome/"));
    await Target.setDiscoverTargets({ discover: true });

    const { celestial, browserContextId } = await newPage(browser);
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

Deno.test("connect() joins a Chrome that runs and disconnect() leaves it", async () => {
  await withBrowser(async (browser) => {
    const { Browser, ws } = browser.unsafelyGetCelestialBindings();
    const other = await connect({ endpoint: ws.url });
    const { celestial } = await newPage(other);
    const ended = new Promise<void>((resolve) =>
      celestial.ws.addEventListener("close", () => resolve())
    );
    await other.disconnect();
    // Its contexts, and the tabs in them, go with the connection.
    await ended;
    await celestial.close();
    assert((await Browser.getVersion()).product.startsWith("Chrome/"));
  });
});

Deno.test("launch() rejects when the program ends without a debugger", () =>
  inFolder(async (folder) => {
    const fake = `${folder}/fake-chrome`;
    await Deno.writeTextFile(fake, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    await assertRejects(() =>
      launch({ path: fake, args: [`--user-data-dir=${folder}`] })
    );
  }));
