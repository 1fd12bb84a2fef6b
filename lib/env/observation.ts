/**
 * What the agent sees of the game. One definition, whatever the source of the
 * picture (a screenshot of the live page, or a canvas read in the page):
 *
 * 1. The picture is the 552x150 canvas as it is displayed, in grey (luminance,
 *    0 black to 255 white). The canvas is transparent: what is not drawn on
 *    shows the white page. At night the page is displayed inverted, by a CSS
 *    filter that fades in and out.
 * 2. The crop is cut out of it and scaled to 80x80 with a triangle filter
 *    ({@linkcode triangleFilter}), columns and rows independently; beyond the
 *    crop's edges its outermost pixels repeat. Values are rounded to uint8.
 * 3. The background is the most common value of the 80x80 pixels, and ink is
 *    the distance from it: `|value - background|`. So ink is bright on black by
 *    day and by night alike, and the agent need not learn the game twice. The
 *    rule knows the picture alone, not whether it is night.
 * 4. The frame is stretched so that its strongest ink is {@linkcode FULL_INK}.
 *    By day and by night that changes nothing; while night fades in or out, the
 *    screen has less contrast for a second and a half, and for an instant none.
 *    Without this step trained agents crashed just there, at 709 and 817 points.
 *
 * {@linkcode observePictures} does steps 2 to 4 by sharp; where pixels are
 * scaled inside the page, and by {@linkcode canvasObserver}, the same steps are
 * taken with the weights of `triangleFilter`.
 */
import type { EnvConfig } from "../config/mod.ts";
import { CANVAS, FRAME_BYTES, FRAME_SIZE } from "../constants.ts";
import { createScaler, type Taps } from "../game/mod.ts";
import { loadSharp } from "../sharp.ts";

/** The part of the canvas that the agent sees, in canvas pixels. */
export type Crop = EnvConfig["crop"];

/** Width and height in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** The ink of the game's own grey, #535353, on white. */
export const FULL_INK = 255 - 0x53;

/** The page's paper by day. */
const WHITE = 255;

/** Step 2 of the definition, in sharp's words. */
const SCALING = { fit: "fill", kernel: "linear" } as const;

/**
 * The triangle ("linear") filter that scales `inputs` pixels down to `outputs`,
 * which must not be more.
 * Output i lies at c = (i + 1/2) s - 1/2 with s = inputs / outputs; input x
 * weighs max(0, 1 - |x - c| / s). Weights beyond an edge go to the pixel on it.
 *
 * @returns one tap for each output.
 */
export function triangleFilter(inputs: number, outputs: number): Taps[] {
  const scale = inputs / outputs;
  return Array.from({ length: outputs }, (_, output) => {
    const centre = (output + 0.5) * scale - 0.5;
    const start = Math.max(0, Math.ceil(centre - scale));
    const last = Math.min(inputs - 1, Math.floor(centre + scale));
    const weights = new Array<number>(last - start + 1).fill(0);
    let sum = 0;
    for (
      let input = Math.ceil(centre - scale);
      input <= Math.floor(centre + scale);
      input++
    ) {
      const weight = Math.max(0, 1 - Math.abs(input - centre) / scale);
      weights[Math.min(last, Math.max(start, input)) - start]! += weight;
      sum += weight;
    }
    return { start, weights: weights.map((weight) => weight / sum) };
  });
}

/** How often each value is there, of so many bytes at equal distances. */
function countValues(
  bytes: Uint8Array,
  first = 0,
  distance = 1,
  count = bytes.length,
): Uint32Array {
  const counts = new Uint32Array(256);
  // Most are equal to the one before: one addition for all of these.
  let value = 0;
  let run = 0;
  for (let i = 0, at = first; i < count; i++, at += distance) {
    const next = bytes[at]!;
    if (next !== value) {
      counts[value]! += run;
      value = next;
      run = 0;
    }
    run++;
  }
  counts[value]! += run;
  return counts;
}

/** The most common value (of several, the lightest) and the outermost ones. */
function tonesOf(counts: Uint32Array) {
  let [paper, darkest, lightest] = [0, 255, 0];
  for (let value = 0; value < 256; value++) {
    if (counts[value] === 0) continue;
    if (counts[value]! >= counts[paper]!) paper = value;
    darkest = Math.min(darkest, value);
    lightest = value;
  }
  return { paper, darkest, lightest };
}

/** Steps 3 and 4 of the definition: what each value of a frame becomes. */
function inkOfValues(counts: Uint32Array): Uint8Array {
  const { paper, darkest, lightest } = tonesOf(counts);
  const strongest = Math.max(paper - darkest, lightest - paper, 1);
  const ink = new Uint8Array(256);
  for (let value = darkest; value <= lightest; value++) {
    ink[value] = Math.abs(value - paper) * FULL_INK / strongest + 0.5;
  }
  return ink;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** How pictures are put on one sheet, so that one call of sharp scales them all. */
function sheetLayout(count: number, { width, height }: Size) {
  // Three share the pixels, each as a colour of its own: that takes half of the
  // time, and no picture changes another.
  const channels = count > 2 ? 3 : 1;
  // Neighbours must not blend, and each must meet the filter's grid as it
  // would alone: between them lie rows that make whole rows of the result.
  const unit = height / greatestCommonDivisor(height, FRAME_SIZE);
  const reach = 2 * Math.ceil(height / FRAME_SIZE);
  const gap = unit * Math.ceil(reach / unit);
  const pitch = height + gap;
  const pitchScaled = pitch * FRAME_SIZE / height;
  const lines = Math.ceil(count / channels);
  return { channels, width, height, gap, pitch, pitchScaled, lines } as const;
}

/** What pixels tell: how light they are, or how far from white. */
type PixelsOf = "light" | "ink";

/** A sheet that was scaled; memory that was used before is faster. */
let usedSheet: Uint8Array | undefined;

/** Writes the pictures on a white sheet; gaps repeat the rows they touch. */
function sheetOf(
  pictures: readonly Uint8Array[],
  layout: ReturnType<typeof sheetLayout>,
  of: PixelsOf,
): Uint8Array {
  const { channels, width, height, gap, pitch, lines } = layout;
  const row = width * channels;
  const bytes = lines * pitch * row;
  const sheet = usedSheet?.length === bytes ? usedSheet : new Uint8Array(bytes);
  usedSheet = undefined;
  sheet.fill(WHITE);
  const flip = of === "ink" ? WHITE : 0;
  const blank = (WHITE ^ flip) * 0x01010101;
  for (const [place, picture] of pictures.entries()) {
    const first = Math.floor(place / channels) * pitch * row + place % channels;
    // Most of it is paper, which is there already: four pixels are one word.
    const { buffer, byteOffset, length } = picture;
    const words = new Uint32Array(buffer, byteOffset, length >> 2);
    for (let i = 0, to = first; i < words.length; i++, to += 4 * channels) {
      const word = words[i]!;
      if (word === blank) continue;
      sheet[to] = word ^ flip;
      sheet[to + channels] = word >>> 8 ^ flip;
      sheet[to + 2 * channels] = word >>> 16 ^ flip;
      sheet[to + 3 * channels] = word >>> 24 ^ flip;
    }
    for (let pixel = length & ~3; pixel < length; pixel++) {
      sheet[first + pixel * channels] = picture[pixel]! ^ flip;
    }
  }
  for (let top = 0; top < lines * pitch; top += pitch) {
    for (let k = 0; k < gap / 2; k++) {
      const repeat = (from: number, to: number) =>
        sheet.copyWithin(to * row, from * row, (from + 1) * row);
      repeat(top + height - 1, top + height + k);
      if (top > 0) repeat(top, top - 1 - k);
    }
  }
  return sheet;
}

/**
 * Observes the pictures of many games by one call of sharp.
 *
 * @param pictures the crop of each, [height, width] uint8 grey as displayed.
 * @param of "ink": 255 less than that.
 * @returns [n, 80, 80] uint8 ink.
 */
export async function observePictures(
  pictures: readonly Uint8Array[],
  crop: Size,
  of: PixelsOf = "light",
): Promise<Uint8Array> {
  const layout = sheetLayout(pictures.length, crop);
  const { channels, width, pitch, pitchScaled, lines } = layout;
  const raw = { width, height: lines * pitch, channels };
  const sheet = sheetOf(pictures, layout, of);
  const sharp = await loadSharp();
  const scaled = await sharp(sheet, { raw })
    .resize(FRAME_SIZE, lines * pitchScaled, SCALING)
    .toColourspace(channels === 1 ? "b-w" : "srgb").raw().toBuffer();
  usedSheet = sheet;
  const frames = new Uint8Array(pictures.length * FRAME_BYTES);
  for (let frame = 0; frame < pictures.length; frame++) {
    const top = Math.floor(frame / channels) * pitchScaled * FRAME_SIZE;
    const first = top * channels + frame % channels;
    const ink = inkOfValues(countValues(scaled, first, channels, FRAME_BYTES));
    const start = frame * FRAME_BYTES;
    for (let i = 0, from = first; i < FRAME_BYTES; i++, from += channels) {
      frames[start + i] = ink[scaled[from]!]!;
    }
  }
  return frames;
}

/**
 * The game's canvas as a screenshot shows it.
 *
 * @param screenshot an image file.
 * @param visible the visible part of the canvas in it, in pixels; below it,
 * where the window cuts the canvas off, there is background.
 * @returns [150, 552] uint8 grey.
 */
export async function canvasOfScreenshot(
  screenshot: Uint8Array,
  visible: Crop,
): Promise<Uint8Array> {
  const { x, y, width, height } = visible;
  // No more than this by sharp: its own steps to grey take twice as long, and a
  // key that comes later than the next frame is a frame late.
  const sharp = await loadSharp();
  const colours = await sharp(screenshot)
    .extract({ left: x, top: y, width, height })
    .ensureAlpha()
    .raw().toBuffer();
  const grey = greyOnWhite(colours);
  const picture = new Uint8Array(CANVAS.width * CANVAS.height)
    .fill(tonesOf(countValues(grey)).paper);
  picture.set(grey);
  return picture;
}

/** Luminance of red, green, blue and opacity, on the white page. */
function greyOnWhite(colours: Uint8Array): Uint8Array {
  const grey = new Uint8Array(colours.length / 4).fill(WHITE);
  for (let i = 0, at = 0; i < grey.length; i++, at += 4) {
    const alpha = colours[at + 3]!;
    // The page's own canvas is transparent where nothing is drawn.
    if (alpha === 0) continue;
    const light = 0.299 * colours[at]! + 0.587 * colours[at + 1]! +
      0.114 * colours[at + 2]!;
    grey[i] = WHITE - Math.round((WHITE - light) * alpha / WHITE);
  }
  return grey;
}

/**
 * Observes whole canvases, one at a time, by the page's scaler: what a picture
 * costs sharp beside its pixels is an eighth of the time between two frames.
 *
 * @returns for a canvas, [150, 552] uint8 grey as displayed: [80, 80] uint8 ink.
 */
export function canvasObserver(
  crop: Crop,
): (picture: Uint8Array) => Uint8Array {
  const scaler = createScaler({
    crop,
    frameSize: FRAME_SIZE,
    columns: triangleFilter(crop.width, FRAME_SIZE),
    rows: triangleFilter(crop.height, FRAME_SIZE),
  });
  for (let row = 0; row < crop.height; row++) scaler.mark(row, 0, crop.width);
  return (picture) => {
    for (let row = 0; row < crop.height; row++) {
      let from = (crop.y + row) * CANVAS.width + crop.x;
      let to = row * scaler.stride;
      for (const end = to + crop.width; to < end; to++, from++) {
        scaler.ink[to] = WHITE - picture[from]!;
      }
    }
    const frame = new Uint8Array(FRAME_BYTES);
    scaler.scale(frame);
    for (let i = 0; i < FRAME_BYTES; i++) frame[i] = WHITE - frame[i]!;
    const ink = inkOfValues(countValues(frame));
    for (let i = 0; i < FRAME_BYTES; i++) frame[i] = ink[frame[i]!]!;
    return frame;
  };
}

/**
 * Observes one whole canvas by sharp.
 *
 * @param picture [150, 552] uint8 grey as displayed.
 * @returns [80, 80] uint8 ink.
 */
export function observeCanvas(
  picture: Uint8Array,
  crop: Crop,
): Promise<Uint8Array> {
  const { x, y, width, height } = crop;
  const cut = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = (y + row) * CANVAS.width + x;
    cut.set(picture.subarray(from, from + width), row * width);
  }
  return observePictures([cut], crop);
}
