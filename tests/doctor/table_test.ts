import { assertEquals, assertStringIncludes } from "@std/assert";
import { table } from "../../lib/doctor/mod.ts";

Deno.test("table puts each remedy below what it mends", () => {
  const text = table({
    ok: false,
    checks: [
      { name: "Deno", status: "ok", detail: "2.9.6", fix: null },
      {
        ...{ name: "Chrome", status: "missing", detail: "none found" },
        fix: "deno task setup",
      },
    ],
  });
  assertEquals(text.split("\n").slice(0, 3), [
    "ok       Deno    2.9.6",
    "missing  Chrome  none found",
    "                 -> deno task setup",
  ]);
  assertStringIncludes(text, "Training cannot run");
});
