/**
 * The two ways to a picture give one observation: the canvas read in the page,
 * as the lock-step clock does, and the screenshot of the live page.
 */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { Chrome, type Tab } from "../../lib/browser/mod.ts";
import { CANVAS } from "../../lib/constants.ts";
import {
  canvasOfScreenshot,
  observeCanvas,
} from "../../lib/env/observation.ts";

const CROP = { x: 0, y: 0, width: 300, height: 150 };
/** Where the canvas shows in a window of 600x150, which cuts off its foot. */
const VISIBLE = { x: 24, y: 10, width: CANVAS.width, height: 140 };
/** Waits until nothing on the page moves by CSS, and that is on the screen. */
const ANIMATIONS_ENDED = `(async () => {
  await Promise.all(
    document.getAnimations().map((animation) => animation.finished),
  );
  for (let frame = 0; frame < 2; frame++) {
    await new Promise(requestAnimationFrame);
  }
})()`;

/** The canvas's own pixels on white paper: the picture of day. */
async function readCanvas(tab: Tab): Promise<Uint8Array> {
  return Uint8Array.from(
    await tab.evaluate<number[]>(`(() => {
      const { canvas } = Runner.getInstance();
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d")
        .getImageData(0, 0, width, height);
      return Array.from({ length: width * height }, (_, i) => {
        const alpha = data[4 * i + 3] / 255;
        return Math.round(data[4 * i] * alpha + 255 * (1 - alpha));
      });
    })()`),
  );
}

/** What a new screencast sends first is what the page shows now. */
async function takeScreenshot(tab: Tab): Promise<Uint8Array> {
  const { promise, resolve } = Promise.withResolvers<string>();
  await using _screencast = await tab.screencast(({ png }) => resolve(png));
  return await canvasOfScreenshot(
    Uint8Array.fromBase64(await promise),
    VISIBLE,
  );
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  assertEquals(a.length, b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) /
    a.length;
}

Deno.test("a live screenshot is observed like the canvas, by day and by night", async () => {
  await using chrome = await Chrome.launch({
    path: null,
    endpoint: null,
    headless: true,
    timeoutSeconds: 60,
  });
  const tab = await chrome.newTab({ width: 600, height: 150 });
  await tab.goto("chrome://dino/");
  await tab.keyDown("Space");
  await tab.keyUp("Space");
  for (const distance of [100, 200]) {
    await tab.evaluate(`new Promise((resolve) => {
      const game = Runner.getInstance();
      (function look() {
        if (game.distanceRan < ${distance}) return requestAnimationFrame(look);
        game.stop();
        resolve();
      })();
    })`);
    // The intro uncovers the canvas by an animation, up to its right edge.
    await tab.evaluate(ANIMATIONS_ENDED);
    const canvas = await readCanvas(tab);
    const observed = await observeCanvas(canvas, CROP);
    assertGreater(Math.max(...observed), 100);

    const day = await takeScreenshot(tab);
    assertEquals(day, canvas);
    assertEquals(await observeCanvas(day, CROP), observed);

    await tab.evaluate('document.documentElement.classList.add("inverted")');
    await tab.evaluate(ANIMATIONS_ENDED);
    const night = await takeScreenshot(tab);
    assert(meanDifference(night, canvas) > 200, "the picture is not inverted");
    assertLess(meanDifference(await observeCanvas(night, CROP), observed), 0.1);

    await tab.evaluate('document.documentElement.classList.remove("inverted")');
    await tab.evaluate(ANIMATIONS_ENDED);
    await tab.evaluate("Runner.getInstance().play()");
  }
});
