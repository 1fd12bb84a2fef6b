import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import sharp from "sharp";
import { CANVAS, FRAME_BYTES, FRAME_SIZE } from "../../lib/constants.ts";
import {
  canvasOfScreenshot,
  greyToInk,
  observeCanvas,
  observePictures,
  triangleFilter,
} from "../../lib/env/observation.ts";
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
  greyToInk(frame);
  return frame;
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

Deno.test("greyToInk() measures from each frame's most common value, at full contrast", () => {
  const day = [255, 255, 83, 169];
  const night = [3, 3, 175, 0];
  // Half-way to night: a ninth of the usual contrast.
  const fading = [120, 120, 139, 130];
  const blank = [127, 127, 127, 127];
  const all = [day, night, fading, blank];
  const frames = new Uint8Array(all.length * FRAME_BYTES);
  all.forEach((values, i) => {
    const frame = frames.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES);
    frame.fill(values[0]!).set(values, 10);
  });
  greyToInk(frames);
  const ink = all.map((_, i) => [
    ...frames.subarray(i * FRAME_BYTES + 10, i * FRAME_BYTES + 14),
  ]);
  assertEquals(ink, [[0, 0, 172, 86], [0, 0, 172, 3], [0, 0, 172, 91], [
    0,
    0,
    0,
    0,
  ]]);
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
