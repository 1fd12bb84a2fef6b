import { dirname, join } from "node:path";
import { assert, assertEquals } from "@std/assert";
import {
  isMap,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from "yaml";
import {
  type Config,
  configToYaml,
  DEFAULT_CONFIG,
  loadConfig,
  withSchedules,
} from "../../lib/config/mod.ts";
import { inFolder } from "../folder.ts";

const CONFIGS = dirname(DEFAULT_CONFIG);
const FILES = [...Deno.readDirSync(CONFIGS)]
  .map(({ name }) => name)
  .filter((name) => name.endsWith(".yaml"));

/** Loads a config from texts of files, the first of which is loaded. */
async function loadTexts(
  files: Record<string, string>,
  sets: string[] = [],
): Promise<Config> {
  return await inFolder(async (folder) => {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
      await Deno.writeTextFile(join(folder, name), text);
    }
    return await loadConfig(join(folder, Object.keys(files)[0]!), sets);
  });
}

for (const name of FILES) {
  Deno.test(`configs/${name} loads, and its resolved copy is the same`, async () => {
    const config = await loadConfig(join(CONFIGS, name));
    assertEquals(
      await loadTexts({ "copy.yaml": configToYaml(config) }),
      config,
    );
  });

  Deno.test(`configs/${name} names the schema for editors`, async () => {
    const text = await Deno.readTextFile(join(CONFIGS, name));
    assertEquals(
      text.split("\n")[0],
      "# yaml-language-server: $schema=schema.json",
    );
  });
}

Deno.test("configs/default.yaml has a comment on every value", async () => {
  const document = parseDocument(await Deno.readTextFile(DEFAULT_CONFIG));
  const bare: string[] = [];
  const check = (map: YAMLMap): void => {
    for (const { key, value } of map.items as Pair<Scalar, Node>[]) {
      // A group within one line has its comment as a whole.
      if (isMap(value) && !value.flow) check(value);
      else if (!value?.comment) bare.push(String(key.value));
    }
  };
  check(document.contents as YAMLMap);
  assertEquals(bare, []);
});

Deno.test("loadConfig() takes from default.yaml what a file does not name", async () => {
  const base = await loadConfig();
  const config = await loadTexts({ "a.yaml": "game:\n  frameSkip: 7\n" });
  assertEquals(config, { ...base, game: { ...base.game, frameSkip: 7 } });
});

Deno.test("loadConfig() follows extends, relative to the file that names it", async () => {
  const config = await loadTexts({
    "a.yaml": "extends: below/b.yaml\nseed: 2\n",
    "below/b.yaml": "extends: ../c.yaml\nseed: 3\ngame: { frameSkip: 5 }\n",
    "c.yaml": "game: { frameSkip: 6, night: false }\n",
  });
  assertEquals(
    [config.seed, config.game.frameSkip, config.game.night],
    [2, 5, false],
  );
});

Deno.test("loadConfig() replaces lists", async () => {
  const config = await loadTexts({
    "a.yaml": "exploration: { actionProbabilities: [0.9, 0.1] }\n",
  });
  assertEquals(config.exploration.actionProbabilities, [0.9, 0.1]);
});

Deno.test("loadConfig() replaces a group with alternatives as a whole", async () => {
  const text = "learner:\n  targetUpdate: { tau: 0.01 }\n";
  assertEquals((await loadTexts({ "a.yaml": text })).learner.targetUpdate, {
    tau: 0.01,
  });
  const set = await loadConfig(undefined, ["learner.targetUpdate.tau=0.5"]);
  assertEquals(set.learner.targetUpdate, { tau: 0.5 });
});

Deno.test("loadConfig() takes a list of layers", async () => {
  const layers = [
    {
      type: "conv2d",
      filters: 8,
      kernel: 8,
      stride: 4,
      padding: "same",
      pool: 2,
    },
    { type: "dense", units: 64 },
  ] as const;
  const config = await loadTexts({
    "a.yaml": `network: { layers: ${JSON.stringify(layers)} }\n`,
  });
  assertEquals(config.network.layers, [...layers]);
});

Deno.test("loadConfig() applies sets in order, their values read as YAML", async () => {
  const config = await loadTexts({ "a.yaml": "seed: 1\n" }, [
    "seed=5",
    "seed=6",
    "learner.learningRate=2e-4",
    "learner.finalLearningRate=2e-5",
    "training.minutes=null",
    "game.speed=accelerating",
    "game.actions=3",
    "exploration.actionProbabilities=[0.5, 0.25, 0.25]",
    "browser.path=/opt/a=b/chrome",
  ]);
  assertEquals(config.seed, 6);
  assertEquals(config.learner.learningRate, 2e-4);
  assertEquals(config.game.speed, "accelerating");
  assertEquals(config.exploration.actionProbabilities, [0.5, 0.25, 0.25]);
  assertEquals(config.browser.path, "/opt/a=b/chrome");
});

Deno.test("loadConfig() reads CRLF, a byte order mark and anchors", async () => {
  const config = await loadTexts({
    "a.yaml": "\ufeffseed: &n 4\r\ngame:\r\n  frameSkip: *n\r\n# the end\r\n",
  });
  assertEquals([config.seed, config.game.frameSkip], [4, 4]);
});

Deno.test("configToYaml() explains every key", async () => {
  const yaml = configToYaml(await loadConfig());
  const lines = yaml.split("\n");
  const keys = lines.flatMap((line, i) => /^ *\w+:/.test(line) ? [i] : []);
  assert(keys.length > 70);
  const bare = keys.filter((i) => !lines[i - 1]?.trim().startsWith("#"));
  // Of a group with alternatives the whole is explained, not each alternative.
  assertEquals(bare.map((i) => lines[i]!.trim()), ["every: 125"]);
});

Deno.test("withSchedules() takes the run's length where a schedule has none", async () => {
  const lengths = async (file: string, ...sets: string[]) => {
    const config = await loadConfig(join(CONFIGS, file), sets);
    const { learner, replay } = withSchedules(config);
    return [learner.learningRateSteps, replay.betaSteps];
  };
  assertEquals(await lengths("default.yaml"), [12_500, 20_000]);
  assertEquals(await lengths("smoke.yaml"), [2000, 2000]);
  assertEquals(await lengths("accelerating.yaml"), [160_000, 160_000]);
  assertEquals(
    await lengths("accelerating.yaml", "training.steps=9000"),
    [9000, 9000],
  );
  const set = "learner.learningRateSteps=7";
  assertEquals(await lengths("smoke.yaml", set), [7, 2000]);
});

Deno.test("tutorial-no-pooling.yaml differs from tutorial.yaml by its network alone", async () => {
  const tutorial = await loadConfig(join(CONFIGS, "tutorial.yaml"));
  assertEquals(await loadConfig(join(CONFIGS, "tutorial-no-pooling.yaml")), {
    ...tutorial,
    network: { ...tutorial.network, layers: "tutorial-no-pooling" },
  });
});
