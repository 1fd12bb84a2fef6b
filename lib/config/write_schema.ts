/** `deno run -A lib/config/write_schema.ts` writes `configs/schema.json`. */
import { dirname, join } from "node:path";
import { configFileJsonSchemaText } from "./json_schema.ts";
import { loadConfig } from "./load.ts";
import { DEFAULT_CONFIG } from "./source.ts";

await Deno.writeTextFile(
  join(dirname(DEFAULT_CONFIG), "schema.json"),
  configFileJsonSchemaText(await loadConfig()),
);
