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
import { PARKED } from "../constants.ts";
import { installClock } from "./clock_script.ts";
import { createGames, type Game } from "./game_script.ts";
import { createAnswerWriter } from "./lockstep_answer.ts";
import type { LockstepApi, LockstepOptions } from "./lockstep_protocol.ts";
import { createPageApi } from "./page_api.ts";
import type { InnerRunner, PageCanvas, PageImage } from "./page_objects.ts";
import { createPainter } from "./painter_script.ts";
import { installRecorder } from "./recorder_script.ts";
import { createScaler } from "./scaler_script.ts";
import { createSky } from "./sky_script.ts";

declare const Runner: { getInstance?: () => InnerRunner } | undefined;
declare const document: {
  querySelector(selector: string): PageImage | null;
  documentElement: { style: { cssText: string } };
};
declare const HTMLCanvasElement: { prototype: PageCanvas };
declare const OffscreenCanvas: new (
  width: number,
  height: number,
) => PageCanvas;
declare const window: {
  lockstep: LockstepApi;
  addEventListener(type: string, ...rest: unknown[]): void;
};

/** Numbers that the injected script knows by name. */
const NUMBERS = {
  /** Milliseconds per rendered frame: 59.98 a second, exact in binary, so that
   * a sprite at a whole speed moves the same pixels in every frame. */
  frameMs: 1067 / 64,
  parked: PARKED,
};

/** What {@linkcode installLockstep} is made of. */
const PARTS = {
  installClock,
  installRecorder,
  createPageApi,
  createScaler,
  createPainter,
  createSky,
  createGames,
  createAnswerWriter,
};

/** The text that is injected before the page's own script. */
export function lockstepScript(options: LockstepOptions): string {
  const parts = Object.entries(PARTS).map(([name, part]) => `${name}: ${part}`);
  return `(${installLockstep})(${JSON.stringify(options)}, ` +
    `${JSON.stringify(NUMBERS)}, { ${parts.join(", ")} });`;
}

/** Replaces the page's clock and offers `window.lockstep`. Runs in the page. */
function installLockstep(
  options: LockstepOptions,
  { frameMs, parked }: typeof NUMBERS,
  parts: typeof PARTS,
): void {
  // Chrome asks for gamepads all the time once a page listens for them.
  const listen = window.addEventListener.bind(window);
  window.addEventListener = (type, ...rest) => {
    if (!type.startsWith("gamepad")) listen(type, ...rest);
  };
  const api = parts.createPageApi();
  const clocks = parts.installClock(frameMs);
  const sky = parts.createSky(frameMs);
  const play = parts.createGames(options, api, clocks, sky);
  const painter = parts.createPainter(
    options,
    parts.createScaler(options),
    parts.installRecorder(options.drawing, HTMLCanvasElement.prototype),
    // In main memory: one of the document's is lost when Chrome's GPU process
    // ends, and empty until there is a new one.
    (width, height) =>
      new OffscreenCanvas(width, height)
        .getContext("2d", { willReadFrequently: true }),
  );

  const words = Math.ceil(
    (options.pixels === "frame"
      ? options.frameSize ** 2
      : options.crop.width * options.crop.height) / 4,
  );
  const pixels = new Uint32Array(words);
  const pixelBytes = new Uint8Array(pixels.buffer);
  const answer = parts.createAnswerWriter(words, base64);

  const inversionOf = ({ night, nightSince, frames }: Game) =>
    sky.inversion(night, frames - nightSince);

  /** Adds a game's pixels to the answer. */
  function paint(game: Game): void {
    painter.paint(game.runner.canvas, inversionOf(game), pixelBytes);
    answer.pixels(pixels);
  }

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
      const lacks = (missing: string[], width = 0) => ({
        missing,
        width,
        live: api.plays(),
        obstacles: obstacleNames,
      });
      const sprites = document.querySelector("#offline-resources-1x");
      if (!sprites) return lacks(["#offline-resources-1x"]);
      if (typeof Runner === "undefined") return lacks(["Runner"]);
      // The page before this one knows only one game, whatever is asked of it.
      if (!Runner.getInstance) return lacks(["Runner.getInstance()"]);
      // Each game's nights would fade the whole page, which nobody sees.
      document.documentElement.style.cssText =
        "transition: none !important; visibility: hidden";
      await sprites.decode();
      painter.sprites(sprites);
      const missing = api.missing(Runner.getInstance());
      if (missing.length > 0) return lacks(missing);
      const game = play.create();
      spare.push(game);
      const { runner } = game;
      obstacleNames.push(
        ...runner.horizon.obstacleTypes.map(({ type }) => api.typeName(type)),
      );
      const absent = api.absent(runner, {
        number: [
          "raqId",
          "horizon.nightMode.xPos",
          "horizon.nightMode.currentPhase",
          "horizon.nightMode.containerWidth",
          "tRex.timer",
          "tRex.xInitialPos",
        ],
        boolean: ["updatePending", "invertTrigger", "activated"],
        string: ["distanceMeter.highScore"],
        function: ["distanceMeter.setHighScore"],
        object: [
          "gameOverPanel",
          "horizon.clouds",
          "horizon.horizonLines",
          "horizon.obstacleHistory",
        ],
      });
      return lacks(absent, runner.canvas.width);
    },

    createBatch(count, maxSteps) {
      const games = Array.from(
        { length: count },
        () => spare.pop() ?? play.create(),
      );
      for (const game of games) game.maxSteps = maxSteps ?? Infinity;
      batches.set(++lastBatch, games);
      return lastBatch;
    },

    closeBatch(batch) {
      spare.push(...gamesOf(batch));
      batches.delete(batch);
    },

    step(batch, actions, next) {
      const begun = clocks.realNow();
      const games = gamesOf(batch);
      for (const [game, start] of next) games[game]!.next = start;
      answer.begin(games.length, 2 * games.length);
      games.forEach((game, index) => {
        const action = actions[index]!;
        if (action === parked) return;
        play.decide(game, action);
        const { runner, start, decisions, before } = game;
        const maxSteps = Math.min(game.maxSteps, start.maxSteps ?? Infinity);
        const score = api.score(runner) - before.score;
        const frames = game.frames - before.frames;
        const cut = decisions >= maxSteps ||
          score >= (start.maxScore ?? Infinity);
        const end = runner.crashed ? 1 : cut ? 2 : 0;
        const obstacle = obstacleAhead(runner);
        const speed = runner.currentSpeed;
        paint(game);
        if (end > 0 && game.next) {
          play.begin(game, game.next);
          paint(game);
        }
        const nextSpeed = runner.currentSpeed;
        const record = { end, score, frames, obstacle, speed, nextSpeed };
        answer.record(index, record);
      });
      const text = answer.end();
      busyMs += clocks.realNow() - begun;
      return text;
    },

    replay(batch, index, actions, frames, begin) {
      const game = gamesOf(batch)[index]!;
      answer.begin(0, frames);
      if (begin) {
        play.begin(game, begin);
        if (actions.length < frames) paint(game);
      }
      actions.forEach((action, n) => {
        play.decide(game, action);
        if (n >= actions.length - frames) paint(game);
      });
      return answer.end();
    },

    pictures(batch) {
      const games = gamesOf(batch);
      const size = games[0]!.runner.canvas.width *
        games[0]!.runner.canvas.height;
      const pictures = new Uint8Array(games.length * size);
      games.forEach((game, index) =>
        painter.picture(
          game.runner.canvas,
          inversionOf(game),
          pictures.subarray(index * size, (index + 1) * size),
        )
      );
      return base64(pictures);
    },

    busyMs: () => busyMs,

    states: (batch) => gamesOf(batch).map(({ runner }) => api.state(runner)),
  };
}
