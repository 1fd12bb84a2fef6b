/** The page's own objects, as far as they are used. Types only. */

/** An obstacle as the page holds it. */
export interface PageObstacle {
  xPos: number;
  yPos: number;
  width: number;
  speedOffset: number;
  typeConfig: { type: string; height: number };
}

/** The part of the page's T-rex that is used. */
export interface PageTrex {
  xPos: number;
  yPos: number;
  groundYPos: number;
  jumping: boolean;
  ducking: boolean;
  speedDrop: boolean;
  timer: number;
}

/** The part of the page's `Runner` that both of its interfaces have. */
export interface PageRunner {
  config: Record<string, number>;
  currentSpeed: number;
  distanceRan: number;
  highestScore: number;
  crashed: boolean;
  playing: boolean;
  paused: boolean;
  activated: boolean;
  inverted: boolean;
  tRex: PageTrex;
  horizon: { obstacles: PageObstacle[] };
  distanceMeter: { getActualDistance(pixels: number): number };
  restart(): void;
  stop(): void;
  play(): void;
  setSpeed(speed: number): void;
}

/** The page's `Runner` with what the lock-step clock reaches into. */
export interface InnerRunner extends PageRunner {
  canvas: PageCanvas;
  containerEl: PageElement;
  slowSpeedCheckboxLabel: PageElement;
  gameOverPanel: { reset(): void } | null;
  invertTrigger: boolean;
  updatePending: boolean;
  raqId: number;
  tRex: PageRunner["tRex"] & { xInitialPos: number };
  horizon: PageRunner["horizon"] & {
    addCloud(): void;
    clouds: unknown[];
    obstacleHistory: string[];
    obstacleTypes: { type: string; minSpeed: number }[];
    horizonLines: {
      sourceXPos: number[];
      spritePos: { x: number };
      dimensions: { width: number };
    }[];
    nightMode: {
      containerWidth: number;
      currentPhase: number;
      drawStars: boolean;
      xPos: number;
    };
  };
  distanceMeter: PageRunner["distanceMeter"] & {
    achievement: boolean;
    digits: string[];
    flashIterations: number;
    flashTimer: number;
    highScore: string;
    maxScore: number;
    maxScoreUnits: number;
    setHighScore(pixels: number): void;
  };
  gameOver(): void;
  handleEvent(event: Event): void;
  loadImages(): void;
}

/** A part of the page that a game has of its own. */
interface PageElement {
  dispatchEvent(event: Event): boolean;
  remove(): void;
}

/** The page's canvas element, as far as it is used. */
export interface PageCanvas {
  width: number;
  height: number;
  // deno-lint-ignore no-explicit-any -- the seam to the page
  getContext(type: string, options?: Record<string, unknown>): any;
}

/** The page's image element, as far as it is used. */
export interface PageImage {
  naturalWidth: number;
  naturalHeight: number;
  decode(): Promise<void>;
}

/** The part of a 2D context that is used, with the standard's meanings. */
export interface PageContext {
  globalAlpha: number;
  clearRect(x: number, y: number, width: number, height: number): void;
  /** The four numbers of the place in the image, and of that on the canvas. */
  drawImage(image: PageImage, ...places: number[]): void;
  getImageData(
    x: number,
    y: number,
    width: number,
    height: number,
  ): { data: Uint8ClampedArray };
}
