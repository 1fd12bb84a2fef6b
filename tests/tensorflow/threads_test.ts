import { assertEquals } from "@std/assert";
import { chooseThreads } from "../../lib/tensorflow/mod.ts";

Deno.test("chooseThreads() lets operations run side by side where there are cores, and shares one only when told", () => {
  const choose = (threads: number | null, cores: number) =>
    Object.values(chooseThreads(threads, { type: "CPU" }, cores));
  assertEquals(choose(null, 1), [1, 1]);
  assertEquals(choose(null, 2), [1, 2]);
  assertEquals(choose(null, 16), [1, 2]);
  assertEquals(choose(1, 16), [1, 1]);
  assertEquals(choose(4, 16), [4, 2]);
  const gpu = chooseThreads(null, { type: "GPU" }, 16);
  assertEquals(gpu, { intraOp: 16, interOp: 16 });
});
