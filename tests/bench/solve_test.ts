import { assertEquals, assertGreater } from "@std/assert";
import { benchSolve, type SolveSample } from "../../lib/bench/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { SMOKE } from "../program.ts";

const solve = async (...sets: string[]) => {
  const config = await loadConfig(SMOKE, ["evaluation.every=100", ...sets]);
  const told: SolveSample[] = [];
  const document = await benchSolve(config, (sample) => told.push(sample));
  assertEquals(document.samples, told);
  return document;
};

Deno.test("benchSolve() ends as soon as all unseen games are at the cap", async () => {
  // A game that does nothing comes to some 40 points.
  const { solved, samples: [first, ...others] } = await solve(
    ...["training.steps=1000", "evaluation.maxScore=5"],
  );
  const { seconds, ...rest } = first!;
  assertEquals({ solved, others, ...rest }, {
    ...{ solved: true, others: [], steps: 100, mean: 5, capped: 4 },
  });
  assertGreater(seconds, 0);
});

Deno.test("benchSolve() ends with the training when they are not", async () => {
  const { solved, samples } = await solve(
    ...["training.steps=300", "evaluation.maxScore=99999"],
  );
  assertEquals(solved, false);
  assertEquals(samples.map(({ steps, capped }) => [steps, capped]), [
    ...[[100, 0], [200, 0], [300, 0]],
  ]);
});
