/**
 * The pixels of a lock-step game. `createPainter` is injected as text, so it
 * must use nothing from outside itself.
 *
 * A frame that nobody looks at need not be painted. So the page is given a
 * recorder in place of its canvas's context: a frame is a list of sprites with
 * their places. When a frame is asked for, its sprites are copied from the
 * decoded sprite sheet; a frame with a translucent sprite in view (the moon
 * that fades in, the restart button) is drawn by a real canvas instead, from
 * the same list. Both give the bits of the page's own canvas.
 */
import type { LockstepOptions } from "./lockstep_protocol.ts";
import type { PageCanvas, PageContext, PageImage } from "./page_objects.ts";
import type { Scaler } from "./scaler_script.ts";

/** The pixels of one game. */
export interface Painter {
  /**
   * Writes the crop, scaled to [size, size] or as it is, as ink: the distance
   * from the paper.
   *
   * @param night how far the picture is inverted, 0 to 1.
   */
  paint(out: Uint8Array, night: number): void;
  /** Writes the whole canvas as it is displayed: [height, width] grey. */
  picture(out: Uint8Array, night: number): void;
}

/** What {@linkcode createPainter} makes. */
export interface Painting {
  /** Decodes the sprite sheet; before anything is painted. */
  sprites(sheet: PageImage): void;
  painter(canvas: PageCanvas): Painter;
}

/** Takes over the page's canvases. Runs in the page. */
export function createPainter(
  options: LockstepOptions,
  scaler: Scaler,
  page: { newCanvas: () => PageCanvas; canvases: PageCanvas },
): Painting {
  const { crop } = options;
  const { ink, stride, firstInk, endInk } = scaler;
  const FIELDS = 7;
  const TRANSPARENT = -1;
  const TRANSLUCENT = -2;

  const getContext = page.canvases.getContext;
  // Kept in main memory: it is read back all the time.
  const realContext = (canvas: PageCanvas): PageContext =>
    getContext.call(canvas, "2d", { willReadFrequently: true });

  /** Stands for a 2D context: notes the sprites since the last clearing. */
  class Recorder {
    /** Per sprite: source x, y, width, height, place x, y, opacity. */
    readonly sprites: number[] = [];
    image: PageImage | null = null;
    fillStyle = "";
    #canvas: PageCanvas;
    #alpha = 1;
    #x = 0;
    #y = 0;
    #saved: [alpha: number, x: number, y: number][] = [];

    constructor(canvas: PageCanvas) {
      this.#canvas = canvas;
    }

    get globalAlpha(): number {
      return this.#alpha;
    }

    set globalAlpha(alpha: number) {
      if (alpha >= 0 && alpha <= 1) this.#alpha = alpha;
    }

    save(): void {
      this.#saved.push([this.#alpha, this.#x, this.#y]);
    }

    restore(): void {
      const saved = this.#saved.pop();
      if (saved) [this.#alpha, this.#x, this.#y] = saved;
    }

    translate(x: number, y: number): void {
      this.#x += x;
      this.#y += y;
    }

    /** The page fills an empty path once; there is nothing to fill. */
    fill(): void {}

    clearRect(x: number, y: number, width: number, height: number): void {
      const { width: fullWidth, height: fullHeight } = this.#canvas;
      if (x > 0 || y > 0 || width < fullWidth || height < fullHeight) {
        throw new Error("the page cleared a part of its canvas");
      }
      this.sprites.length = 0;
    }

    drawImage(
      image: PageImage,
      sx: number,
      sy: number,
      sw: number,
      sh: number,
      x: number,
      y: number,
      width: number,
      height: number,
    ): void {
      if (sw !== width || sh !== height || (this.image ?? image) !== image) {
        throw new Error("the page scaled a sprite, or changed its sheet");
      }
      this.image = image;
      const { sprites } = this;
      sprites.push(sx, sy, sw, sh, x + this.#x, y + this.#y, this.#alpha);
    }
  }

  const recorders = new WeakMap<PageCanvas, Recorder>();
  page.canvases.getContext = function (this: PageCanvas, type, settings) {
    if (type !== "2d") return getContext.call(this, type, settings);
    if (options.drawing === "native") return realContext(this);
    let recorder = recorders.get(this);
    if (!recorder) recorders.set(this, recorder = new Recorder(this));
    return recorder;
  };

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
  let sheetWidth = 0;
  let sheetHeight = 0;

  function sprites(image: PageImage): void {
    const canvas = page.newCanvas();
    sheetWidth = canvas.width = image.naturalWidth;
    sheetHeight = canvas.height = image.naturalHeight;
    const context = realContext(canvas);
    context.drawImage(
      image,
      0,
      0,
      sheetWidth,
      sheetHeight,
      0,
      0,
      sheetWidth,
      sheetHeight,
    );
    const { data } = context.getImageData(0, 0, sheetWidth, sheetHeight);
    sheet = Int16Array.from({ length: sheetWidth * sheetHeight }, (_, i) => {
      const alpha = data[4 * i + 3]!;
      if (alpha === 0) return TRANSPARENT;
      if (alpha < 255) return TRANSLUCENT;
      return inkOf(data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!, alpha);
    });
  }

  /** Copies the sprites' visible part; false: one is not plain opaque. */
  function copySprites(list: readonly number[]): boolean {
    ink.fill(0);
    firstInk.fill(crop.width);
    endInk.fill(0);
    for (let i = 0; i < list.length; i += FIELDS) {
      const sx = list[i]!;
      const sy = list[i + 1]!;
      const width = list[i + 2]!;
      const height = list[i + 3]!;
      const x = list[i + 4]!;
      const y = list[i + 5]!;
      const left = Math.max(x, crop.x);
      const right = Math.min(x + width, crop.x + crop.width);
      const top = Math.max(y, crop.y);
      const bottom = Math.min(y + height, crop.y + crop.height);
      if (left >= right || top >= bottom) continue;
      const plain = list[i + 6] === 1 && Number.isInteger(x) &&
        Number.isInteger(y) && Number.isInteger(sx) && Number.isInteger(sy) &&
        sx >= 0 && sx + width <= sheetWidth &&
        sy >= 0 && sy + height <= sheetHeight;
      if (!plain) return false;
      for (let row = top; row < bottom; row++) {
        const line = row - crop.y;
        const place = left - crop.x;
        const end = right - crop.x;
        if (place < firstInk[line]!) firstInk[line] = place;
        if (end > endInk[line]!) endInk[line] = end;
        let from = (sy + row - y) * sheetWidth + sx + left - x;
        let to = line * stride + place;
        for (const stop = line * stride + end; to < stop; to++, from++) {
          const value = sheet[from]!;
          if (value >= 0) ink[to] = value;
          else if (value === TRANSLUCENT) return false;
        }
      }
    }
    return true;
  }

  let spareCanvas: PageCanvas | null = null;

  /** Draws the sprites on a real canvas. */
  function drawSprites(recorder: Recorder, canvas: PageCanvas): PageContext {
    if (!spareCanvas) {
      spareCanvas = page.newCanvas();
      spareCanvas.width = canvas.width;
      spareCanvas.height = canvas.height;
    }
    const context = realContext(spareCanvas);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const { sprites: list, image } = recorder;
    for (let i = 0; image && i < list.length; i += FIELDS) {
      const [sx, sy, width, height, x, y, alpha] = list.slice(i, i + FIELDS);
      context.globalAlpha = alpha!;
      context.drawImage(
        image,
        sx!,
        sy!,
        width!,
        height!,
        x!,
        y!,
        width!,
        height!,
      );
    }
    context.globalAlpha = 1;
    return context;
  }

  /** Fills `ink` with the crop of a game's frame. */
  function inkOfCrop(canvas: PageCanvas): void {
    const recorder = recorders.get(canvas);
    if (recorder && copySprites(recorder.sprites)) return;
    const context = recorder
      ? drawSprites(recorder, canvas)
      : realContext(canvas);
    readInk(context, crop.x, crop.y, crop.width, crop.height, ink, stride);
    firstInk.fill(0);
    endInk.fill(crop.width);
  }

  return {
    sprites,
    painter: (canvas) => ({
      paint(out, night) {
        inkOfCrop(canvas);
        const scaled = options.pixels === "frame";
        if (scaled) {
          scaler.scale(out);
        } else {
          for (let y = 0; y < crop.height; y++) {
            const row = ink.subarray(y * stride, y * stride + crop.width);
            out.set(row, y * crop.width);
          }
        }
        // Half inverted, the picture is an even grey.
        const contrast = Math.abs(1 - 2 * night);
        if (contrast === 1) return;
        let strongest = 0;
        for (let i = 0; i < out.length; i++) {
          out[i] = out[i]! * contrast + 0.5;
          strongest = Math.max(strongest, out[i]!);
        }
        if (!scaled || strongest === 0) return;
        for (let i = 0; i < out.length; i++) {
          out[i] = out[i]! * options.fullInk / strongest + 0.5;
        }
      },
      picture(out, night) {
        const recorder = recorders.get(canvas);
        const context = recorder
          ? drawSprites(recorder, canvas)
          : realContext(canvas);
        const { width, height } = canvas;
        readInk(context, 0, 0, width, height, out, width);
        for (let i = 0; i < out.length; i++) {
          out[i] = 255 * (1 - night) - out[i]! * (1 - 2 * night) + 0.5;
        }
      },
    }),
  };
}
