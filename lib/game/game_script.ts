/**
 * The games of the page under the lock-step clock. `createGames` is injected
 * as text, so it must use nothing from outside itself.
 */
import type { Clocks, GameClock } from "./clock_script.ts";
import type { LockstepOptions } from "./lockstep_protocol.ts";
import type { PageApi } from "./page_api.ts";
import type { InnerRunner } from "./page_objects.ts";
import type { Sky } from "./sky_script.ts";
import type { EpisodeStart } from "./types.ts";

/** A `Runner` of its own, with its own time and chance. */
export interface Game {
  clock: GameClock;
  runner: InnerRunner;
  start: EpisodeStart;
  /** What it plays after the running episode; null: nothing. */
  next: EpisodeStart | null;
  action: number;
  decisions: number;
  frames: number;
  /** Points and frames that are not the running episode's. */
  before: { score: number; frames: number };
  /** Decisions after which an episode is truncated. */
  maxSteps: number;
  /** Actions whose keys are still on their way, the oldest first. */
  waiting: { action: number; due: number }[];
  /** Whether it is night, and since which of `frames`. */
  night: boolean;
  nightSince: number;
  /** Where its intro has left the T-rex. */
  usualX: number;
}

/** What {@linkcode createGames} makes. */
export interface Games {
  /** Makes a game and plays its intro, as the first key press would. */
  create(): Game;
  /** Begins an episode from nothing but its start. */
  begin(game: Game, start: EpisodeStart): void;
  /** Presses an action's keys and renders the frames of one decision. */
  decide(game: Game, action: number): void;
}

declare const Runner: { new (container: string): InnerRunner };
declare const document: { title: string };
declare const KeyboardEvent: {
  new (type: string, init: { keyCode: number }): Event;
};

/** Makes and plays games. Runs in the page. */
export function createGames(
  options: LockstepOptions,
  api: PageApi,
  clocks: Clocks,
  sky: Sky,
): Games {
  /** Where the canvas shows the highest score. */
  const HIGH_SCORE_X = 386;
  const UP = 38;
  const DOWN = 40;
  const JUMP = 1;
  const DUCK = 2;

  const events = {
    up: new KeyboardEvent("keydown", { keyCode: UP }),
    upEnd: new KeyboardEvent("keyup", { keyCode: UP }),
    down: new KeyboardEvent("keydown", { keyCode: DOWN }),
    downEnd: new KeyboardEvent("keyup", { keyCode: DOWN }),
  };

  function advance(game: Game): void {
    clocks.advance();
    game.frames++;
    if (game.runner.inverted !== game.night) {
      game.night = game.runner.inverted;
      game.nightSince = game.frames;
    }
  }

  /** What is of one episode alone. */
  const fresh = (start: EpisodeStart) => ({
    start,
    clock: clocks.create(start.seed),
    action: 0,
    decisions: 0,
    frames: 0,
    before: { score: start.points ?? 0, frames: 0 },
    waiting: [],
    night: false,
    nightSince: -Infinity,
  });

  function createGame(): Game {
    const begun = fresh({ seed: 1 });
    clocks.use(begun.clock);
    const { title } = document;
    const runner = new Runner(".interstitial-wrapper");
    for (
      const name of [
        "startListening",
        "playSound",
        "loadSounds",
        "onVisibilityChange",
        "debounceResize",
      ]
    ) {
      Object.defineProperty(runner, name, { value: () => {} });
    }
    runner.loadImages();
    document.title = title;
    const game: Game = {
      ...begun,
      runner,
      next: null,
      maxSteps: Infinity,
      usualX: 0,
    };
    // The intro waits for a CSS animation, which no clock here drives.
    runner.handleEvent(events.up);
    runner.handleEvent(events.upEnd);
    while (!runner.activated && game.frames < 200) advance(game);
    for (let frame = 0; frame < 24; frame++) advance(game);
    runner.containerEl.dispatchEvent(new Event("webkitAnimationEnd"));
    game.usualX = runner.tRex.xInitialPos;
    runner.gameOver();
    // Nothing of it needs to be laid out or painted.
    runner.containerEl.remove();
    runner.slowSpeedCheckboxLabel.remove();
    applyOptions(runner);
    return game;
  }

  function applyOptions(runner: InnerRunner): void {
    const { horizon } = runner;
    if (options.speed !== null) {
      api.configure(runner, "acceleration", 0);
      api.configure(runner, "speed", options.speed);
    }
    if (!options.birds) {
      horizon.obstacleTypes = horizon.obstacleTypes.map((type) =>
        api.typeName(type.type) === "pterodactyl"
          ? { ...type, minSpeed: Infinity }
          : type
      );
    }
    if (!options.clouds) horizon.addCloud = () => {};
    if (!options.night) api.configure(runner, "invertDistance", Infinity);
  }

  /**
   * The page's `restart()` alone leaves much of the last game behind: whatever
   * of it reaches the pixels or the random stream is put back first.
   */
  function begin(game: Game, start: EpisodeStart): void {
    Object.assign(game, fresh(start));
    clocks.use(game.clock);
    const { runner } = game;
    const { horizon, distanceMeter, tRex } = runner;
    horizon.obstacleHistory.length = 0;
    horizon.clouds.length = 0;
    horizon.addCloud();
    for (const line of horizon.horizonLines) {
      const { x } = line.spritePos;
      line.sourceXPos = [x, x + line.dimensions.width];
    }
    Object.assign(horizon.nightMode, { xPos: 0, drawStars: false });
    Object.assign(distanceMeter, {
      achievement: false,
      digits: [],
      flashIterations: 0,
      flashTimer: 0,
      highScore: "0",
      maxScore: 99999,
      maxScoreUnits: 5,
    });
    // HI 00000, as the page shows it. Who sees it learned from the 0 alone.
    if (options.crop.x + options.crop.width <= HIGH_SCORE_X) {
      distanceMeter.setHighScore(0);
    }
    Object.assign(tRex, { timer: 0, speedDrop: false });
    runner.gameOverPanel?.reset();
    Object.assign(runner, {
      highestScore: 0,
      invertTrigger: false,
      updatePending: false,
      crashed: true,
      playing: false,
      raqId: 0,
    });
    const usual = runner.config.speed ?? 0;
    if (start.speed !== undefined) runner.config.speed = start.speed;
    tRex.xInitialPos = start.live?.x ?? game.usualX;
    runner.restart();
    runner.config.speed = usual;
    if (start.points) {
      // The counter reads as if they had been made, and so does the moon.
      const far = 1e6;
      runner.distanceRan = start.points * far /
        distanceMeter.getActualDistance(far);
      sky.moveMoon(horizon.nightMode, start.points);
    }
    if (!start.before) return;
    for (const action of start.before) decide(game, Number(action));
    game.decisions = 0;
    game.before = { score: api.score(runner), frames: game.frames };
  }

  function press(game: Game, action: number): void {
    const { runner } = game;
    if (game.action === DUCK && action !== DUCK) {
      runner.handleEvent(events.downEnd);
    }
    if (action === JUMP) {
      runner.handleEvent(events.up);
      runner.handleEvent(events.upEnd);
    } else if (action === DUCK && game.action !== DUCK) {
      runner.handleEvent(events.down);
    }
    game.action = action;
  }

  /**
   * Presses the down key anew where it is held and has lost its effect.
   *
   * @returns whether the action's keys have to wait for the next frame
   */
  function duckAnew({ runner, action: held }: Game, action: number): boolean {
    const ducks = action === DUCK;
    const isLost = options.duckAnew && held === DUCK &&
      api.needsDuckAnew(runner, ducks);
    if (!isLost) return false;
    runner.handleEvent(events.downEnd);
    runner.handleEvent(events.down);
    return !ducks;
  }

  /** A random number of 32 bits, by the game's seed and frame. */
  function drawn({ start, frames }: Game): number {
    let hash = Math.imul(start.seed + 1, 0x9e3779b1) ^
      Math.imul(frames + 1, 0x85ebca6b);
    hash = Math.imul(hash ^ hash >>> 15, 0x2c1b3c6d);
    hash = Math.imul(hash ^ hash >>> 12, 0x297a2d39);
    return (hash ^ hash >>> 15) >>> 0;
  }

  /** Rendered frames that the next decision takes more than usual, or less. */
  function unevenness(game: Game): number {
    const { live, stochasticFrameSkip: share } = game.start;
    if (live) return drawn(game) % (2 * live.jitter + 1) - live.jitter;
    if (!share) return 0;
    const unit = drawn(game) / 2 ** 32;
    return unit < share / 2 ? -1 : unit < share ? 1 : 0;
  }

  function decide(game: Game, action: number): void {
    clocks.use(game.clock);
    const { waiting, runner, frames, start: { live } } = game;
    game.decisions++;
    waiting.push({ action, due: frames + (live?.delay ?? 0) });
    const count = Math.max(1, options.frameSkip + unevenness(game));
    for (let n = 0; n < count && !runner.crashed; n++) {
      while (waiting[0] && waiting[0].due <= game.frames) {
        const { action } = waiting[0];
        if (duckAnew(game, action)) waiting[0].due = game.frames + 1;
        else press(game, waiting.shift()!.action);
      }
      advance(game);
    }
  }

  return { create: createGame, begin, decide };
}
