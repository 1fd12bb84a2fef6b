import { assertEquals } from "@std/assert";
import { failureText } from "../../lib/retraining/steps.ts";

const end = (code: number, ...lastLines: string[]) =>
  failureText({ code, lastLines, output: "" });

Deno.test("failureText() tells why a command ended badly", () => {
  assertEquals(
    end(2, "Training in data/runs/a", "error: --set seed: write it", "more"),
    "exit code 2: --set seed: write it",
  );
  assertEquals(
    end(1, "step 400", "TypeError: x is not a function", "    at a.ts:1:2"),
    "exit code 1: TypeError: x is not a function",
  );
  assertEquals(end(137, "step 400 of 800"), "ended by signal 9");
  assertEquals(end(139), "ended by signal 11");
});
