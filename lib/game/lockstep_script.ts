/**
 * The lock-step clock: the script that is injected into chrome://dino before
 * the page's own. `installLockstep` is injected as text, so it must use
 * nothing from outside itself; what it needs comes in as parameters.
 *
 * It replaces the page's clock (`requestAnimationFrame`, `performance.now`,
 * `Date.now`) and `Math.random`, makes as many `Runner`s of the page's own
 * class as are asked for, each with a clock and a random stream of its own,
 * and advances each of them a frame when told.
 */
import type { GameClock, installClock } from "./clock_script.ts";
import type {
  LockstepApi,
  LockstepOptions,
  PageEpisode,
  RECORD,
} from "./lockstep_protocol.ts";
import type { PageApi, PageRunner } from "./page_api.ts";
import type {
  createPainter,
  PageCanvas,
  PageImage,
  Painter,
} from "./painter_script.ts";
import type { createScaler } from "./scaler_script.ts";

/** The page's `Runner` with what the lock-step clock reaches into. */
interface InnerRunner extends PageRunner {
  canvas: PageCanvas;
  containerEl: PageElement;
  slowSpeedCheckboxLabel: PageElement;
  gameOverPanel: { reset(): void } | null;
  highestScore: number;
  invertTrigger: boolean;
  updatePending: boolean;
  raqId: number;
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
    nightMode: { xPos: number; drawStars: boolean };
  };
  distanceMeter: PageRunner["distanceMeter"] & {
    achievement: boolean;
    digits: string[];
    flashIterations: number;
    flashTimer: number;
    highScore: string;
    maxScore: number;
    maxScoreUnits: number;
  };
  gameOver(): void;
  handleEvent(event: Event): void;
  loadImages(): void;
}

interface PageElement {
  dispatchEvent(event: Event): boolean;
  remove(): void;
}

interface PageDocument {
  title: string;
  createElement(name: "canvas"): PageCanvas;
  querySelector(selector: string): PageImage | null;
}

declare const Runner: {
  new (container: string): InnerRunner;
  getInstance?: () => InnerRunner;
};
declare const document: PageDocument;
declare const HTMLCanvasElement: { prototype: PageCanvas };
declare const KeyboardEvent: {
  new (type: string, init: { keyCode: number }): Event;
};
declare const window: { lockstep: LockstepApi };

/** Replaces the page's clock and offers `window.lockstep`. Runs in the page. */
export function installLockstep(
  options: LockstepOptions,
  api: PageApi,
  layout: typeof RECORD,
  parts: {
    installClock: typeof installClock;
    createScaler: typeof createScaler;
    createPainter: typeof createPainter;
  },
): void {
  /** The page fades between day and night for so long, by CSS. */
  const NIGHT_MS = 1500;
  const UP = 38;
  const DOWN = 40;
  const DUCK = 2;

  interface Game {
    clock: GameClock;
    runner: InnerRunner;
    painter: Painter;
    action: number;
    frames: number;
    /** Whether it is night, and since which of `frames`. */
    night: boolean;
    nightSince: number;
    episode: PageEpisode | null;
    next: PageEpisode | null;
  }

  const clocks = parts.installClock(options.frameMs);
  const scaler = parts.createScaler(options);
  const painting = parts.createPainter(options, scaler, {
    newCanvas: () => document.createElement("canvas"),
    canvases: HTMLCanvasElement.prototype,
  });

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

  /** How far the picture is inverted, 0 to 1, by the page's CSS transition. */
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

  /** Makes a game and plays its intro, as the first key press would. */
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
      night: false,
      nightSince: -Infinity,
      episode: null,
      next: null,
    };
    // The intro waits for a CSS animation, which no clock here drives.
    runner.handleEvent(events.up);
    runner.handleEvent(events.upEnd);
    while (!runner.activated && game.frames < 200) advance(game);
    for (let frame = 0; frame < 24; frame++) advance(game);
    runner.containerEl.dispatchEvent(new Event("webkitAnimationEnd"));
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
   * Begins an episode from nothing but its start. The page's `restart()` alone
   * leaves much of the last game behind: whatever of it reaches the pixels or
   * the random stream is put back first.
   */
  function begin(game: Game, episode: PageEpisode): void {
    const clock = clocks.create(episode.seed);
    clocks.use(clock);
    Object.assign(game, {
      clock,
      action: 0,
      frames: 0,
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
    runner.restart();
    runner.config.speed = usual;
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

  function decide(game: Game, action: number): void {
    clocks.use(game.clock);
    press(game, action);
    for (let n = 0; n < options.frameSkip && !game.runner.crashed; n++) {
      advance(game);
    }
  }

  const words = Math.ceil(
    (options.pixels === "frame"
      ? options.frameSize ** 2
      : options.crop.width * options.crop.height) / 4,
  );
  const pixels = new Uint32Array(words);
  const pixelBytes = new Uint8Array(pixels.buffer);
  let answer = new Uint32Array(0);

  /** Room for the records of `count` games and for `frames` frames. */
  function room(
    count: number,
    frames: number,
  ): { records: Int32Array; speeds: Float32Array } {
    const length = count * layout.length;
    // At worst each word of a frame has a word ahead of it.
    const needed = length + frames * 2 * words;
    if (answer.length < needed) answer = new Uint32Array(needed);
    return {
      records: new Int32Array(answer.buffer, 0, length),
      speeds: new Float32Array(answer.buffer, 0, length),
    };
  }

  /**
   * Adds a game's pixels to the answer, without the empty parts: runs of
   * words, each behind a word that holds how many empty ones come first (its
   * lower half) and how many are in the run (its upper half).
   *
   * @returns the answer's new end.
   */
  function paint(game: Game, end: number): number {
    game.painter.paint(pixelBytes, nightOf(game));
    for (let word = 0; word < words;) {
      const start = word;
      while (word < words && pixels[word] === 0) word++;
      const run = word;
      const head = end++;
      while (word < words && pixels[word] !== 0) {
        answer[end++] = pixels[word++]!;
      }
      answer[head] = (run - start) | (word - run) << 16;
    }
    return end;
  }

  const answered = (end: number) =>
    base64(new Uint8Array(answer.buffer, 0, end * 4));

  function base64(data: Uint8Array): string {
    if (data.toBase64) return data.toBase64();
    let text = "";
    for (let i = 0; i < data.length; i += 0x2000) {
      text += String.fromCharCode(...data.subarray(i, i + 0x2000));
    }
    return btoa(text);
  }

  const obstacleNames: string[] = [];
  const batches = new Map<number, Game[]>();
  const spare: Game[] = [];
  let lastBatch = 0;
  let busyMs = 0;

  const gamesOf = (batch: number): Game[] => {
    const games = batches.get(batch);
    if (!games) throw new Error(`no batch ${batch}`);
    return games;
  };

  /** Index of the type of the obstacle ahead, or -1. */
  function obstacleAhead(runner: InnerRunner): number {
    const type = runner.horizon.obstacles[0]?.typeConfig.type;
    return type ? obstacleNames.indexOf(api.typeName(type)) : -1;
  }

  window.lockstep = {
    async open() {
      const lacks = (missing: string[]) => ({
        missing,
        width: 0,
        obstacles: [],
      });
      const sprites = document.querySelector("#offline-resources-1x");
      if (!sprites) return lacks(["#offline-resources-1x"]);
      if (typeof Runner === "undefined") return lacks(["Runner"]);
      // The page before this one knows only one game, whatever is asked of it.
      if (!Runner.getInstance) return lacks(["Runner.getInstance()"]);
      await sprites.decode();
      painting.sprites(sprites);
      const missing = api.missing(Runner.getInstance());
      if (missing.length > 0) return lacks(missing);
      const game = createGame();
      spare.push(game);
      const { runner } = game;
      obstacleNames.push(
        ...runner.horizon.obstacleTypes.map(({ type }) => api.typeName(type)),
      );
      return {
        missing: api.absent(runner, {
          number: ["raqId", "horizon.nightMode.xPos", "tRex.timer"],
          boolean: ["updatePending", "invertTrigger", "activated"],
          string: ["distanceMeter.highScore"],
          object: [
            "gameOverPanel",
            "horizon.clouds",
            "horizon.horizonLines",
            "horizon.obstacleHistory",
          ],
        }),
        width: runner.canvas.width,
        obstacles: obstacleNames,
      };
    },

    createBatch(count) {
      const games = Array.from(
        { length: count },
        () => spare.pop() ?? createGame(),
      );
      batches.set(++lastBatch, games);
      return lastBatch;
    },

    closeBatch(batch) {
      spare.push(...gamesOf(batch));
      batches.delete(batch);
    },

    reset(batch, episodes) {
      const games = gamesOf(batch);
      const { records, speeds } = room(games.length, 2 * games.length);
      let end = records.length;
      games.forEach((game, index) => {
        const episode = episodes[index] ?? null;
        const record = index * layout.length;
        game.episode = episode;
        records.fill(0, record, record + layout.length);
        if (!episode) return;
        begin(game, episode);
        records[record + layout.outcome] = 1;
        speeds[record + layout.nextSpeed] = game.runner.currentSpeed;
        end = paint(game, end);
      });
      return answered(end);
    },

    step(batch, actions, next) {
      const begun = clocks.realNow();
      const games = gamesOf(batch);
      for (const [game, episode] of next) games[game]!.next = episode;
      const { records, speeds } = room(games.length, 2 * games.length);
      let end = records.length;
      games.forEach((game, index) => {
        const record = index * layout.length;
        const symbol = actions.charCodeAt(index) - 48;
        if (symbol < 0 || !game.episode) {
          records[record + layout.outcome] = 0;
          return;
        }
        const { runner } = game;
        decide(game, symbol & 3);
        const score = api.score(runner);
        const truncated = (symbol & 4) !== 0 ||
          score >= (game.episode.maxScore ?? Infinity);
        const outcome = runner.crashed ? 2 : truncated ? 3 : 1;
        records[record + layout.outcome] = outcome;
        records[record + layout.score] = score;
        records[record + layout.frames] = game.frames;
        records[record + layout.obstacle] = obstacleAhead(runner);
        speeds[record + layout.speed] = runner.currentSpeed;
        end = paint(game, end);
        if (outcome > 1) {
          game.episode = game.next;
          if (game.next) {
            begin(game, game.next);
            end = paint(game, end);
          }
        }
        speeds[record + layout.nextSpeed] = runner.currentSpeed;
      });
      const text = answered(end);
      busyMs += clocks.realNow() - begun;
      return text;
    },

    replay(batch, index, actions, frames, episode) {
      const game = gamesOf(batch)[index]!;
      room(0, frames + 1);
      let end = 0;
      if (episode) {
        begin(game, episode);
        if (actions.length < frames) end = paint(game, end);
      }
      for (let n = 0; n < actions.length; n++) {
        decide(game, actions.charCodeAt(n) - 48);
        if (n >= actions.length - frames) end = paint(game, end);
      }
      return answered(end);
    },

    pictures(batch) {
      const games = gamesOf(batch);
      const size = games[0]!.runner.canvas.width *
        games[0]!.runner.canvas.height;
      const pictures = new Uint8Array(games.length * size);
      games.forEach((game, index) =>
        game.painter.picture(
          pictures.subarray(index * size, (index + 1) * size),
          nightOf(game),
        )
      );
      return base64(pictures);
    },

    busyMs: () => busyMs,

    states: (batch) => gamesOf(batch).map(({ runner }) => api.state(runner)),
  };
}
