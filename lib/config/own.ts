/**
 * The config that a run or an agent brings along. It means what it meant when
 * it was written, and decides nothing that is this machine's to decide.
 */
import { isDeepStrictEqual } from "node:util";
import { say } from "../cli/mod.ts";
import { ConfigError } from "../errors.ts";
import { differences } from "./differences.ts";
import { FORMER_KEYS, knownKeys } from "./facts.ts";
import { loadSources, readChain, readDefault } from "./load.ts";
import { type Config, configSchema } from "./schema.ts";
import {
  DEFAULT_CONFIG,
  displayPath,
  readConfigFile,
  type Source,
} from "./source.ts";
import {
  isGroup,
  valueAt,
  type Values,
  withKey,
  withoutKey,
} from "./values.ts";

/** Whose config it is, which decides what of the machine's it may name. */
export type Owner =
  | "run" // trained on exactly as before, on the device that it names
  | "agent"; // played with whatever this machine has

/**
 * Loads the config of a run or an agent.
 *
 * - Keys that there are no more are left out; aloud when they did something.
 * - Keys that came later get the value that keeps its meaning, in place of
 *   today's default.
 * - `browser` and `notify`, and of an agent also what is of its device, are as in
 *   `configs/default.yaml`, whatever it names: nothing that comes with an
 *   agent starts a program, opens an address, or reads another file.
 *
 * @param path the run's or the agent's `config.yaml`
 * @param sets `key=value`, as given to `--set`: they may name anything
 * @throws ConfigError as `loadConfig` does
 */
export async function loadOwnConfig(
  path: string,
  owner: Owner,
  sets: readonly string[] = [],
): Promise<Config> {
  return (await readOwnConfig(path, owner))(sets);
}

/**
 * A config that was read, with these `sets`.
 *
 * @param tell told of each setting that is not taken from it
 * @throws ConfigError
 */
export type OwnConfig = (
  sets?: readonly string[],
  tell?: (line: string) => void,
) => Config;

/** {@linkcode loadOwnConfig} for who needs it both as it is and with `sets`. */
export async function readOwnConfig(
  path: string,
  owner: Owner,
): Promise<OwnConfig> {
  const base = await readDefault(DEFAULT_CONFIG);
  const file = await readConfigFile(path);
  if (file.extends !== undefined) {
    throw new ConfigError(
      `${file.locate(["extends"], "key").place}: the config of a run or an ` +
        "agent reads no other file; leave extends out",
    );
  }
  const known = knownKeys(configSchema);
  const ofMachine = known.filter(({ facts: { machine } }) =>
    machine === "program" || (machine === "device" && owner === "agent")
  );
  // Nobody wrote these values: where they are amiss, another one is.
  const locate = () => ({ place: "", depth: 0 });
  const unwritten = (values: Values): Source => ({ values, locate });
  const before = known.filter(({ facts }) => facts.before !== undefined)
    .map(({ path, facts }) => unwritten(withKey(path, facts.before)));
  const machine = ofMachine.map(({ path }) =>
    unwritten(withKey(path, valueAt(base.values, path)))
  );
  const own = withoutFormerKeys(file);
  return (sets = [], tell) => {
    const config = loadSources([base, ...before, own, ...machine], sets);
    if (tell) {
      const written = loadSources([base, ...before, own], sets);
      for (const { key } of differences(written, config)) {
        tell(
          `note: ${
            displayPath(path)
          }: ${key} belongs to a machine and is not ` +
            `taken from a run; give it again with --set ${key}=…`,
        );
      }
    }
    return config;
  };
}

/**
 * The keys that a run's or a sweep's config does not name, because they came
 * later, with the value that keeps its meaning.
 *
 * @returns by name: `evaluation.endEarly`, false
 */
export async function laterKeys(path: string): Promise<Map<string, unknown>> {
  const [, ...files] = await readChain(path);
  const later = knownKeys(configSchema).filter(({ path, facts }) =>
    facts.before !== undefined &&
    files.every(({ values }) => valueAt(values, path) === undefined)
  );
  return new Map(
    later.map(({ path, facts }) => [path.join("."), facts.before]),
  );
}

/**
 * What belongs to the machine in a config, as `--set` takes it.
 *
 * @param only what a run's config does not give either, which names its device
 */
export function machineSets(config: Config, only?: "program"): string[] {
  return knownKeys(configSchema)
    .filter(({ facts: { machine } }) =>
      only === undefined ? machine !== undefined : machine === only
    )
    .flatMap(({ path }) => {
      const value = valueAt(config, path);
      const entries = isGroup(value) ? Object.entries(value) : [["", value]];
      return entries.map(([key, value]) =>
        `${[...path, key].filter(Boolean).join(".")}=${JSON.stringify(value)}`
      );
    });
}

function withoutFormerKeys(source: Source): Source {
  let { values } = source;
  for (const { path, neutral, instead } of FORMER_KEYS) {
    const value = valueAt(values, path);
    if (value === undefined) continue;
    values = withoutKey(values, path);
    const didNothing = isGroup(neutral) && isGroup(value)
      ? Object.entries(neutral).every(([key, it]) => value[key] === it)
      : isDeepStrictEqual(value, neutral);
    if (didNothing) continue;
    const { place } = source.locate(path, "key");
    sayOnce(
      `note: ${place}: there is no ${path.join(".")} any more; ${instead}`,
    );
  }
  return { ...source, values };
}

const said = new Set<string>();

/** Says a line once, however often a config is read. */
function sayOnce(line: string): void {
  if (!said.has(line)) say(line);
  said.add(line);
}
