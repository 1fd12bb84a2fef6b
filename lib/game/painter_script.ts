/**
 * The pixels of lock-step games. `createPainter` is injected as text, so it
 * must use nothing from outside itself.
 *
 * When a frame is asked for, its recorded sprites are copied from the decoded
 * sprite sheet; a frame with a translucent sprite in view (the moon that fades
 * in, the restart button) is drawn by a real canvas instead, from the same
 * list. Both give the bits of the page's own canvas.
 */
import type { LockstepOptions } from "./lockstep_protocol.ts";
import type { PageCanvas, PageContext, PageImage } from "./page_objects.ts";
import type { Recorders, Recording } from "./recorder_script.ts";
import type { Scaler } from "./scaler_script.ts";

/** What {@linkcode createPainter} makes. */
export interface Painter {
  /** Decodes the sprite sheet; before anything is painted. */
  sprites(sheet: PageImage): void;
  /**
   * Writes the crop of a game's canvas, scaled to [size, size] or as it is, as
   * ink: the distance from the paper.
   *
   * @param inversion how far the picture is inverted, 0 to 1.
   */
  paint(canvas: PageCanvas, inversion: number, out: Uint8Array): void;
  /** Writes the whole canvas as it is displayed: [height, width] grey. */
  picture(canvas: PageCanvas, inversion: number, out: Uint8Array): void;
}

/** Runs in the page. */
export function createPainter(
  { crop, pixels, fullInk }: Pick<
    LockstepOptions,
    "crop" | "pixels" | "fullInk"
  >,
  scaler: Scaler,
  recorders: Recorders,
  newCanvas: () => PageCanvas,
): Painter {
  const { ink, stride } = scaler;
  /** Numbers per sprite. */
  const FIELDS = 7;
  const TRANSPARENT = -1;
  const TRANSLUCENT = -2;

  /** How much darker than the white page a pixel is, 0 to 255. */
  const inkOf = (r: number, g: number, b: number, alpha: number) =>
    Math.round((255 - (0.299 * r + 0.587 * g + 0.114 * b)) * alpha / 255);

  function readInk(
    context: PageContext,
    x: number,
    y: number,
    width: number,
    height: number,
    out: Uint8Array,
    stride: number,
  ): void {
    const { data } = context.getImageData(x, y, width, height);
    for (let row = 0, from = 0; row < height; row++) {
      for (let to = row * stride; to < row * stride + width; to++, from += 4) {
        const alpha = data[from + 3]!;
        out[to] = alpha === 0
          ? 0
          : inkOf(data[from]!, data[from + 1]!, data[from + 2]!, alpha);
      }
    }
  }

  let sheet = new Int16Array(0);
  /** For each pixel of the sheet, where in its row pixels of its kind end. */
  let runEnd = new Int32Array(0);
  let sheetWidth = 0;
  let sheetHeight = 0;

  function sprites(image: PageImage): void {
    const canvas = newCanvas();
    sheetWidth = canvas.width = image.naturalWidth;
    sheetHeight = canvas.height = image.naturalHeight;
    const context = recorders.context(canvas);
    const whole = [0, 0, sheetWidth, sheetHeight] as const;
    context.drawImage(image, ...whole, ...whole);
    const { data } = context.getImageData(0, 0, sheetWidth, sheetHeight);
    sheet = Int16Array.from({ length: sheetWidth * sheetHeight }, (_, i) => {
      const alpha = data[4 * i + 3]!;
      if (alpha === 0) return TRANSPARENT;
      if (alpha < 255) return TRANSLUCENT;
      return inkOf(data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!, alpha);
    });
    runEnd = new Int32Array(sheet.length);
    const kind = (i: number) => Math.min(sheet[i]!, 0);
    for (let i = sheet.length - 1; i >= 0; i--) {
      const goesOn = (i + 1) % sheetWidth > 0 && kind(i) === kind(i + 1);
      runEnd[i] = goesOn ? runEnd[i + 1]! : i + 1;
    }
  }

  /** Copies the sprites' visible part; false: one is not plain opaque. */
  function copySprites(list: readonly number[]): boolean {
    scaler.clear();
    const [pixels, ends] = [sheet, runEnd];
    for (let i = 0; i < list.length; i += FIELDS) {
      // Whole numbers, for the engine too: a list with an opacity has floats.
      const sheetX = list[i]! | 0;
      const sheetY = list[i + 1]! | 0;
      const width = list[i + 2]! | 0;
      const height = list[i + 3]! | 0;
      const x = list[i + 4]! | 0;
      const y = list[i + 5]! | 0;
      const left = Math.max(x, crop.x);
      const right = Math.min(x + width, crop.x + crop.width);
      const top = Math.max(y, crop.y);
      const bottom = Math.min(y + height, crop.y + crop.height);
      if (left >= right || top >= bottom) continue;
      const plain = list[i + 6] === 1 &&
        x === list[i + 4] && y === list[i + 5] &&
        sheetX === list[i] && sheetY === list[i + 1] &&
        sheetX >= 0 && sheetX + width <= sheetWidth &&
        sheetY >= 0 && sheetY + height <= sheetHeight;
      if (!plain) return false;
      for (let row = top; row < bottom; row++) {
        const line = row - crop.y;
        let from = (sheetY + row - y) * sheetWidth + sheetX + left - x;
        const stop = from + right - left;
        // What is at `from` in the sheet comes to `from + shift` in the line.
        const shift = left - crop.x - from;
        const toInk = line * stride + shift;
        while (from < stop) {
          const end = Math.min(ends[from]!, stop);
          const kind = pixels[from]!;
          if (kind === TRANSLUCENT) return false;
          if (kind >= 0) {
            scaler.mark(line, from + shift, end + shift);
            for (; from < end; from++) ink[from + toInk] = pixels[from]!;
          }
          from = end;
        }
      }
    }
    return true;
  }

  let spareCanvas: PageCanvas | null = null;

  /** Draws the sprites on a real canvas. */
  function drawSprites(
    { sprites, image }: Recording,
    { width, height }: PageCanvas,
  ): PageContext {
    if (!spareCanvas) {
      spareCanvas = newCanvas();
      Object.assign(spareCanvas, { width, height });
    }
    const context = recorders.context(spareCanvas);
    context.clearRect(0, 0, width, height);
    for (let i = 0; image && i < sprites.length; i += FIELDS) {
      const [sx, sy, w, h] = sprites.slice(i, i + 4);
      const [x, y, alpha] = sprites.slice(i + 4, i + FIELDS);
      context.globalAlpha = alpha!;
      context.drawImage(image, sx!, sy!, w!, h!, x!, y!, w!, h!);
    }
    context.globalAlpha = 1;
    return context;
  }

  /** The canvas as the page would have drawn it. */
  function drawn(canvas: PageCanvas): PageContext {
    const recording = recorders.of(canvas);
    return recording
      ? drawSprites(recording, canvas)
      : recorders.context(canvas);
  }

  /** Fills `ink` with the crop of a game's frame. */
  function inkOfCrop(canvas: PageCanvas): void {
    const recording = recorders.of(canvas);
    if (recording && copySprites(recording.sprites)) return;
    const { x, y, width, height } = crop;
    readInk(drawn(canvas), x, y, width, height, ink, stride);
    for (let row = 0; row < height; row++) scaler.mark(row, 0, width);
  }

  function paint(canvas: PageCanvas, inversion: number, out: Uint8Array): void {
    inkOfCrop(canvas);
    const scaled = pixels === "frame";
    if (scaled) {
      scaler.scale(out);
    } else {
      for (let y = 0; y < crop.height; y++) {
        const row = ink.subarray(y * stride, y * stride + crop.width);
        out.set(row, y * crop.width);
      }
    }
    // Half inverted, the picture is an even grey.
    const contrast = Math.abs(1 - 2 * inversion);
    if (contrast === 1) return;
    let strongest = 0;
    for (let i = 0; i < out.length; i++) {
      out[i] = out[i]! * contrast + 0.5;
      strongest = Math.max(strongest, out[i]!);
    }
    if (!scaled || strongest === 0) return;
    for (let i = 0; i < out.length; i++) {
      out[i] = out[i]! * fullInk / strongest + 0.5;
    }
  }

  function picture(
    canvas: PageCanvas,
    inversion: number,
    out: Uint8Array,
  ): void {
    const { width, height } = canvas;
    readInk(drawn(canvas), 0, 0, width, height, out, width);
    for (let i = 0; i < out.length; i++) {
      out[i] = 255 * (1 - inversion) - out[i]! * (1 - 2 * inversion) + 0.5;
    }
  }

  return { sprites, paint, picture };
}
