import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  attempt,
  conclude,
  fine,
  missing,
  warning,
} from "../../lib/doctor/check.ts";
import { table } from "../../lib/doctor/mod.ts";

Deno.test("attempt makes a finding of what a check throws, without its stack", async () => {
  const check = await attempt("sharp", "deno install", () => {
    throw new Error("no such module\n  at line 1");
  });
  assertEquals(check, {
    name: "sharp",
    status: "missing",
    detail: "no such module",
    fix: "deno install",
  });
});

Deno.test("conclude: training can run with warnings, but with nothing missing", () => {
  const checks = [fine("Deno", "2.9.6"), warning("Disk", "1 GiB", "Make room")];
  assertEquals(conclude(checks).ok, true);
  assertEquals(
    conclude([...checks, missing("Chrome", "none", "install it")]).ok,
    false,
  );
});

Deno.test("table puts each remedy below what it mends", () => {
  const text = table(conclude([
    fine("Deno", "2.9.6"),
    missing("Chrome", "none found", "deno task setup"),
  ]));
  assertEquals(text.split("\n").slice(0, 3), [
    "ok       Deno    2.9.6",
    "missing  Chrome  none found",
    "                 -> deno task setup",
  ]);
  assertStringIncludes(text, "Training cannot run");
});
