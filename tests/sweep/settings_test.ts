import { assert, assertEquals } from "@std/assert";
import { sweepSchema } from "../../lib/sweep/schema.ts";
import {
  candidatesOf,
  gridSettings,
  gridSize,
  randomSettings,
  settingText,
  valuesOf,
  variedKeys,
} from "../../lib/sweep/settings.ts";

const sweep = (keys: Record<string, unknown>) =>
  sweepSchema.parse({ seeds: [1], keys });
const values = (key: string, range: Record<string, unknown>) =>
  candidatesOf(key, sweep({ [key]: range }).keys[key]!)
    .map(({ value }) => value);

Deno.test("a range gives values at equal distances, or by equal factors", () => {
  assertEquals(
    values("learner.discount", { from: 0.1, to: 0.7, count: 4 }),
    [0.1, 0.3, 0.5, 0.7],
  );
  assertEquals(
    values("learner.learningRate", {
      ...{ from: 1e-5, to: 1e-3, count: 5, scale: "log" },
    }).map((value) => (value as number).toPrecision(4)),
    ["0.00001000", "0.00003162", "0.0001000", "0.0003162", "0.001000"],
  );
});

Deno.test("a range of a key with whole numbers gives whole numbers", () => {
  assertEquals(
    values("learner.nStep", { from: 1, to: 10, count: 3, scale: "log" }),
    [1, 3, 10],
  );
});

Deno.test("gridSettings() combines all values, one value standing for all", () => {
  const grid = sweep({ a: [1, 2], b: { from: 0, to: 1, count: 3 }, c: 7 });
  assertEquals(gridSize(grid), 6);
  assertEquals(
    gridSettings(grid).map((setting) => Object.values(valuesOf(setting))),
    [[1, 0, 7], [1, 0.5, 7], [1, 1, 7], [2, 0, 7], [2, 0.5, 7], [2, 1, 7]],
  );
});

Deno.test("randomSettings() repeats with its seed and stays within the ranges", () => {
  const space = sweep({
    "learner.learningRate": { from: 1e-5, to: 1e-3, scale: "log" },
    "learner.nStep": [1, 3, 5],
  });
  const draw = (seed: number) => randomSettings(space, 400, seed).map(valuesOf);
  const drawn = draw(1);
  assertEquals(drawn, draw(1));
  assert(JSON.stringify(drawn) !== JSON.stringify(draw(2)));
  const rates = drawn.map((one) => one["learner.learningRate"] as number);
  assert(rates.every((rate) => rate >= 1e-5 && rate <= 1e-3));
  // Half of a log-uniform range lies below its geometric mean.
  const below = rates.filter((rate) => rate < 1e-4).length;
  assert(below > 160 && below < 240, `${below} of 400 below 1e-4`);
  for (const nStep of [1, 3, 5]) {
    const count = drawn.filter((one) => one["learner.nStep"] === nStep).length;
    assert(count > 100, `${count} of 400 with nStep ${nStep}`);
  }
});

Deno.test("randomSettings() draws each setting once, and no more than there are", () => {
  const drawn = randomSettings(sweep({ a: [1, 2], b: [3, 4] }), 9, 1);
  const texts = drawn.map((setting) => JSON.stringify(valuesOf(setting)));
  assertEquals(texts.sort(), [
    '{"a":1,"b":3}',
    '{"a":1,"b":4}',
    '{"a":2,"b":3}',
    '{"a":2,"b":4}',
  ]);
});

Deno.test("a setting is told by the keys in which settings differ", () => {
  const settings = [{ a: [1], b: 1, c: "x" }, { a: [1], b: 2, c: "y" }];
  const keys = variedKeys(settings);
  assertEquals(keys, ["b", "c"]);
  assertEquals(settingText(settings[1]!, keys), "b=2 c=y");
  assertEquals(settingText({ a: 1 }, []), "as the config says");
});
