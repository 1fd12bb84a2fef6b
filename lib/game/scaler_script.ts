/**
 * Scales a crop of the picture. `createScaler` is injected as text, so it must
 * use nothing from outside itself.
 */
import type { LockstepOptions, Taps } from "./lockstep_protocol.ts";

/** The crop of one frame, to be filled, and how to scale it. */
export interface Scaler {
  /** [crop's height, stride]: how much darker than the paper each pixel is. */
  readonly ink: Uint8Array;
  /** Bytes per row of `ink`. */
  readonly stride: number;
  /** For each row of the crop, where there may be ink: from and up to. */
  readonly firstInk: Int16Array;
  readonly endInk: Int16Array;
  /** Writes the scaled ink: [size, size]. */
  scale(out: Uint8Array): void;
}

/** Makes room for a crop and prepares its filter. Runs in the page. */
export function createScaler(
  { crop, frameSize, ...filter }: Pick<
    LockstepOptions,
    "crop" | "frameSize" | "columns" | "rows"
  >,
): Scaler {
  // A row begins at a whole word, so that four pixels can be looked at at once.
  const stride = (crop.width + 3) & ~3;
  const ink = new Uint8Array(stride * crop.height);
  const words = new Uint32Array(ink.buffer);
  const firstInk = new Int16Array(crop.height);
  const endInk = new Int16Array(crop.height);

  /** The taps of a filter by input pixel: which outputs it adds to. */
  function byInput(taps: Taps[], inputs: number) {
    const adds = Array.from(
      { length: inputs },
      () => [] as { output: number; weight: number }[],
    );
    taps.forEach(({ start, weights }, output) =>
      weights.forEach((weight, i) => {
        if (weight > 0) adds[start + i]!.push({ output, weight });
      })
    );
    const width = Math.max(...adds.map(({ length }) => length));
    const outputs = new Int32Array(inputs * width);
    const weights = new Float64Array(inputs * width);
    adds.forEach((each, input) =>
      each.forEach(({ output, weight }, i) => {
        outputs[input * width + i] = output;
        weights[input * width + i] = weight;
      })
    );
    return {
      width,
      outputs,
      weights,
      /** For each input, the first output and the last that it adds to. */
      first: Int32Array.from(adds, (each) => each[0]?.output ?? 0),
      last: Int32Array.from(adds, (each) => each.at(-1)?.output ?? 0),
    };
  }

  const columns = byInput(filter.columns, crop.width);
  const rows = byInput(filter.rows, crop.height);
  /** One row of the crop, scaled in width. */
  const line = new Float64Array(frameSize);
  const sums = new Float64Array(frameSize * frameSize);

  /** Adds a word's four pixels to `line`. */
  function addWord(row: number, word: number): void {
    const { width, outputs, weights } = columns;
    const first = word * 4;
    for (let place = first; place < first + 4; place++) {
      const value = ink[row * stride + place]!;
      if (value === 0) continue;
      for (let tap = place * width; tap < (place + 1) * width; tap++) {
        line[outputs[tap]!]! += value * weights[tap]!;
      }
    }
  }

  /** Scales `ink`. Most of it is 0, which costs next to nothing. */
  function scale(out: Uint8Array): void {
    sums.fill(0);
    for (let y = 0; y < crop.height; y++) {
      let first = -1;
      let last = -1;
      const endWord = (endInk[y]! + 3) >> 2;
      for (let word = firstInk[y]! >> 2; word < endWord; word++) {
        if (words[(y * stride >> 2) + word] === 0) continue;
        if (first < 0) first = word;
        last = word;
        addWord(y, word);
      }
      if (first < 0) continue;
      const from = columns.first[4 * first]!;
      const to = columns.last[Math.min(4 * last + 3, crop.width - 1)]! + 1;
      for (let tap = y * rows.width; tap < (y + 1) * rows.width; tap++) {
        const weight = rows.weights[tap]!;
        const target = rows.outputs[tap]! * frameSize;
        for (let x = from; x < to; x++) sums[target + x]! += line[x]! * weight;
      }
      line.fill(0, from, to);
    }
    for (let i = 0; i < sums.length; i++) out[i] = sums[i]! + 0.5;
  }

  return { ink, stride, firstInk, endInk, scale };
}
