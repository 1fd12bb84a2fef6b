/**
 * A fake of the game's page as it was until about 2024, for no such Chrome can
 * be had any more: `Runner.instance_`, one shared config with UPPER_CASE names,
 * obstacles named in UPPER_CASE. It has no graphics and no time.
 */
export class FakeOldRunner {
  static config: Record<string, number> = {};
  static instance_: FakeOldRunner | undefined;

  config = FakeOldRunner.config;
  currentSpeed = 6;
  distanceRan = 0;
  highestScore = 0;
  crashed = false;
  playing = true;
  paused = false;
  activated = true;
  inverted = false;
  tRex = {
    xPos: 25,
    yPos: 93,
    groundYPos: 93,
    jumping: false,
    ducking: false,
    speedDrop: false,
    timer: 0,
  };
  horizon = { obstacles: [] as unknown[] };
  distanceMeter = {
    getActualDistance: (pixels: number) =>
      pixels ? Math.round(pixels * 0.025) : 0,
  };

  restart(): void {
    this.crashed = false;
    this.distanceRan = 0;
    this.setSpeed(this.config.SPEED!);
  }

  stop(): void {
    this.playing = false;
    this.paused = true;
  }

  play(): void {
    this.playing = true;
    this.paused = false;
  }

  setSpeed(speed: number): void {
    this.currentSpeed = speed;
  }
}

/** Puts the fake where the page's script would, until it is disposed of. */
export function installFakeOldPage(): FakeOldRunner & Disposable {
  FakeOldRunner.config = {
    ACCELERATION: 0.001,
    INVERT_DISTANCE: 700,
    SPEED: 6,
  };
  const runner = new FakeOldRunner();
  FakeOldRunner.instance_ = runner;
  Object.assign(globalThis, { Runner: FakeOldRunner });
  return Object.assign(runner, {
    [Symbol.dispose]: () => {
      Reflect.deleteProperty(globalThis, "Runner");
    },
  });
}
