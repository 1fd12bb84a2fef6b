import { assertEquals } from "@std/assert";
import { lockChanges } from "../../lib/setup/mod.ts";

const lock = (npm: Record<string, string>) =>
  JSON.stringify({
    version: "5",
    npm: Object.fromEntries(
      Object.entries(npm).map(([id, integrity]) => [id, { integrity }]),
    ),
  });

Deno.test("lockChanges() names what came, went, changed and is another file", () => {
  const before = lock({
    "same@1.0.0": "a",
    "@own/newer@1.0.0": "b",
    "two@1.0.0": "c",
    "two@2.0.0_peer@3.0.0": "d",
    "gone@1.0.0": "e",
    "forged@1.0.0": "f",
  });
  const after = lock({
    "same@1.0.0_peer@4.0.0": "a",
    "@own/newer@1.1.0": "b2",
    "two@2.0.0": "d",
    "forged@1.0.0": "other",
    "come@1.0.0": "g",
  });
  assertEquals(lockChanges(before, before), []);
  assertEquals(lockChanges(before, after), [
    "npm @own/newer: 1.0.0 -> 1.1.0",
    "npm come: none -> 1.0.0",
    "npm forged: 1.0.0 is another file under the same name",
    "npm gone: 1.0.0 -> none",
    "npm two: 1.0.0, 2.0.0 -> 2.0.0",
  ]);
});

Deno.test("the committed lock has every package of deno.json, and no address", async () => {
  const read = (name: string) =>
    Deno.readTextFile(new URL(`../../${name}`, import.meta.url));
  const text = await read("deno.npm.lock");
  const { imports } = JSON.parse(await read("deno.json"));
  const { workspace, npm } = JSON.parse(text);
  assertEquals(workspace.dependencies, Object.values(imports).sort());
  assertEquals(/:\/\//.test(text), false);
  for (const { integrity } of Object.values<{ integrity: string }>(npm)) {
    assertEquals(integrity.slice(0, 7), "sha512-");
  }
});
