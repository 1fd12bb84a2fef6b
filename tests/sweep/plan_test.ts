import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { ConfigError, UsageError } from "../../lib/errors.ts";
import { ROOT } from "../../lib/files.ts";
import { loadSweep, planText } from "../../lib/sweep/mod.ts";
import { inFolder } from "../folder.ts";

const EXAMPLES = join(ROOT, "configs/sweeps");

/** Hands the path of a sweep's file with this text to `use`. */
async function withSweep<T>(
  text: string,
  use: (file: string) => Promise<T>,
): Promise<T> {
  return await inFolder(async (folder) => {
    const file = join(folder, "sweep.yaml");
    await Deno.writeTextFile(file, text);
    return await use(file);
  });
}

for (const { name } of Deno.readDirSync(EXAMPLES)) {
  Deno.test(`configs/sweeps/${name} can be run`, async () => {
    const plan = await loadSweep(join(EXAMPLES, name));
    assertEquals(`${plan.name}.yaml`, name);
  });
}

Deno.test("loadSweep() gives every combination, with what is not named as in the config", async () => {
  await withSweep(
    "seeds: [4, 5]\nkeys:\n  learner.nStep: [1, 3]\n" +
      "  learner.targetUpdate: [{ every: 100 }, { tau: 0.01 }]\n  replay.warmup: 500\n",
    async (file) => {
      const plan = await loadSweep(file);
      const { name, seeds, parallel, stopping, settings, base } = plan;
      assertEquals([name, seeds, parallel], ["sweep", [4, 5], 1]);
      assertEquals([stopping, base.replay.warmup], ["none", 2000]);
      const setting = (nStep: number, targetUpdate: unknown) => ({
        "learner.nStep": nStep,
        "learner.targetUpdate": targetUpdate,
        "replay.warmup": 500,
      });
      assertEquals(settings, [
        setting(1, { every: 100 }),
        setting(1, { tau: 0.01 }),
        setting(3, { every: 100 }),
        setting(3, { tau: 0.01 }),
      ]);
      assertStringIncludes(
        planText(plan),
        "4 settings, 2 training seeds each, 8 trainings, one after the other",
      );
    },
  );
});

Deno.test("loadSweep() takes the config relative to the sweep's file, and a name", async () => {
  await withSweep("config: base.yaml\nseeds: [1]\n", async (file) => {
    const base = join(file, "../base.yaml");
    await Deno.writeTextFile(base, "learner: { nStep: 7 }\n");
    const plan = await loadSweep(file, "seven");
    assertEquals([plan.name, plan.base.learner.nStep], ["seven", 7]);
    assertEquals(plan.settings, [{}]);
    await assertRejects(() => loadSweep(file, "a/b"), UsageError, "(--name)");
  });
});

Deno.test("loadSweep() gives trainings one thread where the cores do not suffice for more, unless threads are named", async () => {
  const threads = (text: string) =>
    withSweep(
      `seeds: [1]\n${text}\n`,
      async (file) => (await loadSweep(file)).threads,
    );
  const cores = navigator.hardwareConcurrency;
  assertEquals(await threads("parallel: 1"), null);
  assertEquals(await threads(`parallel: ${Math.min(64, 2 * cores)}`), 1);
  const half = Math.floor(cores / 2);
  if (half > 1) assertEquals(await threads(`parallel: ${half}`), null);
  assertEquals(
    await threads("parallel: 2\nkeys: { learner.threads: 2 }"),
    null,
  );
});

/** The values that a sweep of these keys gives to `key`, setting by setting. */
async function valuesOf(key: string, keys: string, more = "") {
  const { settings } = await withSweep(
    `seeds: [1]\n${more}keys: { ${keys} }\n`,
    loadSweep,
  );
  return settings.map((setting) => setting[key]);
}

Deno.test("loadSweep() takes a range at equal distances, or by equal factors", async () => {
  assertEquals(
    await valuesOf(
      "learner.discount",
      "learner.discount: { from: 0.1, to: 0.7, count: 4 }",
    ),
    [0.1, 0.3, 0.5, 0.7],
  );
  assertEquals(
    (await valuesOf(
      "learner.adamEpsilon",
      "learner.adamEpsilon: { from: 1.0e-5, to: 1.0e-3, count: 5, scale: log }",
    )).map((value) => (value as number).toPrecision(4)),
    ["0.00001000", "0.00003162", "0.0001000", "0.0003162", "0.001000"],
  );
  // Of a key with whole numbers, whole numbers.
  assertEquals(
    await valuesOf(
      "learner.nStep",
      "learner.nStep: { from: 1, to: 10, count: 3, scale: log }",
    ),
    [1, 3, 10],
  );
});

/** Draws of a learning rate and of another key. */
const drawn = async (seed: number, key: string, count = 200) =>
  await valuesOf(
    key,
    "learner.adamEpsilon: { from: 1.0e-5, to: 1.0e-3, scale: log }, learner.nStep: [1, 3, 5]",
    `sampling: { random: ${count}, seed: ${seed} }\n`,
  ) as number[];

Deno.test("loadSweep() draws settings that repeat with their seed and stay within the ranges", async () => {
  const rates = await drawn(1, "learner.adamEpsilon");
  assertEquals(rates, await drawn(1, "learner.adamEpsilon"));
  assert(rates.every((rate) => rate >= 1e-5 && rate <= 1e-3));
  // Half of a log-uniform range lies below its geometric mean.
  const below = rates.filter((rate) => rate < 1e-4).length;
  assert(below > 75 && below < 125, `${below} of 200 below 1e-4`);
  const nSteps = await drawn(1, "learner.nStep");
  for (const nStep of [1, 3, 5]) {
    const count = nSteps.filter((each) => each === nStep).length;
    assert(count > 45, `${count} of 200 with nStep ${nStep}`);
  }
});

Deno.test("loadSweep() begins its draws anywhere, whatever the seed", async () => {
  const seeds = [1, 2, 3, 4, 5, 42, 100, 1000];
  const firsts = await Promise.all(
    seeds.map(async (seed) =>
      (await drawn(seed, "learner.adamEpsilon", 1))[0]!
    ),
  );
  const places = firsts.map((rate) => Math.log10(rate / 1e-5) / 2).sort();
  assert(places[0]! < 0.4 && places.at(-1)! > 0.6, places.join());
  assert(places.at(-1)! - places[0]! > 0.4, places.join());
});

Deno.test("loadSweep() draws each setting once", async () => {
  const values = await valuesOf(
    "learner.nStep",
    "learner.nStep: [1, 2, 3, 4]",
    "sampling: { random: 4 }\n",
  );
  assertEquals(values.toSorted(), [1, 2, 3, 4]);
});

const GRID = "seeds: [1]\nkeys:\n  ";

/** What is wrong, the text, and what is said of it. */
const BROKEN: [what: string, text: string, message: string][] = [
  [
    "an empty file",
    "# nothing\n",
    "{file}: the file is empty; name at least 'seeds' and 'keys'",
  ],
  [
    "no seeds",
    "seeds: []\n",
    "{file}:1:8: seeds is []; it must be a list of 1 to 1000, each a whole number from 0 to 4294967295",
  ],
  [
    "a seed twice",
    "seeds: [1, 2, 1]\n",
    "{file}:1:15: the seed 1 stands twice; the same training would be counted as two",
  ],
  [
    "an unknown key of the sweep",
    "seeds: [1]\nparalel: 2\n",
    "{file}:2:1: unknown key paralel; did you mean parallel?",
  ],
  [
    "an unknown key of the config",
    `${GRID}learner.learnRate: [1]\n`,
    "{file}:3:3: unknown key learner.learnRate; did you mean learner.learningRate?",
  ],
  [
    "an empty list",
    `${GRID}learner.nStep: []\n`,
    "{file}:3:18: keys.learner.nStep is []; it must be a list of at least 1, each any value, a group { from, to, count, scale }, a number, text, true, false or null",
  ],
  [
    "values of the wrong kind, each at its place",
    `${GRID}learner.nStep: [1, two, 0]\n`,
    '{file}:3:22: learner.nStep is "two"; it must be a whole number from 1 to 100\n{file}:3:27: learner.nStep is 0; it must be a whole number from 1 to 100',
  ],
  [
    "one combination that cannot work",
    `${GRID}env.crop.x: [0, 200]\n  env.crop.width: [300, 400]\n`,
    "{file}:4:25: env.crop ends at x = 600, outside the canvas; x + width must be at most 552",
  ],
  [
    "a network that cannot be made",
    `${GRID}network.layers:\n    - nips\n    - [{ type: conv2d, filters: 4, kernel: 200, stride: 8, padding: valid }]\n`,
    "{file}:5:7: network.layers: conv1 does not fit: its input is 80x80x4, nothing is left of it after kernel 200, stride 8 and pooling 1",
  ],
  [
    "__proto__",
    `${GRID}__proto__: [1]\n`,
    "{file}:3:3: unknown key __proto__",
  ],
  [
    "keys that exclude each other",
    `${GRID}learner.targetUpdate.every: [500]\n  learner.targetUpdate.tau: [0.1]\n`,
    "{file}:4:29: learner.targetUpdate.tau and learner.targetUpdate.every exclude each other; keep one of them",
  ],
  [
    "a key and its group",
    `${GRID}env.crop.x: [0, 9]\n  env.crop: [{ x: 1 }]\n`,
    "{file}:4:13: env.crop.x is a part of env.crop, which stands here too; keep one of them",
  ],
  [
    "seeds among the keys",
    `${GRID}seed: [1, 2]\n`,
    "{file}:3:9: seed: the training seeds are told by 'seeds'; take this key out",
  ],
  [
    "different measures",
    `${GRID}evaluation.maxScore: [1000, 2000]\n`,
    "{file}:3:24: evaluation.maxScore: several values would measure the settings on different games; give one for all",
  ],
  [
    "a range the wrong way round",
    `${GRID}learner.nStep: { from: 3, to: 1, count: 2 }\n`,
    "{file}:3:18: learner.nStep: from (3) is not below to (1)",
  ],
  [
    "a logarithmic range from 0",
    `${GRID}learner.learningRate: { from: 0, to: 1, count: 2, scale: log }\n`,
    "{file}:3:25: learner.learningRate: from is 0; a range with scale: log lies above 0",
  ],
  [
    "a range without count in a grid",
    `${GRID}learner.nStep: { from: 1, to: 3 }\n`,
    "{file}:3:18: learner.nStep: the range has no count, the number of values that a grid takes of it",
  ],
  [
    "a range with an unknown key",
    `${GRID}learner.nStep: { from: 1, to: 3, step: 1 }\n`,
    "{file}:3:36: unknown key keys.learner.nStep.step; the keys here are from, to, count, scale",
  ],
  [
    "a setting twice",
    `${GRID}learner.nStep: [1, 3, 1]\n`,
    '{file}:3:25: the setting {"learner.nStep":1} stands twice; take the value out that repeats another one',
  ],
  [
    "a grid beyond measure",
    `${GRID}learner.nStep: { from: 1, to: 100, count: 40 }\n  learner.discount: { from: 0.9, to: 0.99, count: 40 }\n`,
    "{file}:3:3: settings times seeds, 1600 x 1, are 1600 trainings, but a sweep has at most 1000; leave out values, or draw some: 'sampling: { random: 20 }'",
  ],
  [
    "more random settings than there are",
    `sampling: { random: 5 }\n${GRID}learner.nStep: [1, 3]\n`,
    "{file}:1:11: sampling.random is 5, but the keys have only 2 different settings; use 'sampling: grid'",
  ],
  [
    "a config that is missing",
    "config: nowhere.yaml\nseeds: [1]\n",
    "{file}:1:9: config: {folder}/nowhere.yaml: cannot read this config: there is no such file",
  ],
];

for (const [what, text, message] of BROKEN) {
  Deno.test(`loadSweep() refuses ${what}`, async () => {
    await withSweep(text, async (file) => {
      const error = await assertRejects(() => loadSweep(file), ConfigError);
      const folder = join(file, "..");
      assertEquals(
        error.message.replaceAll(file, "{file}").replaceAll(folder, "{folder}"),
        message,
      );
    });
  });
}

Deno.test("loadSweep() names at most ten problems", async () => {
  const values = Array.from({ length: 12 }, (_, i) => -i);
  await withSweep(
    `${GRID}learner.nStep: ${JSON.stringify(values)}\n`,
    async (file) => {
      const error = await assertRejects(() => loadSweep(file), ConfigError);
      const lines = error.message.split("\n");
      assertEquals([lines.length, lines[10]], [11, "and 2 more like these"]);
    },
  );
});

Deno.test("loadSweep() asks for the memory of every setting, where this machine trains", () =>
  withSweep(`${GRID}replay.capacity: [3000, 10000000]\n`, async (file) => {
    await loadSweep(file, "s", { here: false });
    const load = loadSweep(file, "s");
    // Of most machines; the largest that a config may ask for is 64 GB.
    if (Deno.systemMemoryInfo().total > 64e9) await load;
    else {
      await assertRejects(
        () => load,
        ConfigError,
        ":3:27: replay.capacity: 10000000 steps need 64.0 GB of memory",
      );
    }
  }));
