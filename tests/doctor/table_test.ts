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

Deno.test("table fits the terminal", () => {
  const detail = "zod@4.6.7 yaml@2.9.1 ".repeat(9).trim();
  const checks = [{
    name: "Packages",
    status: "ok" as const,
    detail,
    fix: null,
  }];
  for (const width of [80, 40]) {
    const lines = table({ ok: true, checks }, width).split("\n");
    assertEquals(Math.max(...lines.map(({ length }) => length)) <= width, true);
    assertEquals(lines.join(" ").split("zod").length, 10);
  }
});
