/** The last moments of a game in one picture, with what the agent thought. */
import { Buffer } from "node:buffer";
import { CANVAS } from "../constants.ts";
import { loadSharp } from "../sharp.ts";
import { escapeXml } from "../text.ts";
import { type GameFrame, PART } from "./game_frame.ts";
import { qStrips, stripHeight } from "./q_strips.ts";
import { LIGHT } from "./theme.ts";

/** Decisions before the end that are shown, from left to right, row by row. */
const MOMENTS = [12, 9, 6, 4, 2, 0] as const;
const COLUMNS = 2;
const GAP = 6;

/** Frames before the end that {@linkcode filmstrip} can use. */
export const FILMSTRIP_FRAMES = MOMENTS[0] + 1;

/**
 * Sets six moments of a game's end side by side, its Q-values below each.
 *
 * @param frames the game's last ones; the last of all is after its end
 * @param actions names of the actions
 * @returns a WebP
 */
export async function filmstrip(
  frames: readonly GameFrame[],
  actions: readonly string[],
): Promise<Uint8Array> {
  const shown = MOMENTS.flatMap((back) => frames.at(-1 - back) ?? []);
  const strips = await qStrips(shown, actions, PART.width);
  const height = PART.height + stripHeight(actions);
  const end = frames.at(-1)!.seconds;
  const sharp = await loadSharp();
  // sharp's types of overlays know Node's Buffer only.
  const panels = await Promise.all(shown.map(async (frame, i) => {
    const left = (i % COLUMNS) * (PART.width + GAP);
    const top = Math.floor(i / COLUMNS) * (height + GAP);
    const strip = strips.subarray(
      i * strips.length / shown.length,
      (i + 1) * strips.length / shown.length,
    );
    const picture = await sharp(frame.picture, {
      raw: { ...CANVAS, channels: 1 },
    }).extract(PART).toColourspace("srgb").png().toBuffer();
    const seconds = end - frame.seconds;
    return [
      { input: picture, left, top },
      { input: label(seconds, frame.picture[0]! < 128), left, top },
      {
        input: Buffer.from(strip),
        raw: {
          width: PART.width,
          height: stripHeight(actions),
          channels: 3 as const,
        },
        left,
        top: top + PART.height,
      },
    ];
  }));
  const rows = Math.ceil(shown.length / COLUMNS);
  const canvas = sharp({
    create: {
      width: COLUMNS * (PART.width + GAP) - GAP,
      height: rows * (height + GAP) - GAP,
      channels: 3,
      background: LIGHT.grid,
    },
  });
  return new Uint8Array(
    await canvas.composite(panels.flat()).webp({ lossless: true, effort: 4 })
      .toBuffer(),
  );
}

/** How long before the end it is, to be laid over a picture. */
function label(seconds: number, night: boolean): Buffer {
  const text = seconds === 0 ? "the end" : `${seconds.toFixed(2)} s before`;
  const colour = night ? LIGHT.paper : LIGHT.ink;
  // At the right: at the left the T-rex jumps.
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${PART.width}" height="20">` +
      `<text x="${PART.width - 8}" y="15" text-anchor="end" font-size="12" ` +
      `font-family="DejaVu Sans, sans-serif" fill="${colour}">` +
      `${escapeXml(text)}</text></svg>`,
  );
}
