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
import type { installClock } from "./clock_script.ts";
import type { createGames, Game } from "./game_script.ts";
import type {
  LockstepApi,
  LockstepOptions,
  RECORD,
} from "./lockstep_protocol.ts";
import type { PageApi } from "./page_api.ts";
import type { InnerRunner, PageCanvas, PageImage } from "./page_objects.ts";
import type { createPainter } from "./painter_script.ts";
import type { createScaler } from "./scaler_script.ts";

declare const Runner: { getInstance?: () => InnerRunner } | undefined;
declare const document: {
  createElement(name: "canvas"): PageCanvas;
  querySelector(selector: string): PageImage | null;
};
declare const HTMLCanvasElement: { prototype: PageCanvas };
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
    createGames: typeof createGames;
  },
): void {
  const clocks = parts.installClock(options.frameMs);
  const scaler = parts.createScaler(options);
  const painting = parts.createPainter(options, scaler, {
    newCanvas: () => document.createElement("canvas"),
    canvases: HTMLCanvasElement.prototype,
  });

  const play = parts.createGames(options, api, clocks, painting);

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
    game.painter.paint(pixelBytes, play.nightOf(game));
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
      const game = play.create();
      spare.push(game);
      const { runner } = game;
      obstacleNames.push(
        ...runner.horizon.obstacleTypes.map(({ type }) => api.typeName(type)),
      );
      return {
        missing: api.absent(runner, {
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
        () => spare.pop() ?? play.create(),
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
        play.begin(game, episode);
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
        play.decide(game, symbol & 3);
        const score = api.score(runner) - (game.episode.points ?? 0);
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
            play.begin(game, game.next);
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
        play.begin(game, episode);
        if (actions.length < frames) end = paint(game, end);
      }
      for (let n = 0; n < actions.length; n++) {
        play.decide(game, actions.charCodeAt(n) - 48);
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
          play.nightOf(game),
        )
      );
      return base64(pictures);
    },

    busyMs: () => busyMs,

    states: (batch) => gamesOf(batch).map(({ runner }) => api.state(runner)),
  };
}
