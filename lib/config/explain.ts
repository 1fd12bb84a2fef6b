/** Checking the values of files, and saying where and how they are wrong. */
import type { z } from "zod";
import { ConfigError } from "../errors.ts";
import { nearestOf } from "../nearest.ts";
import type { ConfigProblem } from "./check.ts";
import { FORMER_KEYS } from "./facts.ts";
import {
  describeAllowed,
  type JsonSchema,
  type KeyPath,
  keysOf,
  schemaAt,
} from "./json_schema.ts";
import type { Source } from "./source.ts";
import { valueAt } from "./values.ts";

/** What a kind of file may hold. */
export interface FileSchema<T> {
  zod: z.ZodType<T>;
  /** The same as JSON Schema, to say what is allowed. */
  json: JsonSchema;
  /** Impossible combinations of values that are valid one by one. */
  check(values: T): ConfigProblem[];
}

/**
 * Checks values that were read from files.
 *
 * @param sources where they came from, the most general first
 * @throws ConfigError naming each problem on its own line, with file, line and
 * column, key, what was found and what is allowed
 */
export function checkedValues<T>(
  values: unknown,
  sources: readonly Source[],
  { zod, json, check }: FileSchema<T>,
): T {
  const result = zod.safeParse(values);
  if (!result.success) {
    const problems = result.error.issues.flatMap((issue) =>
      explainIssue(issue, [], values, sources, json)
    );
    throw new ConfigError([...new Set(problems)].join("\n"));
  }
  const problems = check(result.data).map(({ keys, message }) =>
    `${placeOf(keys, "value", sources)}: ${message}`
  );
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return result.data;
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
  json: JsonSchema,
): string[] {
  const path = [...parent, ...issue.path] as KeyPath;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const place = placeOf([[...path, key]], "key", sources);
      return `${place}: ${explainUnknownKey(path, key, json)}`;
    });
  }
  if (issue.code === "invalid_union") {
    // The alternative that the value was meant to be is wrong inside only.
    const meant = issue.errors.filter((errors) =>
      errors.every(({ path }) => path.length > 0)
    );
    if (meant.length === 1) {
      return meant[0]!.flatMap((inner) =>
        explainIssue(inner, path, values, sources, json)
      );
    }
  }
  const value = valueAt(values, path);
  const found = value === undefined
    ? "is missing"
    : `is ${abbreviate(formatValue(value))}`;
  const schema = schemaAt(path, json);
  const allowed = schema ? describeAllowed(schema, value) : issue.message;
  return [
    `${placeOf([path], "value", sources)}: ${
      formatPath(path)
    } ${found}; it must be ${allowed}`,
  ];
}

function explainUnknownKey(
  group: KeyPath,
  key: string,
  schema: JsonSchema,
): string {
  const unknown = formatPath([...group, key]);
  const former = FORMER_KEYS.find(({ path }) => path.join(".") === unknown);
  if (former) return `there is no ${unknown} any more; ${former.instead}`;
  if (key === "<<") {
    return `${unknown}: YAML's merge keys mean nothing here; extends: FILE ` +
      "takes another config, of which this one names what differs";
  }
  const siblings = keysOf(schemaAt(group, schema));
  const lastKey = (path: KeyPath) => String(path.at(-1));
  const near = siblings.map((name): KeyPath => [...group, name]);
  const nearest = nearestOf(key, near, lastKey) ??
    nearestOf(key, allKeys(schema), lastKey);
  return nearest
    ? `unknown key ${unknown}; did you mean ${formatPath(nearest)}?`
    : `unknown key ${unknown}; the keys here are ${siblings.join(", ")}`;
}

function allKeys(schema: JsonSchema, parent: KeyPath = []): KeyPath[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => [
    [...parent, key],
    ...allKeys(child, [...parent, key]),
  ]);
}

function formatPath(path: KeyPath): string {
  return path.map((key, i) =>
    typeof key === "number" ? `[${key}]` : i === 0 ? key : `.${key}`
  ).join("") || "the file";
}

function formatValue(value: unknown): string {
  // JSON has no NaN and no Infinity.
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

function abbreviate(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
