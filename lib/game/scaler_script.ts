/**
 * Scales a crop of the picture. `createScaler` is injected as text, so it must
 * use nothing from outside itself.
 */
import type { LockstepOptions } from "./lockstep_protocol.ts";

/** The crop of one frame, to be filled, and how to scale it. */
export interface Scaler {
  /** [crop's height, stride]: how much darker than the paper each pixel is. */
  readonly ink: Uint8Array;
  /** Bytes per row of `ink`. */
  readonly stride: number;
  /** Empties the crop. */
  clear(): void;
  /** Says that a row may have ink from one place up to another. */
  mark(row: number, from: number, end: number): void;
  /** Writes the scaled ink: [size, size]. */
  scale(out: Uint8Array): void;
}

/** Makes room for a crop and prepares its filter. Runs in the page. */
export function createScaler(
  { crop, frameSize, columns, rows }: Pick<
    LockstepOptions,
    "crop" | "frameSize" | "columns" | "rows"
  >,
): Scaler {
  // A row begins at a whole word. Most words are empty: a bit for each says
  // which have to be looked at.
  const stride = (crop.width + 3) & ~3;
  const ink = new Uint8Array(stride * crop.height);
  const wordsPerRow = stride >> 2;
  const masksPerRow = (wordsPerRow + 31) >> 5;
  const masks = new Int32Array(masksPerRow * crop.height);

  function clear(): void {
    ink.fill(0);
    masks.fill(0);
  }

  function mark(row: number, from: number, end: number): void {
    for (let word = from >> 2; word << 2 < end; word++) {
      masks[row * masksPerRow + (word >> 5)]! |= 1 << (word & 31);
    }
  }

  /**
   * The columns' taps by input pixel: it adds to an output and to the next one.
   * No more, as outputs lie a filter's half width apart.
   */
  const output = new Int32Array(stride);
  const weight = new Float64Array(stride);
  const nextWeight = new Float64Array(stride);
  for (let o = columns.length - 1; o >= 0; o--) {
    const { start, weights } = columns[o]!;
    weights.forEach((w, i) => {
      if (w === 0) return;
      nextWeight[start + i] = weight[start + i]!;
      weight[start + i] = w;
      output[start + i] = o;
    });
  }

  /**
   * The rows' taps: of four input rows, as the canvas has less than two for each
   * row of the result; where it takes fewer, the others weigh nothing.
   */
  const TAPS = 4;
  const firstRow = Int32Array.from(rows, ({ start }) => start);
  const rowWeights = new Float64Array(TAPS * frameSize);
  rows.forEach(({ weights }, y) => rowWeights.set(weights, TAPS * y));

  /** Rows of the crop, scaled in width, and where each may have ink. */
  const width = frameSize + 1;
  const lines = new Float64Array(width * (crop.height + TAPS));
  const lineFirst = new Int32Array(crop.height + TAPS).fill(width);
  const lineEnd = new Int32Array(crop.height + TAPS);

  /** Scales a row of the crop in width. */
  function scaleLine(row: number): void {
    const line = row * width;
    if (lineEnd[row]! > 0) {
      lines.fill(0, line + lineFirst[row]!, line + lineEnd[row]!);
    }
    lineFirst[row] = width;
    lineEnd[row] = 0;
    // The sums of the output at hand, -1: none, and of the one after it.
    let at = -1;
    let sum = 0;
    let nextSum = 0;
    for (let m = 0; m < masksPerRow; m++) {
      for (let bits = masks[row * masksPerRow + m]!; bits !== 0;) {
        const place = 4 * (32 * m + 31 - Math.clz32(bits & -bits));
        bits &= bits - 1;
        for (let x = place; x < place + 4; x++) {
          const value = ink[row * stride + x]!;
          if (value === 0) continue;
          const to = output[x]!;
          if (to !== at) {
            if (at < 0) {
              lineFirst[row] = to;
            } else {
              lines[line + at] = sum;
              lines[line + at + 1] = nextSum;
            }
            sum = to === at + 1 ? nextSum : 0;
            nextSum = 0;
            at = to;
          }
          sum += value * weight[x]!;
          nextSum += value * nextWeight[x]!;
        }
      }
    }
    if (at < 0) return;
    lines[line + at] = sum;
    lines[line + at + 1] = nextSum;
    lineEnd[row] = at + 2;
  }

  /** Scales `ink`. Most of it is 0, which costs next to nothing. */
  function scale(out: Uint8Array): void {
    for (let row = 0; row < crop.height; row++) scaleLine(row);
    out.fill(0);
    for (let y = 0; y < frameSize; y++) {
      const row = firstRow[y]!;
      let first = width;
      let end = 0;
      for (let tap = row; tap < row + TAPS; tap++) {
        first = Math.min(first, lineFirst[tap]!);
        end = Math.max(end, lineEnd[tap]!);
      }
      end = Math.min(end, frameSize);
      const a = rowWeights[TAPS * y]!;
      const b = rowWeights[TAPS * y + 1]!;
      const c = rowWeights[TAPS * y + 2]!;
      const d = rowWeights[TAPS * y + 3]!;
      for (let x = first; x < end; x++) {
        const from = row * width + x;
        const sum = lines[from]! * a + lines[from + width]! * b +
          lines[from + 2 * width]! * c + lines[from + 3 * width]! * d;
        out[y * frameSize + x] = sum + 0.5;
      }
    }
  }

  return { ink, stride, clear, mark, scale };
}
