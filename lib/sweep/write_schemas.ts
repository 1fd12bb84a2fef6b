/**
 * `deno run -A lib/sweep/write_schemas.ts` writes `configs/schema.json` and
 * `configs/sweep.schema.json`.
 */
import { dirname, join } from "node:path";
import {
  configFileJsonSchemaText,
  DEFAULT_CONFIG,
  loadConfig,
} from "../config/mod.ts";
import { sweepJsonSchemaText } from "./json_schema.ts";

const configs = dirname(DEFAULT_CONFIG);
const defaults = await loadConfig();
await Deno.writeTextFile(
  join(configs, "schema.json"),
  configFileJsonSchemaText(defaults),
);
await Deno.writeTextFile(
  join(configs, "sweep.schema.json"),
  sweepJsonSchemaText(defaults),
);
