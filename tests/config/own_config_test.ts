import { join } from "node:path";
import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  type Config,
  configToYaml,
  differences,
  differenceText,
  lastingDifferences,
  loadConfig,
  loadOwnConfig,
  machineSets,
  readOwnConfig,
} from "../../lib/config/mod.ts";
import { ConfigError } from "../../lib/errors.ts";
import { inFolder } from "../folder.ts";

/** Writes a config of which the lines are changed that `change` changes. */
async function ownConfig<T>(
  change: (yaml: string) => string,
  use: (file: string) => Promise<T>,
): Promise<T> {
  return await inFolder(async (folder) => {
    const file = join(folder, "config.yaml");
    const yaml = change(configToYaml(await loadConfig()));
    await Deno.writeTextFile(file, yaml);
    return await use(file);
  });
}

const without = (...keys: string[]) => (yaml: string) =>
  yaml.split("\n").filter((line) => !keys.includes(line.trim().split(":")[0]!))
    .join("\n");

Deno.test("loadOwnConfig() gives a key that came later the value that keeps the meaning", async () => {
  const config = await ownConfig(
    without(
      ...["liveShare", "randomStartScore", "members"],
      ...["plainStarts", "stochasticFrameSkip"],
    ),
    (file) => loadOwnConfig(file, "run"),
  );
  const { env, network } = config;
  assertEquals(
    [env.liveShare, env.randomStartScore, network.members],
    [0, 0, 1],
  );
  assertEquals([env.plainStarts, env.stochasticFrameSkip], [0, 0]);
  const base = await loadConfig();
  assertEquals(differences(base, config).map(({ key }) => key), [
    "env.liveShare",
    "env.randomStartScore",
  ]);
});

Deno.test("loadOwnConfig() leaves out a key that there is no more, and says so when it did something", async () => {
  const duck = (value: number) => (yaml: string) =>
    yaml.replace("\n  alive:", `\n  duck: ${value}\n  alive:`);
  const base = await loadConfig();
  assertEquals(
    await ownConfig(duck(0), (file) => loadOwnConfig(file, "run")),
    base,
  );
  await ownConfig(duck(-0.5), async (file) => {
    const { stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        "--ext=ts",
        `
        import { loadOwnConfig } from "${new URL(
          "../../lib/config/mod.ts",
          import.meta.url,
        )}";
        for (let i = 0; i < 2; i++) await loadOwnConfig("${file}", "agent");`,
      ],
    }).output();
    const said = new TextDecoder().decode(stderr);
    assertEquals(success, true, said);
    assertStringIncludes(said, "there is no reward.duck any more");
    assertEquals(said.split("reward.duck").length, 2);
  });
  // A file of the user's own is refused as ever.
  await ownConfig(duck(0), async (file) => {
    await assertRejects(() => loadConfig(file), ConfigError, "reward.duck");
  });
});

Deno.test("loadOwnConfig() lets nothing of an agent's start a program or choose a device", async () => {
  const foreign = (yaml: string) =>
    yaml.replace("\n  path: null", "\n  path: ./chrome")
      .replace("\n  command: null", "\n  command: [sh]")
      .replace("\n  device: auto", "\n  device: gpu")
      .replace("\n  threads: null", "\n  threads: 7");
  const machine = ({ browser, notify, learner }: Config) => [
    ...[browser.path, notify.command, learner.device, learner.threads],
  ];
  await ownConfig(foreign, async (file) => {
    assertEquals(machine(await loadConfig(file)), [
      ...["./chrome", ["sh"], "gpu", 7],
    ]);
    const agent = await loadOwnConfig(file, "agent");
    assertEquals(machine(agent), [null, null, "auto", null]);
    const told: string[] = [];
    const read = await readOwnConfig(file, "run");
    const run = read([], (line) => told.push(line));
    assertEquals(machine(run), [null, null, "gpu", 7]);
    assertEquals(told.map((line) => /: (\S+) belongs/.exec(line)?.[1]), [
      ...["browser.path", "notify.command"],
    ]);
    const sets = ["browser.path=/usr/bin/chromium", "learner.device=cpu"];
    assertEquals(machine(await loadOwnConfig(file, "agent", sets)), [
      ...["/usr/bin/chromium", null, "cpu", null],
    ]);
  });
});

Deno.test("loadOwnConfig() reads no other file, and names the place of a wrong value", async () => {
  for (
    const [change, message] of [
      ["extends: /etc/hostname\nseed: 1", /config.yaml:\d+:1: .* extends out$/],
      ["seed: many", /config.yaml:\d+:7: seed is "many"/],
    ] as const
  ) {
    await ownConfig(
      (yaml) => yaml.replace(/^seed: .*$/m, change),
      async (file) => {
        const { message: said } = await assertRejects(
          () => loadOwnConfig(file, "agent"),
          ConfigError,
        );
        assertMatch(said, message);
      },
    );
  }
});

Deno.test("machineSets() gives this machine's keys as --set takes them", async () => {
  const sets = ["browser.timeoutSeconds=7", "learner.threads=1"];
  const config = await loadConfig(undefined, sets);
  const again = await loadConfig(undefined, machineSets(config));
  assertEquals(again, config);
  const programs = machineSets(config, "program");
  assertEquals(programs.some((set) => set.startsWith("learner.")), false);
});

Deno.test("differences() names each key with both values", async () => {
  const base = await loadConfig();
  assertEquals(differences(base, structuredClone(base)), []);
  const now = structuredClone(base);
  now.learner.nStep = 5;
  now.learner.targetUpdate = { tau: 0.01 };
  now.exploration.actionProbabilities = null;
  assertEquals(differences(base, now).map(differenceText), [
    "learner.nStep was 3 and is 5",
    `learner.targetUpdate.every was ${
      JSON.stringify(base.learner.targetUpdate, ["every"]).match(/\d+/)
    } and is undefined`,
    "learner.targetUpdate.tau was undefined and is 0.01",
    "exploration.actionProbabilities was [0.8,0.2] and is null",
  ]);
  assertEquals(
    differences(base, now, ["learner.n", "exploration"]).map(({ key }) => key),
    ["exploration.actionProbabilities"],
  );
});

Deno.test("lastingDifferences() names what a run cannot change, and nothing else", async () => {
  const base = await loadConfig();
  const keys = async (...sets: string[]) =>
    lastingDifferences(base, await loadConfig(undefined, sets))
      .map(({ key }) => key);
  assertEquals(
    await keys("learner.learningRate=1e-4", "training.steps=50000"),
    [],
  );
  assertEquals(
    await keys("game.speed=7", "network.layers=nips", "replay.capacity=9000"),
    ["game.speed", "network.layers", "replay.capacity"],
  );
  // Whether there is an average lasts; its rate does not.
  assertEquals(await keys("learner.averageRate=0.5"), []);
  assertEquals(await keys("learner.averageRate=0"), ["learner.averageRate"]);
});
