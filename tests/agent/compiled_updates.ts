/**
 * Updates one by one and several in one run, compiled by XLA where
 * `TF_XLA_FLAGS` says so; prints how far apart they are, as JSON.
 */
import { answerJson } from "../../lib/cli/mod.ts";
import { Random } from "../../lib/random.ts";
import { fillBatch, relativeDistance, tinyLearner } from "./fixtures.ts";

const options = { targetUpdate: { every: 4 }, averageRate: 0.1 };
using single = await tinyLearner(options);
using several = await tinyLearner({ ...options, updatesPerRun: 3 });
const [random, same] = [new Random(4), new Random(4)];
for (let run = 0; run < 3; run++) {
  for (const batch of several.batches) {
    fillBatch(batch, 3, random);
    fillBatch(single.batch, 3, same);
    await single.update(0.01);
  }
  await several.updateAll(0.01);
}
const [one, other] = [await single.getState(), await several.getState()];
const distances = Object.values(one.sets).flat().map((tensor, i) =>
  relativeDistance(tensor, Object.values(other.sets).flat()[i]!)
);
answerJson({
  updates: [one.updates, other.updates],
  distance: Math.max(...distances),
});
