import { assertEquals } from "@std/assert";
import { resultLine } from "../../lib/retraining/result.ts";
import { makeResult } from "./examples.ts";

Deno.test("resultLine() tells a night in one line", () => {
  assertEquals(
    resultLine(makeResult()),
    "Night 7: kept, the challenger made 12 points more per game, which may be " +
      "chance. Challenger step-4000: mean 812 (95 %: 712 to 912), champion " +
      "night-3: mean 800 (95 %: 700 to 900) of 100 new games; difference +12 " +
      "(95 %: -40 to +66).",
  );
});

Deno.test("resultLine() says first that the page changed", () => {
  const pageChange = {
    from: "3ffb".padEnd(64, "0"),
    to: "a".repeat(64),
    meanBefore: 950,
  };
  assertEquals(
    resultLine(makeResult({ pageChange })).startsWith(
      "The page's script changed (3ffb0000 to aaaaaaaa); the champion was " +
        "measured again on it: mean 800 (95 %: 700 to 900), before 950. Night 7",
    ),
    true,
  );
});

Deno.test("resultLine() of a night that failed has no figures, but warnings", () => {
  const failed = makeResult({
    result: "failed",
    reason: "Chrome was not found:\n  look there",
    champion: null,
    challenger: null,
    difference: null,
    difference95: null,
    warnings: ["training ended early"],
  });
  assertEquals(
    resultLine(failed),
    "Night 7: failed, Chrome was not found: look there. Warnings: training " +
      "ended early.",
  );
});
