/**
 * The config's JSON Schema: for editors (`configs/schema.json`), and to say in
 * an error what a key may hold.
 */
import { z } from "zod";
import { type Config, configSchema } from "./schema.ts";
import { valueAt } from "./values.ts";

/** Where a key stands: `["network", "layers", 0, "filters"]`. */
export type KeyPath = readonly (string | number)[];

/** The part of JSON Schema that zod makes of {@linkcode configSchema}. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
}

/** The schema of a complete configuration, every key required. */
export const CONFIG_JSON_SCHEMA = z.toJSONSchema(configSchema) as JsonSchema;

/** The alternatives of a union; `undefined` for any other schema. */
export function alternatives(schema: JsonSchema): JsonSchema[] | undefined {
  return schema.anyOf ?? schema.oneOf;
}

/** The keys that a mapping may have; none for any other schema. */
export function keysOf(schema: JsonSchema | undefined): string[] {
  if (schema === undefined) return [];
  const branches = alternatives(schema);
  return branches
    ? [...new Set(branches.flatMap(keysOf))]
    : Object.keys(schema.properties ?? {});
}

/** The schema of the key at `path`; `undefined` if there is no such key. */
export function schemaAt(
  path: KeyPath,
  schema: JsonSchema = CONFIG_JSON_SCHEMA,
): JsonSchema | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const branches = alternatives(schema);
  if (branches) {
    const found = branches.flatMap((branch) => schemaAt(path, branch) ?? []);
    return found.length > 1 ? { anyOf: found } : found[0];
  }
  const child = typeof key === "number" ? schema.items : childOf(schema, key);
  return child && schemaAt(rest, child);
}

/** The schema of a key of a mapping whose keys are given, or of any name. */
function childOf(schema: JsonSchema, key: string): JsonSchema | undefined {
  const { properties = {}, additionalProperties } = schema;
  if (Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === "object"
    ? additionalProperties
    : undefined;
}

/**
 * What a value may be, in words: "a whole number from 1 to 60".
 *
 * @param value what it is said of, if of one: how large a number may be is of use
 * only beyond it
 */
export function describeAllowed(schema: JsonSchema, value?: unknown): string {
  const words = [...new Set(describeEach(schema, value))];
  return words.length < 2
    ? words.join("")
    : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function describeEach(schema: JsonSchema, value: unknown): string[] {
  const branches = alternatives(schema);
  if (branches) return branches.flatMap((each) => describeEach(each, value));
  if (schema.enum) return schema.enum.map(String);
  if (schema.const !== undefined) return [String(schema.const)];
  if (Array.isArray(schema.type)) {
    return schema.type.flatMap((type) =>
      describeEach({ ...schema, type }, value)
    );
  }
  switch (schema.type) {
    case "boolean":
      return ["true", "false"];
    case "null":
      return ["null"];
    case "string":
      return ["text"];
    case "integer":
      return [`a whole number${describeRange(schema, value)}`];
    case "number":
      return [`a number${describeRange(schema, value)}`];
    case "array":
      return [
        `a list ${describeLength(schema)}, each ${
          describeAllowed(schema.items ?? {})
        }`,
      ];
    case "object":
      return [
        schema.properties
          ? `a group { ${keysOf(schema).join(", ")} }`
          : "a group of keys",
      ];
    default:
      return ["any value"];
  }
}

function describeRange(schema: JsonSchema, value: unknown): string {
  const { minimum, exclusiveMinimum } = schema;
  // zod bounds every integer by the largest safe one: of most that says nothing.
  const maximum = schema.maximum === Number.MAX_SAFE_INTEGER &&
      !(Number(value) > schema.maximum)
    ? undefined
    : schema.maximum;
  if (exclusiveMinimum !== undefined) {
    return ` above ${exclusiveMinimum}` +
      (maximum === undefined ? "" : `, at most ${maximum}`);
  }
  if (minimum !== undefined && maximum !== undefined) {
    return ` from ${minimum} to ${maximum}`;
  }
  if (minimum !== undefined) return `, at least ${minimum}`;
  return maximum === undefined ? "" : `, at most ${maximum}`;
}

function describeLength({ minItems = 0, maxItems }: JsonSchema): string {
  return maxItems === undefined
    ? `of at least ${minItems}`
    : `of ${minItems} to ${maxItems}`;
}

/**
 * Every group's keys become optional, because a file names only what it
 * changes; a key that is left out has its default.
 */
function optional(schema: JsonSchema, value: unknown): JsonSchema {
  if (!schema.properties) return { ...schema, default: value };
  const { required: _, properties, ...rest } = schema;
  return {
    ...rest,
    properties: Object.fromEntries(
      Object.entries(properties).map(([key, child]) => [
        key,
        optional(child, valueAt(value, [key])),
      ]),
    ),
  };
}

/** The JSON Schema of a config file, for editors. */
function configFileJsonSchema(defaults: Config): JsonSchema {
  const schema = optional(CONFIG_JSON_SCHEMA, defaults);
  return {
    ...schema,
    properties: {
      extends: {
        type: "string",
        description:
          "The config whose values hold where this file names none, relative to this file; absent: default.yaml.",
      },
      ...schema.properties,
    },
  };
}

/**
 * The text of `configs/schema.json`.
 *
 * @param defaults what `configs/default.yaml` says
 */
export function configFileJsonSchemaText(defaults: Config): string {
  return JSON.stringify(configFileJsonSchema(defaults), null, 2) + "\n";
}
