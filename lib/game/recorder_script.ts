/**
 * A frame that nobody looks at need not be painted. So the page is given a
 * recorder in place of its canvas's context: a frame is a list of sprites with
 * their places. `installRecorder` is injected as text, so it must use nothing
 * from outside itself.
 */
import type { LockstepOptions } from "./lockstep_protocol.ts";
import type { PageCanvas, PageContext, PageImage } from "./page_objects.ts";

/** What the page drew on a canvas since it last cleared it. */
export interface Recording {
  /**
   * Seven numbers per sprite: x, y, width and height in the sheet; x, y and
   * opacity on the canvas. No objects: they are noted in every frame.
   */
  readonly sprites: readonly number[];
  /** The sheet; `null`: nothing has been drawn yet. */
  readonly image: PageImage | null;
}

/** What {@linkcode installRecorder} makes. */
export interface Recorders {
  /** Of a canvas that the page draws on; absent: it draws by itself. */
  of(canvas: PageCanvas): Recording | undefined;
  /** A canvas's own context, kept in main memory: it is read all the time. */
  context(canvas: PageCanvas): PageContext;
}

/** Takes over the page's canvases. Runs in the page. */
export function installRecorder(
  drawing: LockstepOptions["drawing"],
  canvases: PageCanvas,
): Recorders {
  const { getContext } = canvases;
  const context = (canvas: PageCanvas): PageContext =>
    getContext.call(canvas, "2d", { willReadFrequently: true });

  /** Stands for a 2D context: notes the sprites since the last clearing. */
  class Recorder implements Recording {
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
      sheetX: number,
      sheetY: number,
      sheetWidth: number,
      sheetHeight: number,
      x: number,
      y: number,
      width: number,
      height: number,
    ): void {
      const same = (this.image ?? image) === image;
      if (!same || sheetWidth !== width || sheetHeight !== height) {
        throw new Error("the page scaled a sprite, or changed its sheet");
      }
      this.image = image;
      this.sprites.push(sheetX, sheetY, width, height);
      this.sprites.push(x + this.#x, y + this.#y, this.#alpha);
    }
  }

  const recorders = new WeakMap<PageCanvas, Recorder>();
  canvases.getContext = function (this: PageCanvas, type, settings) {
    if (type !== "2d") return getContext.call(this, type, settings);
    if (drawing === "native") return context(this);
    let recorder = recorders.get(this);
    if (!recorder) recorders.set(this, recorder = new Recorder(this));
    return recorder;
  };
  return { of: (canvas) => recorders.get(canvas), context };
}
