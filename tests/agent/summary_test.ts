import { assertEquals, assertThrows } from "@std/assert";
import { summarise } from "../../lib/agent/mod.ts";
import { ConfigError } from "../../lib/errors.ts";
import { networkOf } from "./fixtures.ts";

const DENSE = [{ type: "dense" as const, units: 8 }];

/** Some of a summary's lines, without the columns' spaces. */
const rows = (summary: string, from: number, to: number) =>
  summary.split("\n").slice(from, to)
    .map((line) => line.replaceAll(/ +/g, " "));

Deno.test("summarise() lists layers, output shapes and parameters", () => {
  const network = networkOf("tutorial");
  assertEquals(
    summarise(network),
    `\
Layer (type)                           Output shape  Parameters
───────────────────────────────────────────────────────────────
pixels (input)                         80x80x4                0
conv1 (conv2d, max pooling 2x2, relu)  10x10x32            8224
conv2 (conv2d, max pooling 2x2, relu)  2x2x64             32832
conv3 (conv2d, max pooling 2x2, relu)  1x1x64             36928
dense1 (dense, relu)                   512                33280
output (dense)                         2                   1026
───────────────────────────────────────────────────────────────
Parameters in total: 112290
`,
  );
});

Deno.test("summarise() shows every member of an ensemble and their mean", () => {
  const network = networkOf(DENSE, 3, { members: 2 });
  assertEquals(
    rows(summarise(network), 3, 8),
    [
      "member1_dense1 (dense, relu) 8 204808",
      "member1_output (dense) 3 27",
      "member2_dense1 (dense, relu) 8 204808",
      "member2_output (dense) 3 27",
      "mean (of 2 members) 3 0",
    ],
  );
});

Deno.test("summarise() shows both streams of a dueling network", () => {
  const network = networkOf(DENSE, 3, { dueling: true });
  assertEquals(
    rows(summarise(network), 3, 8),
    [
      "dense1 (dense, relu) 8 204808",
      "value (dense) 1 9",
      "advantage (dense) 3 27",
      "q (V + A - mean(A)) 3 0",
      "─".repeat(summarise(network).split("\n")[0]!.length),
    ],
  );
});

Deno.test("resolveNetwork() refuses a network that no memory holds", () => {
  assertThrows(
    () => networkOf([{ type: "dense", units: 2_000_000 }]),
    ConfigError,
    "parameters, more than the 500,000,000",
  );
});
