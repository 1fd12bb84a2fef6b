import { assertEquals, assertThrows } from "@std/assert";
import { dirname, join } from "node:path";
import { loadConfig } from "../../lib/config/mod.ts";
import { UsageError } from "../../lib/errors.ts";
import { crown, writeCandidate } from "../../lib/retraining/champion.ts";
import {
  bytesOf,
  keepReserve,
  releaseReserve,
} from "../../lib/retraining/disk.ts";
import {
  checkRetention,
  keepHouse,
  runBytes,
} from "../../lib/retraining/housekeeping.ts";
import { NightLog, rotateLog } from "../../lib/retraining/night_log.ts";
import { namesIn } from "../../lib/files.ts";
import type { ChampionFolder } from "../../lib/retraining/paths.ts";
import { acquireLock } from "../../lib/system/mod.ts";
import { inFolder } from "../folder.ts";
import { AGENT_FILES, inChampionFolder, makeInfo } from "./examples.ts";

const config = await loadConfig(undefined, ["retention.nights=2"]);

async function write(path: string, bytes = 1000) {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeFile(path, new Uint8Array(bytes));
}

/** A champion, three nights, and runs of the challenger's and of a person's. */
async function fill(folder: ChampionFolder, root: string) {
  for (const night of [1, 2, 3, 4]) {
    const name = `night-${night}`;
    await writeCandidate(folder, name, AGENT_FILES, makeInfo({ night }));
    await write(join(folder.nights, name, "log.txt"));
  }
  await crown(folder, "night-1");
  for (
    const path of [
      "challenger/checkpoints/step-400/replay.bin",
      "challenger/checkpoints/step-300.damaged/replay.bin",
      "challenger/evaluations/step-400/index.html",
      "challenger-until-night-2/checkpoints/step-9/replay.bin",
      "mine/checkpoints/step-9/replay.bin",
    ]
  ) await write(join(root, path));
}

/** The names that are left in each place. */
async function left(folder: ChampionFolder, root: string) {
  return {
    agents: await namesIn(folder.agents),
    nights: await namesIn(folder.nights),
    runs: await namesIn(root),
    checkpoints: await namesIn(join(root, "challenger/checkpoints")),
    evaluations: await namesIn(join(root, "challenger/evaluations")),
  };
}

const inHouse = (
  use: (folder: ChampionFolder, root: string) => Promise<void>,
) =>
  inChampionFolder((folder) =>
    inFolder(async (root) => {
      await fill(folder, root);
      await use(folder, root);
    })
  );

Deno.test("keepHouse() keeps the newest nights, and the champion however old", async () => {
  await inHouse(async (folder, root) => {
    const { removed } = await keepHouse({ config, folder, night: 5, root });
    assertEquals(await left(folder, root), {
      agents: ["night-1", "night-3", "night-4"],
      nights: ["night-3", "night-4"],
      runs: ["challenger", "challenger-until-night-2", "mine"],
      checkpoints: ["step-300.damaged", "step-400"],
      evaluations: ["step-400"],
    });
    assertEquals(removed.length, 3, removed.join());
  });
});

Deno.test("keepHouse() never removes champion, checkpoints, tonight, or a person's run", async () => {
  await inHouse(async (folder, root) => {
    const { retention } = config;
    const tiny = { ...config, retention: { ...retention, maxGb: 1e-9 } };
    const { bytes } = await keepHouse({ config: tiny, folder, night: 4, root });
    assertEquals(await left(folder, root), {
      agents: ["night-1"],
      nights: ["night-4"],
      runs: ["challenger", "mine"],
      checkpoints: ["step-400"],
      evaluations: [],
    });
    assertEquals(
      bytes,
      await bytesOf(folder.path) + await bytesOf(join(root, "challenger")),
    );
  });
});

Deno.test("keepHouse() leaves runs that are in use", async () => {
  await inHouse(async (folder, root) => {
    const locks = ["challenger", "challenger-until-night-2"].map((run) =>
      acquireLock(join(root, run, "lock"), run)
    );
    using _first = await locks[0]!;
    using _second = await locks[1]!;
    const { retention } = config;
    const tiny = { ...config, retention: { ...retention, maxGb: 1e-9 } };
    await keepHouse({ config: tiny, folder, night: 4, root });
    const { runs, checkpoints, evaluations } = await left(folder, root);
    assertEquals(runs, ["challenger", "challenger-until-night-2", "mine"]);
    assertEquals(checkpoints, ["step-300.damaged", "step-400"]);
    assertEquals(evaluations, ["step-400"]);
  });
});

Deno.test("keepHouse() removes what a killed night had begun to write", async () => {
  await inHouse(async (folder, root) => {
    await write(`${folder.history}.partial`);
    await write(join(folder.agents, "night-5.partial/weights.bin"));
    await Deno.symlink("agents/night-5", `${folder.current}.partial`);
    await write(join(folder.nights, "night-4/challenger.partial/index.html"));
    await write(join(folder.nights, "night-0.removed/log.txt"));
    await keepHouse({ config, folder, night: 5, root });
    const names = (await namesIn(folder.path)).concat(
      await namesIn(folder.agents),
      await namesIn(folder.nights),
    );
    assertEquals(names.filter((name) => /partial|removed/.test(name)), []);
  });
});

Deno.test("checkRetention() refuses a limit that one run does not fit into", async () => {
  checkRetention(config);
  const small = await loadConfig(undefined, ["retention.maxGb=0.05"]);
  assertThrows(
    () => checkRetention(small),
    UsageError,
    "retention.maxGb is 0.05, but one run with training.keepCheckpoints 2 and " +
      "replay.capacity 100000 needs about 0.12 GB",
  );
  const large = await loadConfig(undefined, ["replay.capacity=1000000"]);
  assertEquals(runBytes(large) > runBytes(config) * 5, true);
});

Deno.test("the reserve is made whole again, and given back", () =>
  inFolder(async (folder) => {
    const path = join(folder, "reserve");
    await Deno.writeFile(path, new Uint8Array(10));
    await keepReserve(path);
    assertEquals(await bytesOf(path), 4_000_000);
    await releaseReserve(path);
    await releaseReserve(path);
    assertEquals(await namesIn(folder), []);
  }));

Deno.test("rotateLog() puts large logs aside, and keeps two of them", () =>
  inFolder(async (folder) => {
    const path = join(folder, "log");
    await rotateLog(path, 4);
    for (const text of ["1111", "2222", "3333", "4"]) {
      await Deno.writeTextFile(path, text);
      await rotateLog(path, 4);
    }
    const read = (name: string) => Deno.readTextFile(join(folder, name));
    assertEquals(await namesIn(folder), ["log", "log.1", "log.2"]);
    assertEquals(await Promise.all(["log", "log.1", "log.2"].map(read)), [
      ...["4", "3333", "2222"],
    ]);
  }));

Deno.test("NightLog ends in time, and does without a disk", () =>
  inFolder(async (folder) => {
    const path = join(folder, "log.txt");
    const said: string[] = [];
    const log = new NightLog(path, (line) => said.push(line), 20);
    log.keep("first line");
    log.keep("second line");
    log.say("third line");
    assertEquals(
      await Deno.readTextFile(path),
      "first line\nsecond line\nThe log is full; no more is kept.\n",
    );
    assertEquals(said, ["third line"]);
    new NightLog(join(folder, "none/log.txt"), () => {}).keep("nowhere");
  }));
