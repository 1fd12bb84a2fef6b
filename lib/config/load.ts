/** From files and `--set`s to one complete, checked {@linkcode Config}. */
import { resolve } from "node:path";
import { distance } from "fastest-levenshtein";
import type { z } from "zod";
import { ConfigError } from "../errors.ts";
import { checkConfig } from "./check.ts";
import {
  alternatives,
  CONFIG_JSON_SCHEMA,
  describeAllowed,
  type JsonSchema,
  type KeyPath,
  keysOf,
  schemaAt,
} from "./json_schema.ts";
import { type Config, configSchema } from "./schema.ts";
import {
  DEFAULT_CONFIG,
  displayPath,
  parseSet,
  readConfigFile,
  type Source,
} from "./source.ts";

/**
 * Loads a config file. What it does not name is as in the file that it
 * `extends`, in the end `configs/default.yaml`; the `sets` come last.
 *
 * Groups are merged key by key; lists and single values replace. So does a
 * group with alternatives (`learner.targetUpdate`), as a whole.
 *
 * @param path the file; by default `configs/default.yaml`
 * @param sets `key=value`, as given to `--set`, in order
 * @throws ConfigError naming each problem on its own line, with file, line and
 * column, key, what was found and what is allowed
 */
export async function loadConfig(
  path: string = DEFAULT_CONFIG,
  sets: readonly string[] = [],
): Promise<Config> {
  const sources: Source[] = [
    ...await readChain(resolve(path)),
    ...sets.map(parseSet),
  ];
  const values = sources.reduce<unknown>(
    (base, source) => merge(base, source.values, CONFIG_JSON_SCHEMA),
    {},
  );
  const result = configSchema.safeParse(values);
  if (!result.success) {
    const problems = result.error.issues.flatMap((issue) =>
      explainIssue(issue, [], values, sources)
    );
    throw new ConfigError(problems.join("\n"));
  }
  const problems = checkConfig(result.data).map(({ keys, message }) =>
    `${placeOf(keys, "value", sources)}: ${message}`
  );
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return result.data;
}

/** The file and all that it extends, the most general first. */
async function readChain(
  path: string,
  children: string[] = [],
): Promise<Source[]> {
  const chain = [...children, path];
  if (children.includes(path)) {
    throw new ConfigError(
      `${displayPath(path)}: extends itself: ${
        chain.map(displayPath).join(" extends ")
      }`,
    );
  }
  const file = await readConfigFile(path);
  const base = file.extends ??
    (path === DEFAULT_CONFIG ? undefined : DEFAULT_CONFIG);
  if (base === undefined) return [file];
  try {
    return [...await readChain(base, chain), file];
  } catch (error) {
    // A base that cannot be read is the mistake of the file that names it; of
    // an error inside, the message names the place already.
    if (!(error instanceof ConfigError && error.cause)) throw error;
    const { place } = file.locate(["extends"], "value");
    throw new ConfigError(`${place}: extends: ${error.message}`);
  }
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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

/** The place of the most specific source that holds one of the keys. */
function placeOf(
  keys: KeyPath[],
  of: "key" | "value",
  sources: readonly Source[],
): string {
  const candidates = sources.flatMap((source, order) =>
    keys.map((key) => {
      const { place, depth } = source.locate(key, of);
      return { place, order, missing: key.length - depth };
    })
  );
  candidates.sort((a, b) => a.missing - b.missing || b.order - a.order);
  return candidates[0]?.place ?? "config";
}

type Issue = z.core.$ZodIssue;

/** One line for each thing that is wrong with the merged values. */
function explainIssue(
  issue: Issue,
  parent: KeyPath,
  values: unknown,
  sources: readonly Source[],
): string[] {
  const path = [...parent, ...issue.path] as KeyPath;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const place = placeOf([[...path, key]], "key", sources);
      return `${place}: ${explainUnknownKey(path, key)}`;
    });
  }
  if (issue.code === "invalid_union") {
    // The alternative that the value was meant to be is wrong inside only.
    const meant = issue.errors.filter((errors) =>
      errors.every(({ path }) => path.length > 0)
    );
    if (meant.length === 1) {
      return meant[0]!.flatMap((inner) =>
        explainIssue(inner, path, values, sources)
      );
    }
  }
  const value = valueAt(values, path);
  const found = value === undefined
    ? "is missing"
    : `is ${abbreviate(formatValue(value))}`;
  const schema = schemaAt(path);
  const allowed = schema ? describeAllowed(schema) : issue.message;
  return [
    `${placeOf([path], "value", sources)}: ${
      formatPath(path)
    } ${found}; it must be ${allowed}`,
  ];
}

function explainUnknownKey(group: KeyPath, key: string): string {
  const unknown = formatPath([...group, key]);
  const siblings = keysOf(schemaAt(group));
  const nearest = nearestOf(key, siblings.map((name) => [...group, name])) ??
    nearestOf(key, allKeys(CONFIG_JSON_SCHEMA));
  return nearest
    ? `unknown key ${unknown}; did you mean ${formatPath(nearest)}?`
    : `unknown key ${unknown}; the keys here are ${siblings.join(", ")}`;
}

/** The candidate whose last key is nearest to `key`, if one is near. */
function nearestOf(key: string, candidates: KeyPath[]): KeyPath | undefined {
  const ranked = candidates
    .map((path) => {
      const name = String(path.at(-1));
      return {
        path,
        edits: distance(key.toLowerCase(), name.toLowerCase()),
        limit: Math.max(1, Math.floor(name.length / 3)),
      };
    })
    .filter(({ edits, limit }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.path;
}

function allKeys(schema: JsonSchema, parent: KeyPath = []): KeyPath[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => [
    [...parent, key],
    ...allKeys(child, [...parent, key]),
  ]);
}

function valueAt(values: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    values,
  );
}

function formatPath(path: KeyPath): string {
  return path.map((key, i) =>
    typeof key === "number" ? `[${key}]` : i === 0 ? key : `.${key}`
  ).join("") || "the config";
}

function formatValue(value: unknown): string {
  // JSON has no NaN and no Infinity.
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

function abbreviate(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
