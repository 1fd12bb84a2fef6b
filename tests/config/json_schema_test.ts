import { dirname, join } from "node:path";
import { assertEquals } from "@std/assert";
import {
  configFileJsonSchemaText,
  DEFAULT_CONFIG,
  loadConfig,
} from "../../lib/config/mod.ts";

Deno.test("configs/schema.json is what the schema gives", async () => {
  const file = join(dirname(DEFAULT_CONFIG), "schema.json");
  assertEquals(
    await Deno.readTextFile(file),
    configFileJsonSchemaText(await loadConfig()),
    "write it again: deno run -A lib/sweep/write_schemas.ts",
  );
});

Deno.test("configFileJsonSchemaText() requires no key, but all of a layer's", async () => {
  const schema = JSON.parse(configFileJsonSchemaText(await loadConfig()));
  const required: string[] = [];
  JSON.stringify(schema, (key, value) => {
    if (key === "required") required.push(value.join());
    return value;
  });
  assertEquals(required, [
    "type,filters,kernel,stride,padding",
    "type,units",
    "every",
    "tau",
  ]);
  assertEquals(Object.keys(schema.properties).includes("extends"), true);
  assertEquals(schema.properties.game.properties.frameSkip.default, 4);
});
