import { assert, assertEquals, assertMatch } from "@std/assert";
import { hostname } from "node:os";
import { join } from "node:path";
import {
  type ChampionInfo,
  crown,
  writeCandidate,
} from "../../lib/retraining/champion.ts";
import { writeHeartbeat } from "../../lib/retraining/heartbeat.ts";
import {
  type ChampionFolder,
  championFolderAt,
} from "../../lib/retraining/paths.ts";
import type { NightResult } from "../../lib/retraining/result.ts";
import { readStatus, statusText } from "../../lib/retraining/status.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { acquireLock } from "../../lib/system/mod.ts";
import { inFolder } from "../folder.ts";

const { game } = await loadConfig("configs/smoke.yaml");

const INFO: ChampionInfo = {
  night: 3,
  time: "2026-11-20T12:31:00.000Z",
  run: "challenger",
  step: 4000,
  game,
  pageScript: "a1b2",
  parameters: 112290,
  figures: {
    firstSeed: 1_003_000,
    episodes: 100,
    cap: 20_000,
    mean: 812.4,
    mean95: [700, 920],
    capped: 0,
  },
};

const LAST: NightResult = {
  result: "kept",
  reason: "the challenger is not better beyond chance",
  champion: null,
  challenger: null,
  difference: 12,
  difference95: [-5, 30],
  night: 4,
  time: "2026-11-21T12:00:00.000Z",
  minutes: 61,
  episodes: 100,
  firstSeed: 1_004_000,
  maxScore: 20_000,
  steps: 12_000,
  pageScript: "a1b2",
  pageChange: null,
  diskGb: 1.2,
  removed: [],
  warnings: [],
};

/** An empty data folder, on a machine without cron and systemd. */
async function inData(test: (folder: ChampionFolder) => Promise<void>) {
  await inFolder(async (data) => {
    const before = ["PATH", "HOME"].map((name) => Deno.env.get(name));
    try {
      Deno.env.set("PATH", data);
      Deno.env.set("HOME", data);
      await test(championFolderAt(join(data, "champion")));
    } finally {
      Deno.env.set("PATH", before[0]!);
      Deno.env.set("HOME", before[1]!);
    }
  });
}

Deno.test("readStatus() of a folder in which nothing was done yet", () =>
  inData(async (folder) => {
    const { freeDiskGb, ...status } = await readStatus(folder);
    assertEquals(status, {
      champion: null,
      lastRun: null,
      nextRun: null,
      lock: null,
      schedules: [],
      problems: [],
    });
    assert(freeDiskGb > 0);
    assertMatch(
      statusText({ freeDiskGb, ...status }),
      /^Champion +none\nLast night +none\nNow +nothing runs\nNext night +not scheduled; .*\nDisk +\d+\.\d GB free$/,
    );
  }));

Deno.test("readStatus() tells of champion, last night, and who retrains now", () =>
  inData(async (folder) => {
    await writeCandidate(folder, "night-3", { "model.json": "{}" }, INFO);
    await crown(folder, "night-3");
    await Deno.writeTextFile(folder.last, JSON.stringify(LAST));
    await writeHeartbeat(folder.heartbeat, "running");
    {
      using _lock = await acquireLock(folder.lock, "Retraining");
      const status = await readStatus(folder);
      assertEquals(status.champion, { name: "night-3", ...INFO });
      assertEquals(status.lastRun, LAST);
      assertEquals(status.lock?.pid, Deno.pid);
      assertEquals(status.lock?.host, hostname());
      assertEquals(status.problems, []);
      const text = statusText(status);
      assertMatch(
        text,
        /^Champion +night-3, since 2026-11-20 .*: mean 812 \(95 %: 700 to 920\) of 100 games, up to 20000 points; step 4000 of run challenger$/m,
      );
      assertMatch(text, /^Last night +2026-11-21 .* Night 4: kept, /m);
      assertMatch(
        text,
        /^Now +retraining, since .*, by process \d+ on /m,
      );
    }
    const { lock, problems } = await readStatus(folder);
    assertEquals(lock, null);
    assertEquals(problems.length, 1);
    assertMatch(problems[0]!, /^A night that began at .* never ended: /);
    await writeHeartbeat(folder.heartbeat, "kept");
    assertEquals((await readStatus(folder)).problems, []);
  }));

Deno.test("readStatus() names what is damaged, and tells the rest", () =>
  inData(async (folder) => {
    await writeCandidate(folder, "night-3", { "model.json": "{}" }, INFO);
    await crown(folder, "night-3");
    await Deno.writeTextFile(join(folder.current, "model.json"), "[]");
    await Deno.writeTextFile(folder.last, JSON.stringify(LAST).slice(0, 40));
    const status = await readStatus(folder);
    assertEquals([status.champion, status.lastRun], [null, null]);
    assertEquals(status.problems.length, 2);
    assertMatch(status.problems[0]!, /^The champion cannot be used: /);
    assertMatch(status.problems[1]!, /last\.json is damaged: /);
    assertMatch(statusText(status), /^Problem +The champion cannot/m);
  }));
