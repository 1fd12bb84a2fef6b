/**
 * What is known of the page's own objects. This file runs inside the
 * page, by either clock: `createPageApi` is injected as text, so it must use nothing from outside itself.
 *
 * The page changed its interface over the years; it is recognised by looking:
 * - until about 2024 `Runner.instance_`, one shared `Runner.config` with
 *   UPPER_CASE names, obstacles called `CACTUS_SMALL`;
 * - since then `Runner.getInstance()`, a config per instance with camelCase
 *   names, obstacles called `cactusSmall`.
 */
import type { PageRunner } from "./page_objects.ts";
import type { GameState } from "./types.ts";

/** What {@linkcode createPageApi} makes. */
export interface PageApi {
  /** The page's own game. @throws Error that names what is missing. */
  runner(): PageRunner;
  /** Names of what this program uses and this game lacks. */
  missing(runner: PageRunner): string[];
  /** Whether there is a game that lacks nothing. */
  plays(): boolean;
  /** Those of the dotted paths where the object has no value of their kind. */
  absent(object: unknown, paths: Record<string, string[]>): string[];
  score(runner: PageRunner): number;
  /** Sets a value of the game's config, however the page spells its name. */
  configure(runner: PageRunner, name: string, value: number): void;
  /** An obstacle's type in today's spelling. */
  typeName(type: string): string;
  state(runner: PageRunner): GameState;
  /**
   * Whether the down key, which is held, has to be pressed anew: the T-rex
   * stands on the ground though it is to duck, or it ducks there after a drop
   * while the page takes it for jumping still, so that it takes no jump and will
   * stand up at some time. A frame after the press that is over.
   *
   * @param ducks whether the key stays held
   */
  needsDuckAnew(runner: PageRunner, ducks: boolean): boolean;
}

/** The page's class, by either of its interfaces. */
interface RunnerClass {
  getInstance?: () => PageRunner;
  instance_?: PageRunner;
}

// A lexical name of the page's own script, not a property of its window.
declare const Runner: RunnerClass | undefined;

/** Recognises the page's game and reads it. Runs in the page. */
export function createPageApi(): PageApi {
  const upperCase = (name: string) =>
    name.replace(/[A-Z]/g, (letter) => "_" + letter).toUpperCase();

  const typeName = (type: string) =>
    type.toUpperCase() === type
      ? type.toLowerCase().replace(
        /_(.)/g,
        (_match, letter: string) => letter.toUpperCase(),
      )
      : type;

  function runner(): PageRunner {
    if (typeof Runner === "undefined") throw new Error("no Runner");
    if (typeof Runner.getInstance === "function") return Runner.getInstance();
    if (Runner.instance_) return Runner.instance_;
    throw new Error("neither Runner.getInstance() nor Runner.instance_");
  }

  function plays(): boolean {
    try {
      return missing(runner()).length === 0;
    } catch {
      return false;
    }
  }

  const absent = (object: unknown, paths: Record<string, string[]>) =>
    Object.entries(paths).flatMap(([kind, names]) =>
      names.filter((path) => {
        const value = path.split(".").reduce<unknown>(
          (value, name) => (value as Record<string, unknown> | null)?.[name],
          object,
        );
        return value === null || typeof value !== kind;
      })
    );

  function missing(runner: PageRunner): string[] {
    const names = absent(runner, {
      number: ["currentSpeed", "distanceRan", "highestScore"],
      boolean: ["crashed"],
      object: ["config", "tRex", "horizon.obstacles", "distanceMeter"],
      function: [
        "restart",
        "stop",
        "play",
        "setSpeed",
        "distanceMeter.getActualDistance",
      ],
    });
    for (const name of ["acceleration", "speed"]) {
      if (configName(runner, name) === null) names.push(`config.${name}`);
    }
    return names;
  }

  function configName(runner: PageRunner, name: string): string | null {
    for (const spelling of [name, upperCase(name)]) {
      if (spelling in (runner.config ?? {})) return spelling;
    }
    return null;
  }

  function configure(runner: PageRunner, name: string, value: number): void {
    const spelling = configName(runner, name);
    if (spelling === null) throw new Error(`no config.${name}`);
    runner.config[spelling] = value;
  }

  const score = (runner: PageRunner) =>
    runner.distanceMeter.getActualDistance(Math.ceil(runner.distanceRan));

  function state(runner: PageRunner): GameState {
    const { tRex } = runner;
    return {
      score: score(runner),
      highScore: runner.distanceMeter.getActualDistance(
        Math.ceil(runner.highestScore),
      ),
      crashed: runner.crashed,
      playing: !!runner.playing,
      paused: !!runner.paused,
      night: !!runner.inverted,
      speed: runner.currentSpeed,
      tRex: {
        x: tRex.xPos,
        y: tRex.yPos,
        groundY: tRex.groundYPos,
        jumping: tRex.jumping,
        ducking: tRex.ducking,
      },
      obstacles: runner.horizon.obstacles.map((obstacle) => ({
        type: typeName(obstacle.typeConfig.type),
        x: obstacle.xPos,
        y: obstacle.yPos,
        width: obstacle.width,
        height: obstacle.typeConfig.height,
        speedOffset: obstacle.speedOffset ?? 0,
      })),
    };
  }

  function needsDuckAnew({ tRex }: PageRunner, ducks: boolean): boolean {
    const { jumping, ducking } = tRex;
    return jumping === ducking && (jumping || ducks);
  }

  return {
    ...{ runner, missing, plays, absent, score, configure, typeName, state },
    needsDuckAnew,
  };
}
