/** From files and `--set`s to one complete, checked {@linkcode Config}. */
import { resolve } from "node:path";
import { ConfigError } from "../errors.ts";
import { readWhenChanged } from "../files.ts";
import { checkConfig } from "./check.ts";
import { checkedValues, type FileSchema } from "./explain.ts";
import {
  alternatives,
  CONFIG_JSON_SCHEMA,
  type JsonSchema,
} from "./json_schema.ts";
import { type Config, configSchema } from "./schema.ts";
import {
  DEFAULT_CONFIG,
  displayPath,
  parseSet,
  readConfigFile,
  type Source,
} from "./source.ts";
import { isGroup } from "./values.ts";

const CONFIG: FileSchema<Config> = {
  zod: configSchema,
  json: CONFIG_JSON_SCHEMA,
  check: checkConfig,
};

/**
 * Loads a config file. What it does not name is as in the file that it
 * `extends`, in the end `configs/default.yaml`; the `sets` come last.
 *
 * Groups are merged key by key; lists and single values replace. So does a
 * group with alternatives (`learner.targetUpdate`), as a whole.
 *
 * @param path the file; by default `configs/default.yaml`
 * @param sets `key=value`, as given to `--set`, or other sources, in order
 * @throws ConfigError naming each problem on its own line, with file, line and
 * column, key, what was found and what is allowed
 */
export async function loadConfig(
  path: string = DEFAULT_CONFIG,
  sets: readonly (string | Source)[] = [],
): Promise<Config> {
  return loadSources(await readChain(path), sets);
}

/** One config of sources, the most general first, and the `sets`. */
export function loadSources(
  files: readonly Source[],
  sets: readonly (string | Source)[],
): Config {
  const sources: Source[] = [
    ...files,
    ...sets.map((set) => typeof set === "string" ? parseSet(set) : set),
  ];
  const values = sources.reduce<unknown>(
    (base, source) => merge(base, source.values, CONFIG_JSON_SCHEMA),
    {},
  );
  return checkedValues(values, sources, CONFIG);
}

/** `configs/default.yaml`: every other config goes by it, and lists read hundreds. */
export const readDefault = readWhenChanged(readConfigFile);

/** The file and all that it extends, the most general first. */
export async function readChain(
  file: string,
  children: string[] = [],
): Promise<Source[]> {
  const path = resolve(file);
  const chain = [...children, path];
  if (children.includes(path)) {
    throw new ConfigError(
      `${displayPath(path)}: extends itself: ${
        chain.map(displayPath).join(" extends ")
      }`,
    );
  }
  const source = await (path === DEFAULT_CONFIG ? readDefault : readConfigFile)(
    path,
  );
  const base = source.extends ??
    (path === DEFAULT_CONFIG ? undefined : DEFAULT_CONFIG);
  if (base === undefined) return [source];
  try {
    return [...await readChain(base, chain), source];
  } catch (error) {
    // A base that cannot be read is the mistake of the file that names it; of
    // an error inside, the message names the place already.
    if (!(error instanceof ConfigError && error.cause)) throw error;
    const { place } = source.locate(["extends"], "value");
    throw new ConfigError(`${place}: extends: ${error.message}`);
  }
}

function merge(base: unknown, over: unknown, schema?: JsonSchema): unknown {
  if (!isGroup(base) || !isGroup(over)) return over;
  if (schema && alternatives(schema)) return over;
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    merged.set(key, merge(merged.get(key), value, schema?.properties?.[key]));
  }
  return Object.fromEntries(merged);
}
