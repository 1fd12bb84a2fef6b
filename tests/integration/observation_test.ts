/**
 * What the agent sees, by its definition, and that the two ways to a picture
 * give one observation: the canvas read in the page, as the lock-step clock
 * does, and the screenshot of the live page.
 */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
} from "@std/assert";
import sharp from "sharp";
import { Chrome, type Tab } from "../../lib/browser/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { CANVAS, FRAME_BYTES, FRAME_SIZE } from "../../lib/constants.ts";
import {
  canvasObserver,
  canvasOfScreenshot,
  observeCanvas,
  observePictures,
  triangleFilter,
} from "../../lib/env/observation.ts";
import { Environments } from "../../lib/env/mod.ts";
import { Random } from "../../lib/random.ts";

const CROP = { x: 0, y: 0, width: 300, height: 150 };

/** White paper with dark marks of several shapes, edges included. */
function picture(seed: number, { width, height } = CROP): Uint8Array {
  const random = new Random(seed);
  const pixels = new Uint8Array(width * height).fill(255);
  for (let mark = 0; mark < 20; mark++) {
    const [x, y] = [random.integer(width), random.integer(height)];
    const grey = random.integer(200);
    for (let row = y; row < Math.min(height, y + 12); row++) {
      pixels.fill(grey, row * width + x, row * width + Math.min(width, x + 9));
    }
  }
  return pixels;
}

/** The definition of an observation, followed step by step. */
function defined(pixels: Uint8Array, { width, height } = CROP): Uint8Array {
  const columns = triangleFilter(width, FRAME_SIZE);
  const rows = triangleFilter(height, FRAME_SIZE);
  const frame = new Uint8Array(FRAME_BYTES);
  rows.forEach((row, y) =>
    columns.forEach((column, x) => {
      let sum = 0;
      row.weights.forEach((rowWeight, i) =>
        column.weights.forEach((weight, j) => {
          const place = (row.start + i) * width + column.start + j;
          sum += rowWeight * weight * pixels[place]!;
        })
      );
      frame[y * FRAME_SIZE + x] = Math.round(sum);
    })
  );
  return inkOf(frame);
}

/** Distances from the most common value, the largest of them 172. */
function inkOf(grey: Uint8Array): Uint8Array {
  const counts = new Array<number>(256).fill(0);
  grey.forEach((value) => counts[value]!++);
  const paper = counts.lastIndexOf(Math.max(...counts));
  const ink = Array.from(grey, (value) => Math.abs(value - paper));
  const scale = 172 / Math.max(...ink);
  return Uint8Array.from(ink, (value) => Math.round(value * scale));
}

function difference(a: Uint8Array, b: Uint8Array) {
  assertEquals(a.length, b.length);
  const distances = Array.from(a, (value, i) => Math.abs(value - b[i]!));
  const mean = distances.reduce((sum, each) => sum + each, 0) / a.length;
  return { mean, max: Math.max(...distances) };
}

Deno.test("triangleFilter() weighs by distance and keeps the sum 1", () => {
  for (const inputs of [80, 143, 150, 300, 552]) {
    const taps = triangleFilter(inputs, FRAME_SIZE);
    assertEquals(taps.length, FRAME_SIZE);
    for (const { start, weights } of taps) {
      assert(start >= 0 && start + weights.length <= inputs);
      assert(weights.every((weight) => weight >= 0));
      assertAlmostEquals(weights.reduce((sum, each) => sum + each, 0), 1, 1e-9);
    }
  }
  // 4 to 2: centres 0.5 and 2.5, half width 2; what is left of the edge folds.
  const [first] = triangleFilter(4, 2);
  assertEquals(first, { start: 0, weights: [0.5, 0.375, 0.125] });
});

Deno.test("observePictures() gives what the definition says, for any crop", async () => {
  for (const [width, height] of [[300, 150], [301, 143], [80, 80]]) {
    const size = { x: 0, y: 0, width: width!, height: height! };
    const pixels = picture(width!, size);
    const frame = await observePictures([pixels], size);
    const { mean, max } = difference(frame, defined(pixels, size));
    assert(mean < 0.05 && max <= 1, `${width}x${height}: ${mean}, ${max}`);
  }
});

Deno.test("observePictures() observes each picture as if it were alone", async () => {
  for (const size of [CROP, { x: 0, y: 0, width: 100, height: 77 }]) {
    const pictures = [1, 2, 3, 4, 5].map((seed) => picture(seed, size));
    const together = await observePictures(pictures, size);
    for (const [i, pixels] of pictures.entries()) {
      assertEquals(
        together.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES),
        await observePictures([pixels], size),
      );
    }
  }
});

Deno.test("an inverted picture is observed like the picture", async () => {
  const day = picture(7);
  const night = day.map((value) => 255 - value);
  const { mean, max } = difference(
    await observePictures([day], CROP),
    await observePictures([night], CROP),
  );
  assert(mean < 0.05 && max <= 1, `${mean}, ${max}`);
});

Deno.test("observePictures() measures from each frame's most common value, at full contrast", async () => {
  const day = [255, 255, 83, 169];
  const night = [3, 3, 175, 0];
  // Half-way to night: a ninth of the usual contrast.
  const fading = [120, 120, 139, 130];
  const blank = [127, 127, 127, 127];
  // As large as a frame, so that nothing is scaled.
  const pictures = [day, night, fading, blank].map((values) => {
    const picture = new Uint8Array(FRAME_BYTES).fill(values[0]!);
    picture.set(values, 10);
    return picture;
  });
  const size = { width: FRAME_SIZE, height: FRAME_SIZE };
  const frames = await observePictures(pictures, size);
  assertEquals(
    pictures.map((_, i) => [
      ...frames.subarray(i * FRAME_BYTES + 10, i * FRAME_BYTES + 14),
    ]),
    [[0, 0, 172, 86], [0, 0, 172, 3], [0, 0, 172, 91], [0, 0, 0, 0]],
  );
});

Deno.test("canvasObserver() gives what the definition says, by day, by night and in between", () => {
  const { width, height } = CANVAS;
  const crop = { x: 30, y: 20, width: 301, height: 130 };
  const observe = canvasObserver(crop);
  for (const seed of [1, 2, 3]) {
    const day = picture(seed, { x: 0, y: 0, width, height });
    const night = day.map((value) => 255 - value);
    const fading = day.map((value) => 100 + value / 10);
    for (const grey of [day, night, fading]) {
      const cut = new Uint8Array(crop.width * crop.height);
      for (let row = 0; row < crop.height; row++) {
        const from = (crop.y + row) * width + crop.x;
        cut.set(grey.subarray(from, from + crop.width), row * crop.width);
      }
      const { mean, max } = difference(observe(grey), defined(cut, crop));
      assert(mean < 0.05 && max <= 7, `${mean}, ${max}`);
      if (grey !== fading) assert(max <= 1, `${max}`);
    }
  }
});

Deno.test("canvasObserver() gives the bits that the page itself scales, by day", async () => {
  const config = await loadConfig();
  await using environments = await Environments.open(config);
  await using env = environments.createLockstep({
    ...{ training: false, numEnvs: 1 },
  });
  const observe = canvasObserver(config.env.crop);
  let { frames } = await env.reset((_, episode) => ({ seed: episode }));
  for (let step = 0; step < 100; step++) {
    assertEquals(observe(await env.render()), frames.subarray(0, FRAME_BYTES));
    ({ frames } = await env.step(Uint8Array.of(Number(step % 7 === 0))));
  }
});

Deno.test("canvasOfScreenshot() finds the canvas and fills what is cut off", async () => {
  const { width, height } = CANVAS;
  const grey = picture(3, { x: 0, y: 0, width, height });
  grey.fill(255, 140 * width);
  const window = { x: 24, y: 10, width, height: 140 };
  const screenshot = await sharp(grey.subarray(0, 140 * width), {
    raw: { width, height: 140, channels: 1 },
  }).extend({ left: 24, right: 24, top: 10, background: "white" }).png()
    .toBuffer();
  assertEquals(await canvasOfScreenshot(screenshot, window), grey);

  const crop = { x: 30, y: 20, width: 300, height: 130 };
  const cut = new Uint8Array(300 * 130);
  for (let row = 0; row < 130; row++) {
    const from = (20 + row) * width + 30;
    cut.set(grey.subarray(from, from + 300), row * 300);
  }
  assertEquals(
    await observeCanvas(grey, crop),
    await observePictures([cut], crop),
  );
});

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
    assert(difference(night, canvas).mean > 200, "the picture is not inverted");
    const { mean } = difference(await observeCanvas(night, CROP), observed);
    assertLess(mean, 0.1);

    await tab.evaluate('document.documentElement.classList.remove("inverted")');
    await tab.evaluate(ANIMATIONS_ENDED);
    await tab.evaluate("Runner.getInstance().play()");
  }
});
