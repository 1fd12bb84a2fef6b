/** A sweep that was read and checked: what is to be trained. */
import { basename, dirname, extname, join, resolve } from "node:path";
import { resolveNetwork, slotsOfRing } from "../agent/mod.ts";
import {
  checkedValues,
  type Config,
  DEFAULT_CONFIG,
  displayPath,
  type FileKind,
  isGroup,
  loadConfig,
  readYamlFile,
  singleKey,
  type Source,
} from "../config/mod.ts";
import { ConfigError, UsageError } from "../errors.ts";
import { readText, ROOT } from "../files.ts";
import { counted } from "../text.ts";
import {
  checkSweep,
  type Stopping,
  type Sweep,
  SWEEP_JSON_SCHEMA,
  sweepSchema,
} from "./schema.ts";
import {
  type Candidates,
  gridSettings,
  gridSize,
  randomSettings,
  type Values,
  valuesOf,
} from "./settings.ts";

/** More trainings than this are a mistake in the file, not a small search. */
const MAX_TRIALS = 1000;
/** Problems that are told at once; the same mistake is in many settings. */
const MAX_PROBLEMS = 10;

const SWEEP_FILE: FileKind = {
  noun: "sweep",
  example: "seeds: [1, 2, 3]",
  whenEmpty: "name at least 'seeds' and 'keys'",
  folder: join(ROOT, "configs/sweeps"),
};

/** What a sweep trains. */
export interface SweepPlan {
  /** Name of its folder; the names of its runs begin with it. */
  name: string;
  /** The sweep's file, and its text. */
  file: string;
  text: string;
  /** The config that all settings share. */
  base: Config;
  seeds: readonly number[];
  parallel: number;
  /** TensorFlow's threads of each training; null: as its config says. */
  threads: number | null;
  stopping: Stopping;
  settings: readonly Values[];
}

/**
 * Reads a sweep's file and checks every setting of it as `train` would.
 *
 * @param file the sweep's file
 * @param name its name; by default that of the file
 * @param options.here whether this machine trains, so that its memory must do
 * @throws ConfigError naming each problem on its own line, with file, line and
 * column; UsageError if the name cannot be one
 */
export async function loadSweep(
  file: string,
  name: string = basename(file, extname(file)),
  { here = true }: { here?: boolean } = {},
): Promise<SweepPlan> {
  if (!/^\w[\w.+-]{0,99}$/.test(name)) {
    throw new UsageError(
      `Cannot name a sweep ${
        JSON.stringify(name)
      }: use up to 100 letters, digits, '-', '_', '+' and '.' (--name)`,
    );
  }
  const path = resolve(file);
  const source = await readYamlFile(path, SWEEP_FILE);
  checkNames(source);
  const sweep = checkedValues(source.values, [source], {
    zod: sweepSchema,
    json: SWEEP_JSON_SCHEMA,
    check: checkSweep,
  });
  const baseFile = sweep.config === undefined
    ? DEFAULT_CONFIG
    : resolve(dirname(path), sweep.config);
  const base = await loadBase(baseFile, source);
  const candidates = settingsOf(sweep, source);
  await checkSettings(candidates, baseFile, source, here);
  const { seeds, parallel, stopping } = sweep;
  const settings = candidates.map(valuesOf);
  return {
    ...{ name, file: path, base, seeds, parallel, stopping, settings },
    text: await readText(path),
    threads: threadsOf(sweep, base),
  };
}

/**
 * Side by side, a training whose share of the cores is below two gets one
 * thread. A number that the config or the sweep's file names is kept to.
 */
function threadsOf(
  { parallel, keys }: Sweep,
  { learner }: Config,
): number | null {
  const named = learner.threads !== null || "learner" in keys ||
    "learner.threads" in keys;
  const share = navigator.hardwareConcurrency / parallel;
  return named || parallel === 1 || share >= 2 ? null : 1;
}

/** A record drops such a key without a word. */
function checkNames({ values: { keys }, locate }: Source): void {
  const name = "__proto__";
  if (!isGroup(keys) || !Object.hasOwn(keys, name)) return;
  const { place } = locate(["keys", name], "key");
  throw new ConfigError(`${place}: unknown key ${name}`);
}

async function loadBase(file: string, source: Source): Promise<Config> {
  try {
    return await loadConfig(file);
  } catch (error) {
    // A file that cannot be read is the mistake of the sweep that names it.
    if (!(error instanceof ConfigError && error.cause)) throw error;
    const { place } = source.locate(["config"], "value");
    throw new ConfigError(`${place}: config: ${error.message}`);
  }
}

function settingsOf(sweep: Sweep, source: Source): Candidates[] {
  const { sampling, seeds } = sweep;
  const at = (key: string) => source.locate([key], "value").place;
  const count = sampling === "grid" ? gridSize(sweep) : sampling.random;
  const trials = count * seeds.length;
  if (trials > MAX_TRIALS) {
    throw new ConfigError(
      `${at("keys")}: settings times seeds, ${count} x ${seeds.length}, are ` +
        `${trials} trainings, but a sweep has at most ${MAX_TRIALS}; leave ` +
        "out values, or draw some: 'sampling: { random: 20 }'",
    );
  }
  if (sampling === "grid") return gridSettings(sweep);
  const settings = randomSettings(sweep, sampling.random, sampling.seed);
  if (settings.length < sampling.random) {
    throw new ConfigError(
      `${
        at("sampling")
      }: sampling.random is ${sampling.random}, but the keys ` +
        `have only ${settings.length} different settings; use 'sampling: grid'`,
    );
  }
  return settings;
}

/** @throws ConfigError with what is wrong in any of the settings */
async function checkSettings(
  settings: readonly Candidates[],
  baseFile: string,
  source: Source,
  here: boolean,
): Promise<void> {
  const problems = new Set<string>();
  const seen = new Map<string, Candidates>();
  for (const setting of settings) {
    const text = JSON.stringify(valuesOf(setting));
    if (seen.has(text)) problems.add(explainTwice(setting, source));
    seen.set(text, setting);
    try {
      const sources = settingSources(setting, source);
      const config = await loadConfig(baseFile, sources);
      fits(config, setting, source, here);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      error.message.split("\n").forEach((line) => problems.add(line));
    }
  }
  if (problems.size === 0) return;
  const lines = [...problems].slice(0, MAX_PROBLEMS);
  const more = problems.size - lines.length;
  throw new ConfigError(
    [...lines, ...(more > 0 ? [`and ${more} more like these`] : [])].join("\n"),
  );
}

/** @throws ConfigError when no such network, or no such memory, can be made */
function fits(
  { network, game, replay, env, learner }: Config,
  setting: Candidates,
  source: Source,
  here: boolean,
): void {
  const check = (key: string, of: () => unknown) => {
    try {
      of();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const path = setting[key]?.path ?? ["keys"];
      const { place } = source.locate(path, "value");
      throw new ConfigError(`${place}: ${error.message}`);
    }
  };
  check("network.layers", () => resolveNetwork(network, game.actions));
  if (!here) return;
  const { capacity } = replay;
  const [environments, { nStep }] = [env.instances, learner];
  check(
    "replay.capacity",
    () => slotsOfRing({ capacity, environments, nStep }),
  );
}

/** A setting's values as sources whose places are in the sweep's file. */
function settingSources(setting: Candidates, source: Source): Source[] {
  return Object.entries(setting).map(([key, { value, path }]) =>
    singleKey(
      key.split("."),
      value,
      (of) => source.locate(of === "key" ? ["keys", key] : path, of).place,
    )
  );
}

function explainTwice(setting: Candidates, source: Source): string {
  const [last] = Object.entries(setting).reverse();
  const { place } = source.locate(last?.[1].path ?? ["keys"], "value");
  return `${place}: the setting ${
    JSON.stringify(valuesOf(setting))
  } stands twice; take the value out that repeats another one`;
}

/** One line that tells how large a sweep is. */
export function planText(plan: SweepPlan): string {
  const { name, settings, seeds, parallel } = plan;
  const trials = settings.length * seeds.length;
  return `${name}, ${displayPath(plan.file)}: ${
    counted(settings.length, "setting")
  }, ${counted(seeds.length, "training seed")} each, ` +
    `${counted(trials, "training")}, ` +
    (parallel === 1 ? "one after the other" : `${parallel} side by side`);
}
