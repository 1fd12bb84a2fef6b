/** The JSON Schema of a sweep's file, for editors: `configs/sweep.schema.json`. */
import { z } from "zod";
import {
  type Config,
  type JsonSchema,
  keysOf,
  schemaAt,
  valueAt,
} from "../config/mod.ts";
import { rangeSchema, SWEEP_JSON_SCHEMA } from "./schema.ts";

/** Every key of a config below a group, the groups too; but the seed. */
function configKeys(group: readonly string[] = []): string[][] {
  return keysOf(schemaAt(group)).flatMap((name) => {
    const path = [...group, name];
    return path.join() === "seed" ? [] : [path, ...configKeys(path)];
  });
}

const RANGE = { $ref: "#/$defs/range" };

/** What a sweep may try for a key: a value, a list of them, numbers in a range. */
function choices(path: readonly string[], defaults: Config): JsonSchema {
  const { description, ...value } = schemaAt(path)!;
  const text = { ...(description && { description }) };
  // A group's keys have their own places.
  if (value.properties) return text;
  const numbers = /"type":"(integer|number)"/.test(JSON.stringify(value));
  return {
    ...text,
    default: valueAt(defaults, path),
    anyOf: [
      value,
      { type: "array", items: value, minItems: 1 },
      ...(numbers ? [RANGE] : []),
    ],
  };
}

/**
 * The text of `configs/sweep.schema.json`.
 *
 * @param defaults what `configs/default.yaml` says
 */
export function sweepJsonSchemaText(defaults: Config): string {
  const { keys, ...properties } = SWEEP_JSON_SCHEMA.properties!;
  const schema = {
    ...SWEEP_JSON_SCHEMA,
    $defs: { range: z.toJSONSchema(rangeSchema, { io: "input" }) },
    properties: {
      ...properties,
      keys: {
        ...keys,
        additionalProperties: false,
        properties: Object.fromEntries(
          configKeys().map((path) => [path.join("."), choices(path, defaults)]),
        ),
      },
    },
  };
  return JSON.stringify(schema, null, 2) + "\n";
}
