/** Pictures of a game as an animated WebP, with or without Q-values. */
import sharp from "sharp";
import type { GameFrame } from "../evaluation/mod.ts";
import { escapeXml } from "./chart.ts";
import { ACTION_COLOURS, LIGHT } from "./theme.ts";

/** A moment of a game as it is shown. */
type ShownFrame = Pick<GameFrame, "picture" | "q" | "action">;

/** How frames become an animation. */
export interface AnimationOptions {
  /** Size of a picture, in pixels. */
  width: number;
  height: number;
  /** Time that a frame is shown, in milliseconds. */
  frameMs: number;
  /** Time that the last frame is shown. @default {1500} */
  lastFrameMs?: number;
  /** Names of the actions: draws their Q-values below the picture. */
  actions?: readonly string[];
}

/** Height of the strip of Q-values per action, in pixels. */
const BAR_HEIGHT = 18;

/** Bytes of pixels that are kept in memory for one animation. */
const MAX_BYTES = 400_000_000;

/**
 * Encodes frames as an animated WebP that repeats for ever.
 *
 * @throws RangeError on no frames, or more than memory should hold
 */
export async function animatedWebp(
  frames: readonly ShownFrame[],
  options: AnimationOptions,
): Promise<Uint8Array> {
  const { width, height, actions, frameMs, lastFrameMs = 1500 } = options;
  const strip = actions ? actions.length * BAR_HEIGHT + 8 : 0;
  const channels = actions ? 3 : 1;
  const pageHeight = height + strip;
  const pageBytes = width * pageHeight * channels;
  if (frames.length === 0 || frames.length * pageBytes > MAX_BYTES) {
    throw new RangeError(
      `an animation needs 1 to ${Math.floor(MAX_BYTES / pageBytes)} frames, ` +
        `but got ${frames.length}`,
    );
  }
  const pages = new Uint8Array(frames.length * pageBytes);
  frames.forEach(({ picture }, i) => {
    const start = i * pageBytes;
    if (channels === 1) return pages.set(picture, start);
    for (let p = 0; p < picture.length; p++) {
      pages.fill(picture[p]!, start + 3 * p, start + 3 * p + 3);
    }
  });
  if (actions) {
    const strips = await qStrips(frames, actions, width, strip);
    const stripBytes = width * strip * channels;
    frames.forEach((_, i) =>
      pages.set(
        strips.subarray(i * stripBytes, (i + 1) * stripBytes),
        (i + 1) * pageBytes - stripBytes,
      )
    );
  }
  const delay = frames.map((_, i) =>
    i === frames.length - 1 ? lastFrameMs : Math.round(frameMs)
  );
  const image = sharp(pages, {
    raw: { width, height: pageHeight * frames.length, channels, pageHeight },
    limitInputPixels: false,
  });
  return new Uint8Array(
    await image.webp({ lossless: true, effort: 2, loop: 0, delay }).toBuffer(),
  );
}

/** Lowest and highest Q-value of all frames, the ends of every bar's scale. */
function qRange(frames: readonly ShownFrame[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const { q } of frames) {
    for (const value of q ?? []) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low < high ? [low, high] : [low - 1, low + 1];
}

/** Strips drawn by one call of sharp: a call costs more than a strip. */
const STRIPS_PER_CALL = 64;

/** All frames' Q-values, [frames, height, width, 3] uint8. */
async function qStrips(
  frames: readonly ShownFrame[],
  actions: readonly string[],
  width: number,
  height: number,
): Promise<Uint8Array> {
  const range = qRange(frames);
  const strips = new Uint8Array(frames.length * width * height * 3);
  for (let first = 0; first < frames.length; first += STRIPS_PER_CALL) {
    const group = frames.slice(first, first + STRIPS_PER_CALL);
    const total = group.length * height;
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" ` +
      `font-family="DejaVu Sans, sans-serif" font-size="12" fill="${LIGHT.ink}">` +
      `<rect width="${width}" height="${total}" fill="${LIGHT.paper}"/>` +
      group.map((frame, i) =>
        `<g transform="translate(0,${i * height})">` +
        `${qBars(frame, actions, width, range)}</g>`
      ).join("") + "</svg>";
    const pixels = await sharp(new TextEncoder().encode(svg))
      .flatten({ background: LIGHT.paper }).toColourspace("srgb").raw()
      .toBuffer();
    strips.set(pixels, first * width * height * 3);
  }
  return strips;
}

/** The Q-values of a frame as bars; the action that was taken is marked. */
function qBars(
  { q, action }: ShownFrame,
  actions: readonly string[],
  width: number,
  [low, high]: [number, number],
): string {
  const left = 70;
  const right = 60;
  return actions.map((name, i) => {
    const y = 4 + i * BAR_HEIGHT;
    const value = q?.[i];
    const length = value === undefined
      ? 0
      : 2 + (width - left - right) * (value - low) / (high - low);
    const weight = i === action ? "bold" : "normal";
    return `<g font-weight="${weight}"><text x="8" y="${y + 13}">` +
      `${escapeXml(name)}</text>` +
      `<rect x="${left}" y="${y + 3}" width="${length}" ` +
      `height="${BAR_HEIGHT - 6}" fill="${ACTION_COLOURS[name]}" ` +
      `opacity="${i === action ? 1 : 0.4}"/>` +
      `<text x="${width - 8}" y="${y + 13}" text-anchor="end">` +
      `${value === undefined ? "–" : value.toFixed(3)}</text></g>`;
  }).join("");
}
