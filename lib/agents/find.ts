/** Finding a trained agent, whatever it is called, and making it ready to play. */
import { basename, dirname, join, resolve } from "node:path";
import {
  createPlayer,
  decodeModel,
  largestModel,
  type ModelFiles,
  type Network,
  type Player,
  resolveNetwork,
} from "../agent/mod.ts";
import { type Config, loadOwnConfig } from "../config/mod.ts";
import { CheckpointError, UsageError } from "../errors.ts";
import {
  ifThere,
  isFile,
  isPath,
  namesIn,
  readAtMost,
  readText,
  realPath,
  ROOT,
} from "../files.ts";
import { say } from "../say.ts";
import type { Agent } from "./agent.ts";
import {
  CHAMPION_FOLDER,
  findBest,
  findCheckpoint,
  listCheckpoints,
  openRun,
  readCheckpointFiles,
  readCheckpointModel,
  runAt,
  type RunFolder,
  runNames,
  RUNS_FOLDER,
  someCheckpoints,
} from "../runs/mod.ts";
import { joinAgents } from "./ensemble.ts";
import { agentTarget } from "./target.ts";

/** Where the agents are that come with the program. */
const PRETRAINED_FOLDER = join(ROOT, "data/pretrained");

/** What `pretrained` means when nothing follows it. */
const DEFAULT_PRETRAINED = "accelerating";

/** Where agents are looked for. */
export interface FindAgentOptions {
  /** @default {RUNS_FOLDER} */
  runs?: string;
  /** @default {PRETRAINED_FOLDER} */
  pretrained?: string;
  /** @default {CHAMPION_FOLDER} */
  champion?: string;
  /** Changes to the agent's config, `key=value`: what this machine needs. */
  sets?: readonly string[];
}

/** Names of agents that are no runs. */
const OTHER_AGENTS = [
  ...["champion", "pretrained", "pretrained/constant"],
  ...["pretrained/accelerating", "pretrained/distilled"],
];

/** A run and which of its checkpoints, as in `default-1@best`. */
const WITH_CHECKPOINT = /^(.+)@([^@/\\]+)$/;

/** Where {@linkcode namedAgent} looks, all of it given. */
type Places = Required<FindAgentOptions>;

/**
 * Finds an agent.
 *
 * @param target the name or folder of a run (its best checkpoint), that with
 * `@best`, `@last`, `@step-N` or `@all` behind it, a checkpoint's folder,
 * `champion`, `pretrained`, `pretrained/NAME`, or the folder of an exported
 * agent; several of them, with commas between: an ensemble; absent: the newest
 * run that has a checkpoint, else `pretrained`
 * @throws UsageError when there is no such agent, its checkpoint is damaged or
 * an ensemble's members do not fit or are the same,
 * ConfigError when its config cannot be used
 */
export async function findAgent(
  target?: string,
  options: FindAgentOptions = {},
): Promise<Agent> {
  const places: Places = {
    runs: RUNS_FOLDER,
    pretrained: PRETRAINED_FOLDER,
    champion: CHAMPION_FOLDER,
    sets: [],
    ...options,
  };
  try {
    if (target === undefined) return await newestAgent(places);
    const names = (await Promise.all(
      (await splitTarget(target)).map((name) => eachCheckpoint(name, places)),
    )).flat();
    if (names.includes("")) {
      throw new UsageError(
        `The name of an agent is missing in ${JSON.stringify(target)}.`,
      );
    }
    const agents = await Promise.all(
      names.map((name) => namedAgent(name, places)),
    );
    // A link leads to the same agent.
    const files = agents.map(({ run, folder, checkpoint }) =>
      join(realPath(run?.path ?? folder!), checkpoint)
    );
    const twice = agents.find((_, i) => files.indexOf(files[i]!) < i);
    if (twice) {
      throw new UsageError(
        `${agentTarget(twice)} is named twice in ${target}: it would count ` +
          "as two.",
      );
    }
    return agents.length === 1 ? agents[0]! : joinAgents(agents);
  } catch (error) {
    // To name an agent that cannot be used is wrong use, not a failure.
    if (!(error instanceof CheckpointError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

/** The agents of an ensemble; a path may hold commas of its own. */
async function splitTarget(target: string): Promise<string[]> {
  const words = target.split(",");
  const names: string[] = [];
  while (words.length > 0) {
    let count = words.length;
    while (count > 1 && !await isPathOfSome(words.slice(0, count).join(","))) {
      count--;
    }
    names.push(words.splice(0, count).join(",").trim());
  }
  return names;
}

/** Of `RUN@all` each of the run's checkpoints, the oldest first. */
async function eachCheckpoint(
  name: string,
  { runs }: Places,
): Promise<string[]> {
  const [, run, word] = WITH_CHECKPOINT.exec(name) ?? [];
  // A path may hold an @.
  if (word !== "all" || await ifThere(Deno.stat(resolve(name)))) return [name];
  const { checkpoints } = await openRun(run!, runs);
  const steps = await someCheckpoints(checkpoints);
  return steps.reverse().map((step) => `${run}@step-${step}`);
}

async function isPathOfSome(target: string): Promise<boolean> {
  const [, path = target] = WITH_CHECKPOINT.exec(target) ?? [];
  return isPath(path) && await ifThere(Deno.stat(path.trim())) !== null;
}

async function newestAgent(places: Places): Promise<Agent> {
  const { runs, sets } = places;
  const names = await runNames(runs, (message) => say(`note: ${message}`));
  for (const name of names) {
    const run = await openRun(name, runs);
    const steps = await listCheckpoints(run.checkpoints);
    if (steps.length > 0) return await runAgent(run, sets);
  }
  return await pretrainedAgent(DEFAULT_PRETRAINED, places);
}

async function namedAgent(target: string, places: Places): Promise<Agent> {
  const { runs, champion, sets } = places;
  const [first, ...rest] = target.split("/");
  if (first === "pretrained") {
    const name = rest.join("/") || DEFAULT_PRETRAINED;
    return await pretrainedAgent(name, places);
  }
  if (target === "champion") return await championAgent(champion, sets);
  if (/(^|[\\/])checkpoints[\\/][^\\/]+[\\/]?$/.test(target)) {
    const run = await openRun(dirname(dirname(target)), runs);
    return await runAgent(run, sets, join(run.checkpoints, basename(target)));
  }
  const path = resolve(target);
  const [, name, word] = WITH_CHECKPOINT.exec(target) ?? [];
  // A path may hold an @.
  if (name && word && !await ifThere(Deno.stat(path))) {
    const run = await openRun(name, runs);
    return word === "best"
      ? await runAgent(run, sets)
      : await runAgent(run, sets, await findCheckpoint(run.checkpoints, word));
  }
  const isExported = await isFile(join(path, "model.json"));
  if (isExported && isPath(target)) return await exportedAgent(path, sets);
  const run = await runAt(isPath(target) ? target : join(runs, target));
  if (run && isExported) {
    say(
      `note: ${target} is the run; the exported agent in the folder of that ` +
        `name is ./${target}`,
    );
  }
  if (run) return await runAgent(run, sets);
  return isExported
    ? await exportedAgent(path, sets)
    : await runAgent(await openRun(target, runs, OTHER_AGENTS), sets);
}

async function runAgent(
  run: RunFolder,
  sets: readonly string[],
  path?: string,
): Promise<Agent> {
  const config = await loadOwnConfig(run.config, "agent", sets);
  const network = networkOf(config);
  const mostBytes = largestModel(network);
  const { checkpoint, model } = path === undefined
    ? await findBest(run.checkpoints, { mostBytes })
    : {
      checkpoint: path,
      model: await readCheckpointModel(path, mostBytes),
    };
  return makeAgent({
    name: run.name,
    checkpoint: basename(checkpoint),
    run,
    folder: null,
    ...{ config, network, model },
  });
}

/**
 * The champion of `deno task retrain`: what the link `current` leads to, whole
 * and as it was written. The link is followed once, so that all files are of
 * one champion though another may take its place meanwhile.
 */
async function championAgent(
  folder: string,
  sets: readonly string[],
): Promise<Agent> {
  let path: string;
  try {
    path = await Deno.realPath(join(folder, "current"));
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound
      ? ""
      : `: ${(cause as Error).message}`;
    throw new UsageError(
      `There is no champion in ${folder}${why}; deno task retrain makes one.`,
      { cause },
    );
  }
  await readCheckpointFiles(path);
  return { ...await exportedAgent(path, sets), name: "champion" };
}

async function pretrainedAgent(
  name: string,
  { pretrained: folder, sets }: Places,
): Promise<Agent> {
  const path = join(folder, name);
  if (await isFile(join(path, "model.json"))) {
    return { ...await exportedAgent(path, sets), name: `pretrained/${name}` };
  }
  const names: string[] = [];
  for (const entry of await namesIn(folder)) {
    if (await isFile(join(folder, entry, "model.json"))) {
      names.push(`pretrained/${entry}`);
    }
  }
  throw new UsageError(
    `There is no agent pretrained/${name}; ` +
      (names.length > 0
        ? `there is ${names.sort().join(" and ")}.`
        : "there is none: train one with 'deno task train'."),
  );
}

async function exportedAgent(
  path: string,
  sets: readonly string[],
): Promise<Agent> {
  const file = join(path, "config.yaml");
  if (!await isFile(file)) {
    throw new UsageError(
      `${path} has a model.json but no config.yaml, which says what game it ` +
        "plays; name a run, or a folder made by 'deno task export'.",
    );
  }
  const config = await loadOwnConfig(file, "agent", sets);
  const network = networkOf(config);
  let model: ModelFiles;
  try {
    model = {
      model: await readText(join(path, "model.json")),
      weights: await readAtMost(
        join(path, "weights.bin"),
        largestModel(network),
      ),
    };
  } catch (cause) {
    throw new CheckpointError(
      `Cannot read the agent in ${path}: ${(cause as Error).message}; ` +
        "export it again.",
      { cause },
    );
  }
  return makeAgent({
    name: basename(path),
    checkpoint: "model",
    run: null,
    folder: path,
    ...{ config, network, model },
  });
}

const networkOf = ({ network, game }: Config): Network =>
  resolveNetwork(network, game.actions);

function makeAgent(parts: Omit<Agent, "weights" | "members">): Agent {
  try {
    const weights = decodeModel(parts.network, parts.model);
    if (weights.some(({ data }) => !data.every(Number.isFinite))) {
      throw new CheckpointError("some of its weights are not finite numbers");
    }
    return { ...parts, weights, members: [] };
  } catch (cause) {
    if (!(cause instanceof CheckpointError)) throw cause;
    throw new CheckpointError(
      `${parts.checkpoint} of ${parts.name} cannot be used: ${cause.message}; ` +
        "use another checkpoint, or train again.",
      { cause },
    );
  }
}

/**
 * Makes an agent's network ready to answer.
 *
 * @throws TensorFlowNotFoundError when there is no TensorFlow
 */
export function loadPlayer(
  { config, network, weights }: Agent,
): Promise<Player> {
  return createPlayer(network, weights, config.learner);
}
