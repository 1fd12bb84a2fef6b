import { dirname, join } from "node:path";
import { assert, assertEquals } from "@std/assert";
import { DEFAULT_CONFIG, loadConfig } from "../../lib/config/mod.ts";
import { sweepJsonSchemaText } from "../../lib/sweep/mod.ts";

Deno.test("configs/sweep.schema.json is what the schemas give", async () => {
  assertEquals(
    await Deno.readTextFile(
      join(dirname(DEFAULT_CONFIG), "sweep.schema.json"),
    ),
    sweepJsonSchemaText(await loadConfig()),
    "write it again: deno run -A lib/sweep/write_schemas.ts",
  );
});

Deno.test("sweepJsonSchemaText() knows every key, what it may be tried with, and its default", async () => {
  const { properties, required } = JSON.parse(
    sweepJsonSchemaText(await loadConfig()),
  );
  assertEquals(required, ["seeds"]);
  const keys = properties.keys.properties;
  for (
    const key of ["learner.targetUpdate.tau", "env.crop", "network.layers"]
  ) {
    assert(key in keys, key);
  }
  assert(!("seed" in keys));
  const kinds = (key: string) =>
    keys[key].anyOf.map((kind: { type: string }) => kind.type);
  assertEquals(kinds("learner.nStep"), ["integer", "array", undefined]);
  assertEquals(kinds("learner.doubleQ"), ["boolean", "array"]);
  assertEquals(keys["learner.nStep"].default, 3);
});
