import { basename, join } from "node:path";
import { assertEquals, assertRejects } from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import { displayPath } from "../../lib/config/source.ts";
import { ConfigError } from "../../lib/errors.ts";

/** Ten values, ten times each, seven times over: 10^7 if it were followed. */
const MULTIPLYING_ALIASES = [
  "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]",
  ...["ab", "bc", "cd", "de", "ef", "fg"].map(([from, to]) =>
    `${to}: &${to} [${Array(10).fill(`*${from}`).join(", ")}]`
  ),
].join("\n");

/** What is wrong, the file's text, and the whole message. */
const BROKEN: [what: string, text: string, message: string][] = [
  [
    "an empty file",
    "",
    "{file}: the file is empty; name at least one key, or leave the file out",
  ],
  [
    "only comments",
    "# nothing\n",
    "{file}: the file is empty; name at least one key, or leave the file out",
  ],
  [
    "a list",
    "- seed: 1\n",
    "{file}:1:1: found a list; a config holds keys, as in 'seed: 1'",
  ],
  [
    "a single value",
    "hello\n",
    "{file}:1:1: found a single value; a config holds keys, as in 'seed: 1'",
  ],
  [
    "a tab as indentation",
    "game:\n\tspeed: 6\n",
    "{file}:2:1: a tab indents this line; YAML wants spaces",
  ],
  [
    "a key that stands twice",
    "seed: 1\ngame:\n  speed: 6\nseed: 2\n",
    "{file}:4:1: this key stands twice in its group; keep one",
  ],
  [
    "two documents",
    "seed: 1\n---\nseed: 2\n",
    "{file}:2:1: a second document begins here; a config is one",
  ],
  [
    "an unclosed list",
    "exploration:\n  actionProbabilities: [0.5, 0.5\n",
    "{file}:3:1: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  [
    "an unclosed quote",
    'browser:\n  path: "/usr/bin\n',
    '{file}:3:1: not valid YAML: Missing closing "quote',
  ],
  [
    "wrong indentation",
    "game:\n  speed: 6\n birds: true\n",
    "{file}:3:1: not valid YAML: All mapping items must start at the same column",
  ],
  [
    "an unknown tag",
    "seed: !seed 1\n",
    "{file}:1:7: not valid YAML: Unresolved tag: !seed",
  ],
  [
    "an alias without an anchor",
    "seed: *one\n",
    "{file}: cannot follow its aliases: Unresolved alias (the anchor must be set before the alias): one",
  ],
  [
    "aliases that multiply",
    MULTIPLYING_ALIASES,
    "{file}: cannot follow its aliases: Excessive alias count indicates a resource exhaustion attack",
  ],
  [
    "an unknown group",
    "agent:\n  seed: 1\n",
    "{file}:1:1: unknown key agent; the keys here are seed, browser, game, env, reward, network, learner, replay, exploration, training, evaluation, retraining, retention, notify",
  ],
  [
    "a misspelt group",
    "lerner:\n  nStep: 2\n",
    "{file}:1:1: unknown key lerner; did you mean learner?",
  ],
  [
    "a misspelt key",
    "learner:\n  learningrate: 1\n",
    "{file}:2:3: unknown key learner.learningrate; did you mean learner.learningRate?",
  ],
  [
    "a key of another group",
    "batchSize: 16\n",
    "{file}:1:1: unknown key batchSize; did you mean learner.batchSize?",
  ],
  [
    "a key that is like none",
    "game:\n  colour: red\n",
    "{file}:2:3: unknown key game.colour; the keys here are speed, birds, clouds, night, frameSkip, actions",
  ],
  [
    "__proto__",
    "__proto__:\n  seed: 1\n",
    "{file}:1:1: unknown key __proto__; the keys here are seed, browser, game, env, reward, network, learner, replay, exploration, training, evaluation, retraining, retention, notify",
  ],
  [
    "extends in a group",
    "game:\n  extends: default.yaml\n",
    "{file}:2:3: unknown key game.extends; the keys here are speed, birds, clouds, night, frameSkip, actions",
  ],
  [
    "a negative seed",
    "seed: -1\n",
    "{file}:1:7: seed is -1; it must be a whole number from 0 to 4294967295",
  ],
  [
    "a seed with a fraction",
    "seed: 1.5\n",
    "{file}:1:7: seed is 1.5; it must be a whole number from 0 to 4294967295",
  ],
  [
    "a seed beyond 32 bits",
    "seed: 4294967296\n",
    "{file}:1:7: seed is 4294967296; it must be a whole number from 0 to 4294967295",
  ],
  [
    "a seed in words",
    "seed: one\n",
    '{file}:1:7: seed is "one"; it must be a whole number from 0 to 4294967295',
  ],
  [
    "a group without keys",
    "learner:\n",
    "{file}:1:9: learner is null; it must be a group { engine, device, threads, batchSize, discount, nStep, doubleQ, loss, gradientClipNorm, learningRate, finalLearningRate, learningRateSteps, adamEpsilon, targetUpdate, averageRate }",
  ],
  [
    "a list in place of a group",
    "game: [6]\n",
    "{file}:1:7: game is [6]; it must be a group { speed, birds, clouds, night, frameSkip, actions }",
  ],
  [
    "a number in place of a group",
    "replay: 100000\n",
    "{file}:1:9: replay is 100000; it must be a group { capacity, warmup, prioritized, alpha, beta, finalBeta, betaSteps }",
  ],
  [
    "yes for true",
    "browser:\n  headless: yes\n",
    '{file}:2:13: browser.headless is "yes"; it must be true or false',
  ],
  [
    "a number for text",
    "browser:\n  path: 7\n",
    "{file}:2:9: browser.path is 7; it must be text or null",
  ],
  [
    "no time at all",
    "browser:\n  timeoutSeconds: 0\n",
    "{file}:2:19: browser.timeoutSeconds is 0; it must be a number above 0",
  ],
  [
    "a speed in words",
    "game:\n  speed: fast\n",
    '{file}:2:10: game.speed is "fast"; it must be accelerating or a number from 1 to 20',
  ],
  [
    "a speed out of range",
    "game:\n  speed: 99\n",
    "{file}:2:10: game.speed is 99; it must be accelerating or a number from 1 to 20",
  ],
  [
    "not a number",
    "game:\n  speed: .nan\n",
    "{file}:2:10: game.speed is NaN; it must be accelerating or a number from 1 to 20",
  ],
  [
    "infinity",
    "learner:\n  learningRate: .inf\n",
    "{file}:2:17: learner.learningRate is Infinity; it must be a number above 0",
  ],
  [
    "four actions",
    "game:\n  actions: 4\n",
    "{file}:2:12: game.actions is 4; it must be 2 or 3",
  ],
  [
    "a frame skip of 0",
    "game:\n  frameSkip: 0\n",
    "{file}:2:14: game.frameSkip is 0; it must be a whole number from 1 to 60",
  ],
  [
    "an unknown clock",
    "env:\n  clock: realtime\n",
    '{file}:2:10: env.clock is "realtime"; it must be lockstep or live',
  ],
  [
    "no games",
    "env:\n  instances: 0\n",
    "{file}:2:14: env.instances is 0; it must be a whole number from 1 to 256",
  ],
  [
    "a crop beyond the canvas's origin",
    "env:\n  crop: { x: -1, width: 100 }\n",
    "{file}:2:14: env.crop.x is -1; it must be a whole number from 0 to 551",
  ],
  [
    "a positive cost of jumping",
    "reward:\n  jump: 0.1\n",
    "{file}:2:9: reward.jump is 0.1; it must be a number, at most 0",
  ],
  [
    "a reward that is null",
    "reward:\n  alive: null\n",
    "{file}:2:10: reward.alive is null; it must be a number",
  ],
  [
    "an unknown network",
    "network:\n  layers: resnet\n",
    '{file}:2:11: network.layers is "resnet"; it must be tutorial, tutorial-no-pooling, nips, nature or a list of at least 1, each a group { type, filters, kernel, stride, padding, pool } or a group { type, units }',
  ],
  [
    "no layers",
    "network:\n  layers: []\n",
    "{file}:2:11: network.layers is []; it must be tutorial, tutorial-no-pooling, nips, nature or a list of at least 1, each a group { type, filters, kernel, stride, padding, pool } or a group { type, units }",
  ],
  [
    "a layer of unknown type",
    "network:\n  layers:\n    - { type: conv, filters: 32 }\n",
    '{file}:3:15: network.layers[0].type is "conv"; it must be conv2d or dense',
  ],
  [
    "a layer without its size",
    "network:\n  layers:\n    - type: conv2d\n      filters: 32\n      kernel: 8\n      stride: 4\n      padding: same\n    - type: dense\n",
    "{file}:8:7: network.layers[1].units is missing; it must be a whole number, at least 1",
  ],
  [
    "a layer with an unknown key",
    "network:\n  layers:\n    - { type: dense, units: 512, activation: relu }\n",
    "{file}:3:34: unknown key network.layers[0].activation; the keys here are type, filters, kernel, stride, padding, pool, units",
  ],
  [
    "a layer of negative size",
    "network:\n  layers: [{ type: dense, units: -512 }]\n",
    "{file}:2:34: network.layers[0].units is -512; it must be a whole number, at least 1",
  ],
  [
    "a discount above 1",
    "learner:\n  discount: 1.01\n",
    "{file}:2:13: learner.discount is 1.01; it must be a number from 0 to 1",
  ],
  [
    "a batch with a fraction",
    "learner:\n  batchSize: 3.2e-1\n",
    "{file}:2:14: learner.batchSize is 0.32; it must be a whole number from 1 to 65536",
  ],
  [
    "an unknown engine",
    "learner:\n  engine: pytorch\n",
    '{file}:2:11: learner.engine is "pytorch"; it must be graph or eager',
  ],
  [
    "two kinds of target update",
    "learner:\n  targetUpdate: { every: 500, tau: 0.01 }\n",
    '{file}:2:17: learner.targetUpdate is {"every":500,"tau":0.01}; it must be a group { every } or a group { tau }',
  ],
  [
    "no kind of target update",
    "learner:\n  targetUpdate: {}\n",
    "{file}:2:17: learner.targetUpdate is {}; it must be a group { every } or a group { tau }",
  ],
  [
    "a target update of never",
    "learner:\n  targetUpdate: { every: 0 }\n",
    "{file}:2:26: learner.targetUpdate.every is 0; it must be a whole number, at least 1",
  ],
  [
    "probabilities in words",
    "exploration:\n  actionProbabilities: [most, few]\n",
    '{file}:2:25: exploration.actionProbabilities[0] is "most"; it must be a number, at least 0\n{file}:2:31: exploration.actionProbabilities[1] is "few"; it must be a number, at least 0',
  ],
  [
    "one probability",
    "exploration:\n  actionProbabilities: [1]\n",
    "{file}:2:24: exploration.actionProbabilities is [1]; it must be a list of 2 to 3, each a number, at least 0 or null",
  ],
  [
    "a negative probability",
    "exploration:\n  actionProbabilities: [1.5, -0.5]\n",
    "{file}:2:30: exploration.actionProbabilities[1] is -0.5; it must be a number, at least 0",
  ],
  [
    "a score that the game cannot show",
    "evaluation:\n  maxScore: 100000\n  target: null\n",
    "{file}:2:13: evaluation.maxScore is 100000; it must be a whole number from 1 to 99999",
  ],
  [
    "extends a number",
    "extends: 1\nseed: 2\n",
    "{file}:1:10: extends is 1; it must be the path of another config, relative to this one",
  ],
  [
    "extends a missing file",
    "seed: 2\nextends: missing.yaml\n",
    "{file}:2:10: extends: {folder}/missing.yaml: cannot read this config: there is no such file",
  ],
  [
    "extends a folder",
    "extends: .\n",
    "{file}:1:10: extends: {folder}: cannot read this config: it is a folder; name the .yaml file itself",
  ],
  [
    "extends itself",
    "extends: config.yaml\n",
    "{file}: extends itself: {file} extends {file}",
  ],
  [
    "two Chromes",
    "browser:\n  path: /usr/bin/chromium\n  endpoint: 127.0.0.1:9222\n",
    "{file}:2:9: browser.path and browser.endpoint are both set; one Chrome is started or another one is used, so one of them must be null",
  ],
  [
    "a crop wider than the canvas",
    "env:\n  crop: { x: 300, width: 300 }\n",
    "{file}:2:14: env.crop ends at x = 600, outside the canvas; x + width must be at most 552",
  ],
  [
    "a crop higher than the canvas",
    "env:\n  crop:\n    y: 10\n",
    "{file}:3:8: env.crop ends at y = 160, outside the canvas; y + height must be at most 150",
  ],
  [
    "many games in real time",
    "env:\n  clock: live\n",
    "{file}:2:10: env.clock is live, which plays one game in real time, but env.instances is 8; set env.instances to 1",
  ],
  [
    "more pages than games",
    "env:\n  pages: 9\n",
    "{file}:2:10: env.pages (9) is larger than env.instances (8); a page needs at least one game",
  ],
  [
    "start speeds the wrong way round",
    "game: { speed: accelerating }\nenv:\n  randomStartSpeed: { share: 0.5, low: 10, high: 8 }\n",
    "{file}:3:40: env.randomStartSpeed.low (10) is above env.randomStartSpeed.high (8)",
  ],
  [
    "random start speeds of a constant game",
    "env:\n  randomStartSpeed: { share: 0.5 }\n",
    "{file}:2:30: env.randomStartSpeed.share is 0.5, but game.speed is constant (6); set the share to 0 or the speed to accelerating",
  ],
  [
    "a crash that pays",
    "reward:\n  crash: 1\n",
    "{file}:2:10: reward.crash (1) must be below reward.alive (0.05), or the agent learns to crash",
  ],
  [
    "a learning rate that grows",
    "learner:\n  finalLearningRate: 1\n  learningRate: 1.0e-4\n",
    "{file}:2:22: learner.finalLearningRate (1) is above learner.learningRate (0.0001); it can only decay",
  ],
  [
    "a batch larger than the memory",
    "learner:\n  batchSize: 65536\nreplay:\n  capacity: 5000\n",
    "{file}:2:14: learner.batchSize (65536) is larger than replay.capacity (5000)\n{file}:2:14: replay.warmup (2000) is smaller than learner.batchSize (65536); the first update needs a whole batch",
  ],
  [
    "a warm-up smaller than a batch",
    "replay:\n  warmup: 10\n",
    "{file}:2:11: replay.warmup (10) is smaller than learner.batchSize (32); the first update needs a whole batch",
  ],
  [
    "a warm-up larger than the memory",
    "replay:\n  capacity: 1000\n",
    "{file}:2:13: replay.warmup (2000) is larger than replay.capacity (1000); learning would never start",
  ],
  [
    "a memory too small for its games",
    "replay: { capacity: 60, warmup: 50 }\n",
    "{file}:1:21: replay.capacity (60) leaves 7 steps for each of env.instances (8) games; a stack of 4 frames and 3-step returns need more than 7",
  ],
  [
    "a beta that shrinks",
    "replay:\n  finalBeta: 0.1\n",
    "{file}:2:14: replay.finalBeta (0.1) is below replay.beta (0.4); it can only grow",
  ],
  [
    "an epsilon that grows",
    "exploration:\n  initial: 0.01\n",
    "{file}:2:12: exploration.final (0.02) is above exploration.initial (0.01); epsilon can only decay",
  ],
  [
    "three actions, two probabilities",
    "game:\n  actions: 3\n",
    "{file}:2:12: exploration.actionProbabilities has 2 numbers, but game.actions is 3; give one for each action",
  ],
  [
    "probabilities of sum 0",
    "exploration:\n  actionProbabilities: [0, 0]\n",
    "{file}:2:24: exploration.actionProbabilities has the sum 0; it must be 1",
  ],
  [
    "a run shorter than its warm-up",
    "training:\n  steps: 2000\n",
    "{file}:2:10: replay.warmup (2000) is not below training.steps (2000); the run would end before it learns",
  ],
  [
    "a target above the cap",
    "evaluation:\n  maxScore: 500\n  target: 1000\n",
    "{file}:3:11: evaluation.target (1000) is above evaluation.maxScore (500), where every game ends; it would never be reached",
  ],
];

for (const [what, text, message] of BROKEN) {
  Deno.test(`loadConfig() refuses ${what}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const file = join(folder, "config.yaml");
      await Deno.writeTextFile(file, text);
      const error = await assertRejects(() => loadConfig(file), ConfigError);
      assertEquals(
        error.message.replaceAll(file, "{file}").replaceAll(folder, "{folder}"),
        message,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Bytes that are no config, and what is said of them. */
const BROKEN_BYTES: [what: string, bytes: number[], message: string][] = [
  [
    "UTF-16 with a byte order mark",
    [0xff, 0xfe, ...new TextEncoder().encode("s\0e\0e\0d\0")],
    "is text in UTF-16; save it as UTF-8",
  ],
  [
    "UTF-16 without one",
    [...new TextEncoder().encode("s\0e\0e\0d\0")],
    "is not text (it has zero bytes); save it as UTF-8",
  ],
  [
    "Latin-1",
    [...new TextEncoder().encode("seed: 1 # caf"), 0xe9, 0x0a],
    "is not text in UTF-8; save it as UTF-8",
  ],
  [
    "a file that is too large",
    Array<number>(1_000_001).fill(0x23),
    "cannot read this config: it has 1000001 bytes; a config has at most 1000000",
  ],
];

for (const [what, bytes, message] of BROKEN_BYTES) {
  Deno.test(`loadConfig() refuses ${what}`, async () => {
    const file = await Deno.makeTempFile({ suffix: ".yaml" });
    try {
      await Deno.writeFile(file, new Uint8Array(bytes));
      const error = await assertRejects(() => loadConfig(file), ConfigError);
      assertEquals(error.message, `${file}: ${message}`);
    } finally {
      await Deno.remove(file);
    }
  });
}

Deno.test("loadConfig() refuses nesting that would exhaust the stack", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, "seed: " + "[".repeat(100_000));
    await assertRejects(() => loadConfig(file), ConfigError, file);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("loadConfig() refuses a missing file and names a near one", async () => {
  const error = await assertRejects(
    () => loadConfig("/nowhere/tutoral.yaml"),
    ConfigError,
  );
  assertEquals(
    error.message.replace(/did you mean .*tutorial/, "did you mean tutorial"),
    "/nowhere/tutoral.yaml: cannot read this config: there is no such file; did you mean tutorial.yaml?",
  );
});

/** Paths that hold no config, and what is said of them. */
const BROKEN_PATHS: [path: string, message: string][] = [
  [`${import.meta.filename}/config.yaml`, "there is no such file"],
  ["/dev/zero", "it is not a regular file"],
  ["/", "it is a folder; name the .yaml file itself"],
];

for (const [path, message] of BROKEN_PATHS) {
  Deno.test(`loadConfig() refuses ${basename(path)}: ${message}`, async () => {
    const error = await assertRejects(() => loadConfig(path), ConfigError);
    assertEquals(
      error.message,
      `${displayPath(path)}: cannot read this config: ${message}`,
    );
  });
}

Deno.test("loadConfig() refuses files that extend each other", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [a, b] = [join(folder, "a.yaml"), join(folder, "b.yaml")];
    await Deno.writeTextFile(a, "extends: b.yaml\n");
    await Deno.writeTextFile(b, "extends: a.yaml\n");
    const error = await assertRejects(() => loadConfig(a), ConfigError);
    assertEquals(
      error.message,
      `${a}: extends itself: ${a} extends ${b} extends ${a}`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const GROUPS =
  "seed, browser, game, env, reward, network, learner, replay, exploration, training, evaluation, retraining, retention, notify";
const FORM = "write it as key=value, as in --set learner.learningRate=1e-4";

/** An argument of `--set`, and what is said of it. */
const BROKEN_SETS: [argument: string, message: string][] = [
  ["seed", FORM],
  ["=1", FORM],
  ["game..speed=6", FORM],
  ["game.speed=[6", "not valid YAML: Flow sequence must end with a ]"],
  [
    "game.speed=",
    "game.speed is null; it must be accelerating or a number from 1 to 20",
  ],
  [
    "learner.learnRate=1",
    "unknown key learner.learnRate; did you mean learner.learningRate?",
  ],
  ["extends=a.yaml", `unknown key extends; the keys here are ${GROUPS}`],
  ["__proto__.a=1", `unknown key __proto__; the keys here are ${GROUPS}`],
  ["seed=1.5", "seed is 1.5; it must be a whole number from 0 to 4294967295"],
  [
    "seed.x=1",
    'seed is {"x":1}; it must be a whole number from 0 to 4294967295',
  ],
  [
    "replay.warmup=1",
    "replay.warmup (1) is smaller than learner.batchSize (32); the first update needs a whole batch",
  ],
  [
    "retraining.minutes=300",
    "retraining.minutes (300) is not below retraining.hardLimitMinutes (240), the limit of a whole night; its games would not be played",
  ],
  [
    "retraining.episodes=1001",
    "retraining.episodes is 1001; it must be a whole number from 10 to 1000",
  ],
  [
    "notify.command=mail",
    'notify.command is "mail"; it must be a list of at least 1, each text or null',
  ],
];

for (const [argument, message] of BROKEN_SETS) {
  Deno.test(`loadConfig() refuses --set ${argument}`, async () => {
    const error = await assertRejects(
      () => loadConfig(undefined, [argument]),
      ConfigError,
    );
    assertEquals(error.message, `--set ${argument}: ${message}`);
  });
}

Deno.test("loadConfig() names all problems, each at its own place", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, "seed: -1\ngame:\n  speed: 0\n");
    const error = await assertRejects(
      () => loadConfig(file, ["env.clock=none"]),
      ConfigError,
    );
    assertEquals(error.message.split("\n"), [
      `${file}:1:7: seed is -1; it must be a whole number from 0 to 4294967295`,
      `${file}:3:10: game.speed is 0; it must be accelerating or a number from 1 to 20`,
      '--set env.clock=none: env.clock is "none"; it must be lockstep or live',
    ]);
  } finally {
    await Deno.remove(file);
  }
});
