/**
 * The games of the page under the lock-step clock. `createGames` is injected
 * as text, so it must use nothing from outside itself.
 */
import type { Clocks, GameClock } from "./clock_script.ts";
import type { LockstepOptions, PageEpisode } from "./lockstep_protocol.ts";
import type { PageApi } from "./page_api.ts";
import type { InnerRunner } from "./page_objects.ts";
import type { Painter, Painting } from "./painter_script.ts";

/** A `Runner` of its own, with its own time and chance. */
export interface Game {
  clock: GameClock;
  runner: InnerRunner;
  painter: Painter;
  action: number;
  frames: number;
  /** Actions whose keys are still on their way, the oldest first. */
  waiting: { action: number; due: number }[];
  /** Whether it is night, and since which of `frames`. */
  night: boolean;
  nightSince: number;
  episode: PageEpisode | null;
  next: PageEpisode | null;
  /** Where its intro has left the T-rex. */
  usualX: number;
}

/** What {@linkcode createGames} makes. */
export interface Games {
  /** Makes a game and plays its intro, as the first key press would. */
  create(): Game;
  /** Begins an episode from nothing but its start. */
  begin(game: Game, episode: PageEpisode): void;
  /** Presses an action's keys and renders the frames of one decision. */
  decide(game: Game, action: number): void;
  /** How far the picture is inverted, 0 to 1, by the page's CSS transition. */
  nightOf(game: Game): number;
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
  painting: Painting,
): Games {
  /** The page fades between day and night for so long, by CSS. */
  const NIGHT_MS = 1500;
  /** The page's: points between nights; phases, width and way of its moon. */
  const NIGHT_EVERY = 700;
  const MOON_PHASES = 7;
  const MOON_WIDTH = 20;
  const MOON_PER_NIGHT = 187;
  const UP = 38;
  const DOWN = 40;
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

  function nightOf({ frames, night, nightSince }: Game): number {
    const share = eased((frames - nightSince) * options.frameMs / NIGHT_MS);
    return night ? share : 1 - share;
  }

  /** The page's `cubic-bezier(0.65, 0.05, 0.36, 1)` at a time of 0 to 1. */
  function eased(time: number): number {
    if (time >= 1) return 1;
    const bezier = (t: number, first: number, second: number) =>
      3 * (1 - t) ** 2 * t * first + 3 * (1 - t) * t ** 2 * second + t ** 3;
    let low = 0;
    let high = 1;
    for (let i = 0; i < 20; i++) {
      const middle = (low + high) / 2;
      if (bezier(middle, 0.65, 0.36) < time) low = middle;
      else high = middle;
    }
    return bezier(low, 0.05, 1);
  }

  function createGame(): Game {
    const clock = clocks.create(1);
    clocks.use(clock);
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
      clock,
      runner,
      painter: painting.painter(runner.canvas),
      action: 0,
      frames: 0,
      waiting: [],
      night: false,
      nightSince: -Infinity,
      episode: null,
      next: null,
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
  function begin(game: Game, episode: PageEpisode): void {
    const clock = clocks.create(episode.seed);
    clocks.use(clock);
    Object.assign(game, {
      clock,
      action: 0,
      frames: 0,
      waiting: [],
      night: false,
      nightSince: -Infinity,
      episode,
    });
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
    if (episode.speed !== undefined) runner.config.speed = episode.speed;
    tRex.xInitialPos = episode.live?.x ?? game.usualX;
    runner.restart();
    runner.config.speed = usual;
    if (episode.points) skipTo(runner, episode.points);
  }

  /**
   * Puts a game that has just begun where its counter would stand at `points`,
   * and the moon where the nights until then would have left it: it moves only
   * by night, and each night shows its next phase.
   */
  function skipTo(runner: InnerRunner, points: number): void {
    const { distanceMeter, horizon: { nightMode } } = runner;
    const far = 1e6;
    runner.distanceRan = points * far / distanceMeter.getActualDistance(far);
    const nights = Math.floor((points - 1) / NIGHT_EVERY);
    nightMode.currentPhase = nights % MOON_PHASES;
    // Once it has left at the left it enters again, at what the page takes for
    // the sky's right edge: its height, 150.
    const path = nightMode.containerWidth + MOON_WIDTH;
    const moved = nights * MOON_PER_NIGHT % path;
    nightMode.xPos = moved <= MOON_WIDTH ? -moved : path - moved;
  }

  function press(game: Game, action: number): void {
    const { runner } = game;
    if (game.action === DUCK && action !== DUCK) {
      runner.handleEvent(events.downEnd);
    }
    if (action === 1) {
      runner.handleEvent(events.up);
      runner.handleEvent(events.upEnd);
    } else if (action === DUCK && game.action !== DUCK) {
      runner.handleEvent(events.down);
    }
    game.action = action;
  }

  /** A whole number from -most to most, by the game's seed and frame. */
  function jitter({ episode, frames }: Game, most: number): number {
    let hash = Math.imul(episode!.seed + 1, 0x9e3779b1) ^
      Math.imul(frames + 1, 0x85ebca6b);
    hash = Math.imul(hash ^ hash >>> 15, 0x2c1b3c6d);
    hash = Math.imul(hash ^ hash >>> 12, 0x297a2d39);
    return ((hash ^ hash >>> 15) >>> 0) % (2 * most + 1) - most;
  }

  function decide(game: Game, action: number): void {
    clocks.use(game.clock);
    const { waiting, runner, frames } = game;
    const live = game.episode?.live;
    waiting.push({ action, due: frames + (live?.delay ?? 0) });
    const count = options.frameSkip + (live ? jitter(game, live.jitter) : 0);
    for (let n = 0; n < count && !runner.crashed; n++) {
      while (waiting[0] && waiting[0].due <= game.frames) {
        press(game, waiting.shift()!.action);
      }
      advance(game);
    }
  }

  return { create: createGame, begin, decide, nightOf };
}
