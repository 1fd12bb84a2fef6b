/** Q-values drawn as bars, to be set below a picture of the game. */
import { extent } from "d3-array";
import { loadSharp } from "../sharp.ts";
import { escapeXml } from "../text.ts";
import type { GameFrame } from "./game_frame.ts";
import { actionColours, LIGHT } from "./theme.ts";

/** What the agent thought of a moment, and did. */
type Decision = Pick<GameFrame, "q" | "action">;

/** Height of an action's bar with the space around it, in pixels. */
const BAR_HEIGHT = 18;

/** Height of a strip, in pixels. */
export const stripHeight = (actions: readonly string[]) =>
  actions.length * BAR_HEIGHT + 8;

/** Lowest and highest Q-value of all frames, the ends of every bar's scale. */
function qRange(frames: readonly Decision[]): [number, number] {
  const [low = 0, high = 0] = extent(frames.flatMap(({ q }) => q ?? []));
  return low < high ? [low, high] : [low - 1, low + 1];
}

/** Strips drawn by one call of sharp: a call costs more than a strip. */
const STRIPS_PER_CALL = 64;

/**
 * The Q-values of each moment as a strip of bars, one per action.
 *
 * @param actions names of the actions
 * @param width of a strip, in pixels
 * @returns [frames, stripHeight(actions), width, 3] uint8
 */
export async function qStrips(
  frames: readonly Decision[],
  actions: readonly string[],
  width: number,
): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const height = stripHeight(actions);
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
  { q, action }: Decision,
  actions: readonly string[],
  width: number,
  [low, high]: [number, number],
): string {
  const left = 70;
  const right = 60;
  const colours = actionColours(actions);
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
      `height="${BAR_HEIGHT - 6}" fill="${colours[name]}" ` +
      `opacity="${i === action ? 1 : 0.4}"/>` +
      `<text x="${width - 8}" y="${y + 13}" text-anchor="end">` +
      `${value === undefined ? "–" : value.toFixed(3)}</text></g>`;
  }).join("");
}
