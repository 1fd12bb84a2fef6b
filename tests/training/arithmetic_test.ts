import { assertEquals, assertMatch } from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import { arithmeticNotes } from "../../lib/training/mod.ts";

const cpu = {
  device: "CPU",
  threads: { intraOp: 1, interOp: 2 },
  precision: "float32",
} as const;

Deno.test("arithmeticNotes() tell of a precision that cannot be had, and of a resume with other numbers", async () => {
  const config = await loadConfig();
  const notes = arithmeticNotes.bind(null, config, cpu);
  assertEquals(notes(undefined), []);
  assertEquals(notes(cpu), []);
  // As many operations side by side as there are cores make the same bits.
  assertEquals(notes({ ...cpu, threads: { intraOp: 1, interOp: 1 } }), []);
  assertEquals(notes({ device: "an earlier version's" }), []);
  for (
    const former of [
      { ...cpu, precision: "bfloat16" as const },
      { ...cpu, threads: { intraOp: 2, interOp: 2 } },
      { ...cpu, device: "a GPU" },
    ]
  ) {
    assertEquals(notes(former).length, 1);
    assertMatch(
      notes(former)[0]!,
      /goes on with CPU \(float32, threads per operation: 1\)/,
    );
  }
  const wanted = await loadConfig(undefined, ["learner.precision=bfloat16"]);
  const [note] = arithmeticNotes(wanted, cpu, undefined);
  assertMatch(note!, /it trains in float32/);
});
