/** Combinations of valid values that cannot work together. */
import { CANVAS, STACK } from "../constants.ts";
import { UsageError } from "../errors.ts";
import type { KeyPath } from "./json_schema.ts";
import type { Config } from "./schema.ts";

/** A combination that cannot work. */
export interface ConfigProblem {
  /** The keys that do not fit together. */
  keys: KeyPath[];
  /** What is wrong, and what would be right; one sentence. */
  message: string;
}

/** All impossible combinations in a config whose single values are valid. */
export function checkConfig(config: Config): ConfigProblem[] {
  return [
    ...checkBrowserAndGame(config),
    ...checkLearning(config),
    ...checkReplay(config),
    ...checkExploration(config),
    ...checkTraining(config),
    ...checkRetraining(config),
  ];
}

const path = (key: string): KeyPath => key.split(".");

/** One problem when `wrong` holds, or none. */
function problem(
  wrong: boolean,
  keys: string[],
  message: string,
): ConfigProblem[] {
  return wrong ? [{ keys: keys.map(path), message }] : [];
}

function checkBrowserAndGame(
  { browser, game, env }: Config,
): ConfigProblem[] {
  const { randomStartSpeed: start } = env;
  const pages = env.pages === "auto" ? 1 : env.pages;
  return [
    ...problem(
      browser.path !== null && browser.endpoint !== null,
      ["browser.path", "browser.endpoint"],
      "browser.path and browser.endpoint are both set; one Chrome is started or another one is used, so one of them must be null",
    ),
    ...checkPage({ game, env }),
    ...problem(
      env.clock === "live" && env.instances > 1,
      ["env.clock", "env.instances"],
      `env.clock is live, which plays one game in real time, but env.instances is ${env.instances}; set env.instances to 1`,
    ),
    ...problem(
      pages > env.instances,
      ["env.pages", "env.instances"],
      `env.pages (${pages}) is larger than env.instances (${env.instances}); a page needs at least one game`,
    ),
    ...problem(
      start.low > start.high,
      ["env.randomStartSpeed.low", "env.randomStartSpeed.high"],
      `env.randomStartSpeed.low (${start.low}) is above env.randomStartSpeed.high (${start.high})`,
    ),
    ...problem(
      start.share > 0 && game.speed !== "accelerating",
      ["env.randomStartSpeed.share", "game.speed"],
      `env.randomStartSpeed.share is ${start.share}, but game.speed is constant (${game.speed}); set the share to 0 or the speed to accelerating`,
    ),
  ];
}

/** What the game's page cannot do. */
function checkPage({ game, env }: Pick<Config, "game" | "env">) {
  const { crop, clock } = env;
  const switches = ["birds", "clouds", "night"] as const;
  return [
    ...problem(
      crop.x + crop.width > CANVAS.width,
      ["env.crop.x", "env.crop.width"],
      `env.crop ends at x = ${
        crop.x + crop.width
      }, outside the canvas; x + width must be at most ${CANVAS.width}`,
    ),
    ...problem(
      crop.y + crop.height > CANVAS.height,
      ["env.crop.y", "env.crop.height"],
      `env.crop ends at y = ${
        crop.y + crop.height
      }, outside the canvas; y + height must be at most ${CANVAS.height}`,
    ),
    ...switches.flatMap((name) =>
      problem(
        clock === "live" && !game[name],
        ["env.clock", `game.${name}`],
        `env.clock is live, which plays the page as it is, but game.${name} is false; set it to true, or env.clock to lockstep`,
      )
    ),
  ];
}

/**
 * Holds a config that was changed after it was loaded against what the game's
 * page can do.
 *
 * @throws UsageError
 */
export function requirePlayable(config: Config): void {
  const problems = checkPage(config);
  if (problems.length === 0) return;
  throw new UsageError(problems.map(({ message }) => `${message}.`).join("\n"));
}

function checkLearning({ reward, learner }: Config): ConfigProblem[] {
  return [
    ...problem(
      reward.crash >= reward.alive,
      ["reward.crash", "reward.alive"],
      `reward.crash (${reward.crash}) must be below reward.alive (${reward.alive}), or the agent learns to crash`,
    ),
    ...problem(
      learner.finalLearningRate > learner.learningRate,
      ["learner.finalLearningRate", "learner.learningRate"],
      `learner.finalLearningRate (${learner.finalLearningRate}) is above learner.learningRate (${learner.learningRate}); it can only decay`,
    ),
    ...problem(
      learner.precision === "bfloat16" && learner.engine === "eager",
      ["learner.precision", "learner.engine"],
      "learner.precision is bfloat16, but learner.engine is eager, which computes in float32 alone; set learner.precision to float32 or learner.engine to graph",
    ),
  ];
}

function checkReplay({ env, learner, replay }: Config): ConfigProblem[] {
  const { capacity, warmup } = replay;
  const perGame = Math.floor(capacity / env.instances);
  const shortest = STACK + learner.nStep;
  return [
    ...problem(
      learner.batchSize > capacity,
      ["learner.batchSize", "replay.capacity"],
      `learner.batchSize (${learner.batchSize}) is larger than replay.capacity (${capacity})`,
    ),
    ...problem(
      warmup < learner.batchSize,
      ["replay.warmup", "learner.batchSize"],
      `replay.warmup (${warmup}) is smaller than learner.batchSize (${learner.batchSize}); the first update needs a whole batch`,
    ),
    ...problem(
      warmup > capacity,
      ["replay.warmup", "replay.capacity"],
      `replay.warmup (${warmup}) is larger than replay.capacity (${capacity}); learning would never start`,
    ),
    ...problem(
      perGame <= shortest,
      ["replay.capacity", "env.instances", "learner.nStep"],
      `replay.capacity (${capacity}) leaves ${perGame} steps for each of env.instances (${env.instances}) games; a stack of ${STACK} frames and ${learner.nStep}-step returns need more than ${shortest}`,
    ),
    ...problem(
      replay.finalBeta < replay.beta,
      ["replay.finalBeta", "replay.beta"],
      `replay.finalBeta (${replay.finalBeta}) is below replay.beta (${replay.beta}); it can only grow`,
    ),
  ];
}

function checkExploration({ game, exploration }: Config): ConfigProblem[] {
  const { actionProbabilities: probabilities, initial, final } = exploration;
  const key = "exploration.actionProbabilities";
  const sum = (probabilities ?? []).reduce((a, b) => a + b, 0);
  return [
    ...problem(
      final > initial,
      ["exploration.final", "exploration.initial"],
      `exploration.final (${final}) is above exploration.initial (${initial}); epsilon can only decay`,
    ),
    ...problem(
      probabilities !== null && probabilities.length !== game.actions,
      [key, "game.actions"],
      `${key} has ${probabilities?.length} numbers, but game.actions is ${game.actions}; give one for each action`,
    ),
    ...problem(
      probabilities !== null && Math.abs(sum - 1) > 1e-6,
      [key],
      `${key} has the sum ${Number(sum.toFixed(6))}; it must be 1`,
    ),
  ];
}

function checkTraining(
  { replay, training, evaluation }: Config,
): ConfigProblem[] {
  const target = evaluation.target ?? 0;
  return [
    ...problem(
      replay.warmup >= training.steps,
      ["replay.warmup", "training.steps"],
      `replay.warmup (${replay.warmup}) is not below training.steps (${training.steps}); the run would end before it learns: train for more steps, or set it lower`,
    ),
    ...problem(
      target > evaluation.maxScore,
      ["evaluation.target", "evaluation.maxScore"],
      `evaluation.target (${target}) is above evaluation.maxScore (${evaluation.maxScore}), where every game ends; it would never be reached`,
    ),
  ];
}

function checkRetraining({ retraining }: Config): ConfigProblem[] {
  const { minutes, hardLimitMinutes: limit } = retraining;
  return problem(
    minutes >= limit,
    ["retraining.minutes", "retraining.hardLimitMinutes"],
    `retraining.minutes (${minutes}) is not below retraining.hardLimitMinutes (${limit}), the limit of a whole night; its games would not be played`,
  );
}
