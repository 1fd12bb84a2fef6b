/**
 * The pixels of lock-step games. `createPainter` is injected as text, so it
 * must use nothing from outside itself.
 *
 * When a frame is asked for, its recorded sprites are copied from the decoded
 * sprite sheet. One that is not plain (the moon and the stars, which fade and
 * stand between two pixels, the restart button) is drawn by a real canvas, and
 * its place is read; where others lie beneath it, the whole frame is drawn so.
 * All of it gives the bits of the page's own canvas.
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
  newContext: (width: number, height: number) => PageContext,
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
    sheetWidth = image.naturalWidth;
    sheetHeight = image.naturalHeight;
    const context = newContext(sheetWidth, sheetHeight);
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

  /** Fills `ink` with the sprites' visible part; false: it must be drawn. */
  function inkOfSprites(
    { sprites, image }: Recording,
    canvas: PageCanvas,
  ): boolean {
    scaler.clear();
    for (let i = 0; i < sprites.length; i += FIELDS) {
      const x = sprites[i + 4]!;
      const y = sprites[i + 5]!;
      const inView = x < crop.x + crop.width && x + sprites[i + 2]! > crop.x &&
        y < crop.y + crop.height && y + sprites[i + 3]! > crop.y;
      if (!inView || copySprite(sprites, i)) continue;
      if (!image || liesOnOthers(sprites, i)) return false;
      inkOfDrawn(sprites, i, image, canvas);
    }
    return true;
  }

  /** Copies a sprite from the sheet; false: it is not plain and opaque. */
  function copySprite(list: readonly number[], i: number): boolean {
    // Whole numbers, for the engine too: a list with an opacity has floats.
    const sheetX = list[i]! | 0;
    const sheetY = list[i + 1]! | 0;
    const width = list[i + 2]! | 0;
    const height = list[i + 3]! | 0;
    const x = list[i + 4]! | 0;
    const y = list[i + 5]! | 0;
    const plain = list[i + 6] === 1 &&
      x === list[i + 4] && y === list[i + 5] &&
      sheetX === list[i] && sheetY === list[i + 1] &&
      sheetX >= 0 && sheetX + width <= sheetWidth &&
      sheetY >= 0 && sheetY + height <= sheetHeight;
    if (!plain) return false;
    const [pixels, ends] = [sheet, runEnd];
    const left = Math.max(x, crop.x);
    const right = Math.min(x + width, crop.x + crop.width);
    const top = Math.max(y, crop.y);
    const bottom = Math.min(y + height, crop.y + crop.height);
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
    return true;
  }

  /** Where a sprite that is drawn may leave ink: its place, and a pixel around. */
  const placeOf = (list: readonly number[], i: number) => ({
    left: Math.floor(list[i + 4]!) - 1,
    top: Math.floor(list[i + 5]!) - 1,
    right: Math.ceil(list[i + 4]! + list[i + 2]!) + 1,
    bottom: Math.ceil(list[i + 5]! + list[i + 3]!) + 1,
  });

  /** Whether something of an earlier sprite is where a drawn one may be. */
  function liesOnOthers(list: readonly number[], i: number): boolean {
    const place = placeOf(list, i);
    for (let j = 0; j < i; j += FIELDS) {
      const other = placeOf(list, j);
      const apart = other.left >= place.right || other.right <= place.left ||
        other.top >= place.bottom || other.bottom <= place.top;
      if (!apart) return true;
    }
    return false;
  }

  let spareContext: PageContext | null = null;

  /** A real canvas of a game's size. */
  function spare({ width, height }: PageCanvas): PageContext {
    return spareContext ??= newContext(width, height);
  }

  function drawSprite(
    context: PageContext,
    image: PageImage,
    list: readonly number[],
    i: number,
  ): void {
    const [sx, sy, w, h, x, y, alpha] = list.slice(i, i + FIELDS) as number[];
    context.globalAlpha = alpha!;
    context.drawImage(image, sx!, sy!, w!, h!, x!, y!, w!, h!);
  }

  /** Fills the place of a sprite in `ink`, which is empty, by drawing it. */
  function inkOfDrawn(
    list: readonly number[],
    i: number,
    image: PageImage,
    canvas: PageCanvas,
  ): void {
    const drawn = placeOf(list, i);
    const left = Math.max(drawn.left, crop.x);
    const top = Math.max(drawn.top, crop.y);
    const right = Math.min(drawn.right, crop.x + crop.width);
    const bottom = Math.min(drawn.bottom, crop.y + crop.height);
    const place = [left, top, right - left, bottom - top] as const;
    const context = spare(canvas);
    context.clearRect(...place);
    drawSprite(context, image, list, i);
    const start = (top - crop.y) * stride + left - crop.x;
    readInk(context, ...place, ink.subarray(start), stride);
    for (let row = top; row < bottom; row++) {
      scaler.mark(row - crop.y, left - crop.x, right - crop.x);
    }
  }

  /** Draws all sprites on a real canvas. */
  function drawSprites(
    { sprites, image }: Recording,
    canvas: PageCanvas,
  ): PageContext {
    const context = spare(canvas);
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (let i = 0; image && i < sprites.length; i += FIELDS) {
      drawSprite(context, image, sprites, i);
    }
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
    if (recording && inkOfSprites(recording, canvas)) return;
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
