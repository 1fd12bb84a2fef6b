import { dirname, join } from "node:path";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  configFileJsonSchemaText,
  displayPath,
  type JsonSchema,
  loadConfig,
} from "../../lib/config/mod.ts";
import { ConfigError } from "../../lib/errors.ts";
import { inFolder } from "../folder.ts";

/** Ten values, ten times each, seven times over: 10^7 if it were followed. */
const MULTIPLYING_ALIASES = [
  "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]",
  ...["ab", "bc", "cd", "de", "ef", "fg"].map(([from, to]) =>
    `${to}: &${to} [${Array(10).fill(`*${from}`).join(", ")}]`
  ),
].join("\n");

const utf16 = new TextEncoder().encode("s\0e\0e\0d\0");

/**
 * One of each kind: the file's content, and each line of what is said of it, to
 * where the words are a library's.
 */
const BROKEN: Record<string, [content: string | Uint8Array, said: string]> = {
  // The file itself.
  "an empty file": ["", "{file}: the file is empty; name at least one key"],
  "only comments": ["# nothing\n", "{file}: the file is empty"],
  "a list": ["- seed: 1\n", "{file}:1:1: found a list; a config holds keys"],
  "a single value": ["hello\n", "{file}:1:1: found a single value"],
  "UTF-16": [
    Uint8Array.of(0xff, 0xfe, ...utf16),
    "{file}: is text in UTF-16; save it as UTF-8",
  ],
  "zero bytes": [utf16, "{file}: is not text (it has zero bytes)"],
  "Latin-1": [Uint8Array.of(0xe9, 0x0a), "{file}: is not text in UTF-8"],
  "a file that is too large": [
    new Uint8Array(1_000_001).fill(0x23),
    "{file}: cannot read this config: it has 1000001 bytes; a config has at most",
  ],
  // What is not YAML, or too much of it.
  "a tab": ["game:\n\tspeed: 6\n", "{file}:2:1: a tab indents this line"],
  "a key twice": ["seed: 1\nseed: 2\n", "{file}:2:1: this key stands twice"],
  "two documents": ["seed: 1\n---\nseed: 2\n", "{file}:2:1: a second document"],
  "an unclosed list": ["a: [0.5\n", "{file}:2:1: not valid YAML: "],
  "an unknown tag": ["seed: !seed 1\n", "{file}:1:7: not valid YAML: "],
  "an alias without an anchor": [
    "seed: *one\n",
    "{file}: cannot follow its aliases: ",
  ],
  "aliases that multiply": [
    MULTIPLYING_ALIASES,
    "{file}: cannot follow its aliases: ",
  ],
  "nesting that exhausts the stack": ["seed: " + "[".repeat(100_000), "{file}"],
  // Keys.
  "a key that is like none": [
    "game:\n  colour: red\n",
    "{file}:2:3: unknown key game.colour; the keys here are speed, birds, ",
  ],
  "a misspelt key": [
    "learner:\n  learningrate: 1\n",
    "{file}:2:3: unknown key learner.learningrate; did you mean learner.learningRate?",
  ],
  "a key of another group": [
    "batchSize: 16\n",
    "{file}:1:1: unknown key batchSize; did you mean learner.batchSize?",
  ],
  "__proto__": ["__proto__:\n  seed: 1\n", "{file}:1:1: unknown key __proto__"],
  "a merge key": [
    "learner:\n  <<: {nStep: 3}\n",
    "{file}:2:3: learner.<<: YAML's merge keys mean nothing here; extends: ",
  ],
  "extends in a group": [
    "game:\n  extends: default.yaml\n",
    "{file}:2:3: unknown key game.extends; ",
  ],
  // Values; every key's are below.
  "several wrong values": [
    "seed: -1\ngame:\n  speed: .nan\n",
    "{file}:1:7: seed is -1; it must be a whole number from 0 to 4294967295\n" +
    "{file}:3:10: game.speed is NaN; it must be accelerating or a number from 1 to 20",
  ],
  "whole numbers that are too large": [
    "env:\n  instances: 1e30\ntraining:\n  steps: 1e30\n",
    "{file}:2:14: env.instances is 1e+30; it must be a whole number from 1 to 256\n" +
    "{file}:4:10: training.steps is 1e+30; it must be a whole number from 1 to 9007199254740991",
  ],
  "a value within a list": [
    "network:\n  layers: [{ type: dense, units: -512 }]\n",
    "{file}:2:34: network.layers[0].units is -512; it must be a whole number, at least 1",
  ],
  "a missing value within a list": [
    "network:\n  layers:\n    - type: dense\n",
    "{file}:3:7: network.layers[0].units is missing; it must be a whole number",
  ],
  "a group of the wrong kind": [
    "learner:\n  targetUpdate: { every: 500, tau: 0.01 }\n",
    '{file}:2:17: learner.targetUpdate is {"every":500,"tau":0.01}; it must be a group { every } or a group { tau }',
  ],
  // What it extends.
  "extends a number": ["extends: 1\n", "{file}:1:10: extends is 1; it must be"],
  "extends a missing file": [
    "seed: 2\nextends: missing.yaml\n",
    "{file}:2:10: extends: {folder}/missing.yaml: cannot read this config: there is no such file",
  ],
  "extends a folder": [
    "extends: .\n",
    "{file}:1:10: extends: {folder}: cannot read this config: it is a folder",
  ],
  "extends itself": [
    "extends: ../{name}/config.yaml\n",
    "{file}: extends itself: {file} extends {file}",
  ],
};

/** The message with which a config of this content is refused. */
async function refusal(content: string | Uint8Array): Promise<string> {
  return await inFolder(async (folder) => {
    const name = folder.split("/").at(-1)!;
    const file = join(folder, "config.yaml");
    await Deno.writeFile(
      file,
      typeof content === "string"
        ? new TextEncoder().encode(content.replaceAll("{name}", name))
        : content,
    );
    const { message } = await assertRejects(
      () => loadConfig(file),
      ConfigError,
    );
    return message.replaceAll(file, "{file}").replaceAll(folder, "{folder}");
  });
}

for (const [what, [content, said]] of Object.entries(BROKEN)) {
  Deno.test(`loadConfig() refuses ${what}`, async () => {
    const lines = (await refusal(content)).split("\n");
    const wanted = said.split("\n");
    assertEquals(
      lines.map((line, i) => line.slice(0, wanted[i]?.length)),
      wanted,
    );
  });
}

/** Single values that do not work together: keys, and what is said of them. */
const TOGETHER: [config: string, said: string][] = [
  [
    "browser: { path: /a, endpoint: 127.0.0.1:9 }",
    "browser.path and browser.endpoint are both set",
  ],
  [
    "env: { crop: { x: 300, width: 300 } }",
    "env.crop ends at x = 600, outside the canvas; x + width must be at most 552",
  ],
  [
    "env: { crop: { y: 10 } }",
    "env.crop ends at y = 160, outside the canvas; y + height must be at most 150",
  ],
  ["env: { clock: live }", "env.clock is live, which plays one game"],
  [
    "env: { clock: live, instances: 1 }\ngame: { night: false }",
    "env.clock is live, which plays the page as it is, but game.night is false",
  ],
  ["env: { pages: 9 }", "env.pages (9) is larger than env.instances (8)"],
  [
    "{ game: { speed: accelerating }, env: { randomStartSpeed: { low: 10, high: 8 } } }",
    "env.randomStartSpeed.low (10) is above env.randomStartSpeed.high (8)",
  ],
  [
    "env: { randomStartSpeed: { share: 0.5 } }",
    "env.randomStartSpeed.share is 0.5, but game.speed is constant (6)",
  ],
  [
    "reward: { crash: 1 }",
    "reward.crash (1) must be below reward.alive (0.05)",
  ],
  [
    "learner: { finalLearningRate: 1 }",
    "learner.finalLearningRate (1) is above learner.learningRate (0.001)",
  ],
  [
    "{ learner: { batchSize: 6000 }, replay: { capacity: 5000 } }",
    "learner.batchSize (6000) is larger than replay.capacity (5000)",
  ],
  [
    "replay: { warmup: 10 }",
    "replay.warmup (10) is smaller than learner.batchSize (32)",
  ],
  [
    "replay: { capacity: 1000 }",
    "replay.warmup (2000) is larger than replay.capacity (1000)",
  ],
  [
    "replay: { capacity: 60, warmup: 50 }",
    "replay.capacity (60) leaves 7 steps for each of env.instances (8) games; a stack of 4 frames and 3-step returns need more than 7",
  ],
  [
    "replay: { finalBeta: 0.1 }",
    "replay.finalBeta (0.1) is below replay.beta (0.4)",
  ],
  [
    "exploration: { initial: 0.01 }",
    "exploration.final (0.02) is above exploration.initial (0.01)",
  ],
  [
    "game: { actions: 3 }",
    "exploration.actionProbabilities has 2 numbers, but game.actions is 3",
  ],
  [
    "exploration: { actionProbabilities: [0, 0] }",
    "exploration.actionProbabilities has the sum 0; it must be 1",
  ],
  [
    "training: { steps: 2000 }",
    "replay.warmup (2000) is not below training.steps (2000)",
  ],
  [
    "evaluation: { maxScore: 500, target: 1000 }",
    "evaluation.target (1000) is above evaluation.maxScore (500)",
  ],
  [
    "retraining: { minutes: 300 }",
    "retraining.minutes (300) is not below retraining.hardLimitMinutes (240)",
  ],
];

for (const [config, said] of TOGETHER) {
  Deno.test(`loadConfig() refuses ${config}`, async () => {
    const [line] = (await refusal(config)).split("\n");
    const [, place, rest] = /^(\{file\}:1:\d+): (.*)$/.exec(line!)!;
    assertEquals(rest!.slice(0, said.length), said);
    // The place is that of a value of the message's first or second key.
    const column = Number(place!.split(":")[2]);
    assert(/[:{[] ?$/.test(config.slice(0, column - 1)), place);
  });
}

/** Every key that holds a value, with its schema. */
function leaves(schema: JsonSchema, path: string[]): [string[], JsonSchema][] {
  return schema.properties
    ? Object.entries(schema.properties).flatMap(([key, child]) =>
      leaves(child, [...path, key])
    )
    : [[path, schema]];
}

Deno.test("loadConfig() refuses a wrong value of every key, with its place and what it may be", async () => {
  const schema: JsonSchema = JSON.parse(
    configFileJsonSchemaText(await loadConfig()),
  );
  const { extends: _, ...properties } = schema.properties!;
  const keys = leaves({ properties }, []);
  assert(keys.length > 60);
  for (const [path, key] of keys) {
    const wrong = key.type === "boolean" ? "7" : "true";
    const text = path.map((name, i) => `${"  ".repeat(i)}${name}:`).join("\n") +
      ` ${wrong}\n`;
    const said = await refusal(text);
    const start = `{file}:${path.length}:${
      2 * (path.length - 1) + path.at(-1)!.length + 3
    }: ${path.join(".")} is `;
    assert(said.startsWith(start), `${said}\n${start}`);
    assert(/; it must be \S/.test(said), said);
  }
});

/** Paths that hold no config, and what is said of them. */
const BROKEN_PATHS: [path: string, said: string][] = [
  [`${import.meta.filename}/config.yaml`, "there is no such file"],
  ["/dev/zero", "it is not a regular file"],
  ["/", "it is a folder; name the .yaml file itself"],
  ["/nowhere/tutoral.yaml", "there is no such file; did you mean "],
];

for (const [path, said] of BROKEN_PATHS) {
  Deno.test(`loadConfig() refuses ${path.replace(dirname(import.meta.dirname!), "")}`, async () => {
    const { message } = await assertRejects(
      () => loadConfig(path),
      ConfigError,
    );
    const start = `${displayPath(path)}: cannot read this config: ${said}`;
    assertEquals(message.slice(0, start.length), start);
  });
}

const FORM = "write it as key=value, as in --set learner.learningRate=1e-4";

/** An argument of `--set`, and what is said of it. */
const BROKEN_SETS: [argument: string, said: string][] = [
  ["seed", FORM],
  ["=1", FORM],
  ["game..speed=6", FORM],
  ["game.speed=[6", "not valid YAML: "],
  ["game.speed=", "game.speed is null; it must be accelerating or a number"],
  ["learner.learnRate=1", "unknown key learner.learnRate; did you mean "],
  [
    "reward.duck=0",
    "there is no reward.duck any more; ducking costs nothing",
  ],
  ["extends=a.yaml", "unknown key extends; the keys here are seed, browser"],
  ["__proto__.a=1", "unknown key __proto__; the keys here are seed, browser"],
  ["seed.x=1", 'seed is {"x":1}; it must be a whole number'],
  ["replay.warmup=1", "replay.warmup (1) is smaller than learner.batchSize"],
];

for (const [argument, said] of BROKEN_SETS) {
  Deno.test(`loadConfig() refuses --set ${argument}`, async () => {
    const { message } = await assertRejects(
      () => loadConfig(undefined, [argument]),
      ConfigError,
    );
    const start = `--set ${argument}: ${said}`;
    assertEquals(message.slice(0, start.length), start);
  });
}
