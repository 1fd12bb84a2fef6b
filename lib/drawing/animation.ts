/** Pictures of a game as an animation, with or without Q-values. */
import { loadSharp } from "../sharp.ts";
import type { GameFrame } from "./game_frame.ts";
import { qStrips, stripHeight } from "./q_strips.ts";

/** What an animation is stored as. */
export type PictureFormat = "webp" | "gif";

/** An animated picture of a game. */
export interface Animation {
  caption: string;
  /** What it shows, for those who cannot see it. */
  description: string;
  webp: Uint8Array;
}

/** A moment of a game as it is shown. */
type ShownFrame = Pick<GameFrame, "picture" | "q" | "action">;

/** How frames become an animation. */
export interface AnimationOptions {
  /** Size of a picture, in pixels. */
  width: number;
  height: number;
  /** Time that a frame is shown, in milliseconds. */
  frameMs: number;
  /** Names of the actions: draws their Q-values below the picture. */
  actions?: readonly string[];
  /** A GIF's times are whole hundredths of a second. @default {"webp"} */
  format?: PictureFormat;
}

/** Time that the last frame is shown, in milliseconds. */
const LAST_FRAME_MS = 1500;
/** Bytes of pixels that are kept in memory for one animation. */
const MAX_BYTES = 400_000_000;

/**
 * Encodes frames as an animation that repeats for ever: a WebP holds every
 * pixel as it is, a GIF 256 colours.
 *
 * @throws RangeError on no frames, or more than memory should hold
 */
export async function animate(
  frames: readonly ShownFrame[],
  options: AnimationOptions,
): Promise<Uint8Array> {
  const { width, height, actions, frameMs } = options;
  const strip = actions ? stripHeight(actions) : 0;
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
    const strips = await qStrips(frames, actions, width);
    const stripBytes = width * strip * channels;
    frames.forEach((_, i) =>
      pages.set(
        strips.subarray(i * stripBytes, (i + 1) * stripBytes),
        (i + 1) * pageBytes - stripBytes,
      )
    );
  }
  const delay = frames.map((_, i) =>
    i === frames.length - 1 ? LAST_FRAME_MS : Math.round(frameMs)
  );
  const sharp = await loadSharp();
  const image = sharp(pages, {
    raw: { width, height: pageHeight * frames.length, channels, pageHeight },
    limitInputPixels: false,
  });
  const encoded = options.format === "gif"
    ? image.gif({ dither: 0, effort: 2, loop: 0, delay })
    : image.webp({ lossless: true, effort: 2, loop: 0, delay });
  return new Uint8Array(await encoded.toBuffer());
}

/** Pictures below each other as one lossless WebP. */
export async function pictureStrip(
  pictures: readonly Uint8Array[],
  { width, height }: { width: number; height: number },
): Promise<Uint8Array> {
  const raw = { width, height: height * pictures.length, channels: 1 } as const;
  const strip = new Uint8Array(width * raw.height);
  pictures.forEach((picture, i) => strip.set(picture, i * width * height));
  const sharp = await loadSharp();
  const image = sharp(strip, { raw }).webp({ lossless: true, effort: 4 });
  return new Uint8Array(await image.toBuffer());
}
