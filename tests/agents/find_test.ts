import {
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import {
  createLearner,
  encodeModel,
  initialWeights,
  type ModelFiles,
  resolveNetwork,
} from "../../lib/agent/mod.ts";
import { type Config, configToYaml, loadConfig } from "../../lib/config/mod.ts";
import { ConfigError, UsageError } from "../../lib/errors.ts";
import { Random } from "../../lib/random.ts";
import {
  createRun,
  readRunInfo,
  writeCheckpointFiles,
  writeRunInfo,
} from "../../lib/runs/mod.ts";
import {
  agentTarget,
  findAgent,
  loadPlayer,
  weightsToBeginWith,
} from "../../lib/agents/mod.ts";
import { inFolder } from "../folder.ts";

const config = await loadConfig();
const network = resolveNetwork(config.network, config.game.actions);
const initial = initialWeights(network, new Random(1));
const { weights } = encodeModel(network, initial);

/** An exported agent's folder. */
async function writeAgent(
  folder: string,
  random = new Random(1),
): Promise<void> {
  const weights = initialWeights(network, random);
  await writeFiles(folder, encodeModel(network, weights), config);
}

async function writeFiles(
  folder: string,
  { model, weights }: ModelFiles,
  config: Config,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "model.json"), model);
  await Deno.writeFile(join(folder, "weights.bin"), weights);
  await Deno.writeTextFile(join(folder, "config.yaml"), configToYaml(config));
}

interface Folders {
  runs: string;
  pretrained: string;
}

const withFolders = (test: (folders: Folders) => Promise<void>) =>
  inFolder((root) =>
    test({ runs: join(root, "runs"), pretrained: join(root, "pretrained") })
  );

/** Asserts that findAgent() refuses a target, as wrong use. */
const refused = (target: string, folders: Folders, message: string) =>
  assertRejects(() => findAgent(target, folders), UsageError, message);

Deno.test("findAgent() takes pretrained alone for the accelerating game", () =>
  withFolders(async (folders) => {
    await writeAgent(join(folders.pretrained, "accelerating"));
    for (const target of ["pretrained", "pretrained/accelerating", undefined]) {
      const agent = await findAgent(target, folders);
      assertEquals(agent.name, "pretrained/accelerating");
      assertEquals(agent.run, null);
      assertEquals(agent.weights, initial);
    }
  }));

Deno.test("findAgent() names what there is when an agent is not there", () =>
  withFolders(async (folders) => {
    await refused("pretrained", folders, "there is none: train one");
    await writeAgent(join(folders.pretrained, "constant"));
    await refused("pretrained/best", folders, "there is pretrained/constant");
    await refused("nonesuch", folders, "There is no run nonesuch");
    await refused("pretraind", folders, "; did you mean pretrained?");
  }));

Deno.test("findAgent() refuses a run without a checkpoint", () =>
  withFolders(async (folders) => {
    const { path } = await createRun({
      config,
      name: "young",
      configName: "default",
      root: folders.runs,
    });
    for (
      const target of [
        "young",
        "young@all",
        join(path, "checkpoints", "step-5"),
      ]
    ) {
      await refused(target, folders, "There is no checkpoint");
    }
    // Without a name it is passed over.
    await writeAgent(join(folders.pretrained, "accelerating"));
    const agent = await findAgent(undefined, folders);
    assertEquals(agent.name, "pretrained/accelerating");
  }));

/** A run with one checkpoint, started at this time. */
async function writeRun(root: string, name: string, started: string) {
  const run = await createRun({ config, name, configName: "x", root });
  const { model, weights } = encodeModel(network, initial);
  await writeCheckpointFiles(run.checkpoints, 5, {
    "model.json": new TextEncoder().encode(model),
    "weights.bin": weights,
  }, null);
  const info = await readRunInfo(run);
  await writeRunInfo(run, {
    ...info,
    starts: [{
      ...{ time: started, fromStep: 0, commandLine: [], commit: null },
      ...{ versions: {}, pageScript: "", engine: "graph", device: "CPU" },
    }],
  });
}

Deno.test("findAgent() takes the run that was started last, by what the runs say", () =>
  withFolders(async (folders) => {
    await writeRun(folders.runs, "newer", "2026-02-01T00:00:00Z");
    // Its files are the newer ones.
    await writeRun(folders.runs, "older", "2026-01-01T00:00:00Z");
    assertEquals((await findAgent(undefined, folders)).name, "newer");
  }));

Deno.test("findAgent() takes a name for the run, and a path for the folder", () =>
  withFolders(async (folders) => {
    await writeRun(folders.runs, "a", "2026-01-01T00:00:00Z");
    const here = Deno.cwd();
    const elsewhere = join(folders.runs, "..", "elsewhere");
    for (const name of ["a", "b"]) await writeAgent(join(elsewhere, name));
    Deno.chdir(elsewhere);
    try {
      const checkpoints: string[] = [];
      for (const target of ["a", "./a", join(elsewhere, "a"), "b"]) {
        checkpoints.push((await findAgent(target, folders)).checkpoint);
      }
      assertEquals(checkpoints, ["step-5", "model", "model", "model"]);
    } finally {
      Deno.chdir(here);
    }
  }));

Deno.test("findAgent() takes RUN@best, @last, @step-N and @all, and paths that hold an @", () =>
  withFolders(async (folders) => {
    await writeRun(folders.runs, "a", "2026-01-01T00:00:00Z");
    const run = join(folders.runs, "a");
    const { model, weights } = encodeModel(network, initial);
    await writeCheckpointFiles(join(run, "checkpoints"), 7, {
      "model.json": new TextEncoder().encode(model),
      "weights.bin": weights,
    }, { step: 5, mean: 10 });
    const checkpoint = async (target: string) =>
      (await findAgent(target, folders)).checkpoint;
    for (
      const [target, wanted] of [
        ["a", "step-5"],
        ["a@best", "step-5"],
        ["a@last", "step-7"],
        ["a@step-7", "step-7"],
        [`${run}@step-5`, "step-5"],
        ["a@best,a@last", "step-5,step-7"],
        ["a@all", "step-5,step-7"],
        [`${run}@all`, "step-5,step-7"],
      ]
    ) assertEquals(await checkpoint(target!), wanted);
    for (const name of ["mine@all", "mine@last"]) {
      const folder = join(folders.runs, "..", name);
      await writeAgent(folder);
      assertEquals(await checkpoint(folder), "model");
    }
    const folder = join(folders.runs, "..", "mine@last");
    await refused("a@step-6", folders, "there is best, last, step-7, step-5");
    await refused("b@best", folders, "There is no run b in");
    await refused(
      "pretrained/none@best",
      folders,
      "There is no agent pretrained/none@best",
    );
    await refused(
      "a,a",
      folders,
      "is named twice in a,a: it would count as two",
    );
    await refused(`${run}@step-5,a@best`, folders, "is named twice");
    await refused("a@all,a@best", folders, "is named twice");
    await refused("b@all", folders, "There is no run b in");
    const link = join(folders.runs, "..", "link");
    await Deno.symlink(folder, link);
    await refused(`${folder},${link}`, folders, "is named twice");
  }));

Deno.test("agentTarget() names an agent so that it is found again", () =>
  withFolders(async (folders) => {
    await writeAgent(join(folders.pretrained, "accelerating"));
    await writeRun(folders.runs, "a", "2026-01-01T00:00:00Z");
    const folder = join(folders.runs, "..", "exported");
    await writeAgent(folder);
    const checkpoint = join(folders.runs, "a@step-5");
    for (
      const [target, wanted] of [
        ["pretrained", "pretrained/accelerating"],
        ["a", checkpoint],
        [folder, folder],
        [`a,${folder}`, `${checkpoint},${folder}`],
      ]
    ) {
      const agent = await findAgent(target, folders);
      assertEquals(agentTarget(agent), wanted);
      const again = await findAgent(wanted, folders);
      assertEquals(again.weights, agent.weights);
    }
  }));

Deno.test("findAgent() refuses an agent that is damaged or of another config", () =>
  withFolders(async (folders) => {
    const folder = join(folders.pretrained, "bad");
    const find = () => findAgent(folder, folders);
    await writeAgent(folder);
    await Deno.writeFile(join(folder, "weights.bin"), weights.subarray(4));
    await assertRejects(find, UsageError, "bytes");
    const nothing = new Float32Array(weights.length / 4).fill(NaN);
    const bytes = new Uint8Array(nothing.buffer);
    await Deno.writeFile(join(folder, "weights.bin"), bytes);
    await assertRejects(find, UsageError, "not finite");
    // Far more than this machine's memory, of which no byte is read.
    for (const name of ["weights.bin", "model.json"]) {
      await writeAgent(folder);
      await Deno.truncate(join(folder, name), 2 ** 40);
      await assertRejects(find, UsageError, `${name} has 1099511627776 bytes`);
    }
    await writeAgent(folder);
    await Deno.writeTextFile(join(folder, "model.json"), "{");
    await assertRejects(find, UsageError, "cannot be used");
    await writeAgent(folder);
    const duelling = await loadConfig(undefined, ["network.dueling=true"]);
    await Deno.writeTextFile(
      join(folder, "config.yaml"),
      configToYaml(duelling),
    );
    await assertRejects(find, UsageError, "cannot be used");
    await Deno.writeTextFile(join(folder, "config.yaml"), "epsilon: 1\n");
    await assertRejects(find, ConfigError, "epsilon");
    await Deno.remove(join(folder, "config.yaml"));
    await assertRejects(find, UsageError, "no config.yaml");
  }));

Deno.test("findAgent() joins agents to an ensemble that answers with their mean", () =>
  withFolders(async (folders) => {
    const others = ["a", "b", "c"].map((name) =>
      join(folders.pretrained, name)
    );
    for (const [i, folder] of others.entries()) {
      await writeAgent(folder, new Random(i + 1));
    }
    const random = new Random(9);
    const observations = Uint8Array.from(
      { length: 2 * 80 * 80 * 4 },
      () => random.integer(256),
    );
    const answers = async (target: string) => {
      const agent = await findAgent(target, folders);
      using player = await loadPlayer(agent);
      return { agent, q: await player.qValues(observations, 2) };
    };
    const { agent, q } = await answers(others.join(","));
    assertEquals(agent.config.network.members, 3);
    assertEquals(agent.members.map(({ name }) => name), ["a", "b", "c"]);
    assertEquals([agent.name, agent.checkpoint], ["a,b,c", "model"]);
    const alone = await Promise.all(others.map(answers));
    q.forEach((value, i) => {
      const sum = alone.reduce((sum, { q }) => sum + q[i]!, 0);
      assertAlmostEquals(value, sum / 3, 1e-5);
    });

    // Written down and read again it is one agent, which joins others itself.
    const exported = join(folders.pretrained, "three");
    await writeFiles(exported, agent.model, agent.config);
    assertEquals((await answers(exported)).q, q);
    const four = await findAgent(`${exported},${others[0]}`, folders);
    assertEquals(four.config.network.members, 4);
  }));

Deno.test("findAgent() takes paths that hold commas, alone and in an ensemble", () =>
  withFolders(async (folders) => {
    const [one, two] = ["a,b", "c,,d"].map((name) =>
      join(folders.pretrained, name)
    ) as [string, string];
    for (const folder of [one, two]) await writeAgent(folder);
    assertEquals((await findAgent(one, folders)).folder, one);
    const both = await findAgent(`${one}, ${two}`, folders);
    assertEquals(both.members.map(({ folder }) => folder), [one, two]);
    await refused(`${one},${join(folders.pretrained, "no")}`, folders, "no");
  }));

Deno.test("findAgent() refuses an ensemble of agents that see or play differently", () =>
  withFolders(async (folders) => {
    const { pretrained } = folders;
    await writeAgent(join(pretrained, "a"));
    for (
      const [key, change] of [
        ["env.crop.width", "env.crop.width=300"],
        ["game.frameSkip", "game.frameSkip=2"],
      ] as const
    ) {
      const other = await loadConfig(undefined, [change]);
      await writeFiles(
        join(pretrained, "b"),
        encodeModel(network, initial),
        other,
      );
      await refused(
        "pretrained/a,pretrained/b",
        folders,
        `pretrained/a and pretrained/b cannot decide together: their ${key} differs`,
      );
    }
    await refused("pretrained/a,nonesuch", folders, "There is no run nonesuch");
    for (const target of ["", "pretrained/a,"]) {
      await refused(target, folders, "The name of an agent is missing");
    }
  }));

Deno.test("findAgent() refuses more networks together than a config may name", () =>
  withFolders(async ({ pretrained, ...folders }) => {
    const many = await loadConfig(undefined, [
      ...["network.layers=[{type: dense, units: 1}]", "network.members=65"],
    ]);
    const network = resolveNetwork(many.network, many.game.actions);
    const model = encodeModel(network, initialWeights(network, new Random(1)));
    const two = ["a", "b"].map((name) => join(pretrained, name));
    for (const folder of two) await writeFiles(folder, model, many);
    await refused(
      two.join(","),
      { pretrained, ...folders },
      "130 networks together, and one has 128 at most",
    );
  }));

Deno.test("weightsToBeginWith() refuses another network, and tells of another game", () =>
  withFolders(async (folders) => {
    const folder = join(folders.pretrained, "constant");
    await writeAgent(folder);
    const agent = await findAgent("pretrained/constant", folders);
    const told: string[] = [];
    const begin = async (...sets: string[]) =>
      weightsToBeginWith(
        agent,
        await loadConfig(undefined, sets),
        (line) => told.push(line),
      );
    assertEquals(await begin("learner.nStep=5"), initial);
    assertEquals(told, []);
    assertEquals(await begin("game.speed=accelerating"), initial);
    assertEquals(told, [
      "note: the agent has learned another game: game.speed was 6 and is " +
      '"accelerating"',
    ]);
    for (const set of ["network.dueling=true", "env.crop.width=300"]) {
      const error = await assertRejects(() => begin(set), UsageError);
      const [key] = set.split("=");
      assertStringIncludes(error.message, `does not fit this training: ${key}`);
      assertStringIncludes(error.message, `--config ${folder}/config.yaml`);
    }
  }));

Deno.test("loadPlayer() answers as a learner with the stored weights", () =>
  withFolders(async (folders) => {
    await writeAgent(join(folders.pretrained, "accelerating"));
    using player = await loadPlayer(await findAgent("pretrained", folders));
    using learner = await createLearner(config, network, new Random(1));
    const observation = new Uint8Array(80 * 80 * 4).fill(100);
    assertEquals(
      await player.qValues(observation, 1),
      await learner.qValues(observation, 1),
    );
  }));
