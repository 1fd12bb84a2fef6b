import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { inNights, type Nights } from "./pretend.ts";

/** Plays a night after which this command is started. */
function told(nights: Nights, command: string[], seconds = 60) {
  return nights.night({
    set: [
      `notify.command=${JSON.stringify(command)}`,
      `notify.timeoutSeconds=${seconds}`,
    ],
  });
}

Deno.test("the program that is notified gets the result on stdin and its arguments as they are", () =>
  inNights(async (nights) => {
    const file = join(nights.folder.data, "a b'$(id)");
    const command = ["sh", "-c", 'cat > "$1"', "sh", file];
    const { said: _said, ...result } = await told(nights, command);
    assertEquals(JSON.parse(await Deno.readTextFile(file)), result);
    assertEquals(result.warnings, []);
  }));

Deno.test("a night does not fail because nobody could be told, but says so", () =>
  inNights(async (nights) => {
    const fails = "echo first >&2; echo no such host >&2; exit 6";
    const cases: [string[], RegExp][] = [
      [["sh", "-c", fails], /sh failed: exit code 6, no such host$/],
      [["false"], /^notify\.command false failed: exit code 1$/],
      [["no-such-program-1a2b"], /no-such-program-1a2b was not found: give/],
      [["/"], /^notify\.command \/ could not be started: /],
    ];
    for (const [command, warning] of cases) {
      const { result, warnings } = await told(nights, command);
      assertEquals([result, warnings.length], ["promoted", 1]);
      assertMatch(warnings[0]!, warning);
    }
    const hangs = await told(nights, ["sleep", "600"], 0.2);
    assertEquals(hangs.warnings, [
      "notify.command sleep had not ended after 0.2 s and was killed " +
      "(notify.timeoutSeconds)",
    ]);
  }));
