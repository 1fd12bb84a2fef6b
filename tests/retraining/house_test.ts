import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { basename, join } from "node:path";
import { namesIn } from "../../lib/files.ts";
import { runFolderAt } from "../../lib/runs/mod.ts";
import { acquireLock } from "../../lib/system/mod.ts";
import { addCheckpoint, inNights } from "./pretend.ts";

Deno.test("house is kept: the newest stay, and the champion, the records and other people's runs", () =>
  inNights(async ({ folder, night, checkpoints }) => {
    const write = async (path: string, bytes = 1000) => {
      await Deno.mkdir(join(path, ".."), { recursive: true });
      await Deno.writeFile(path, new Uint8Array(bytes));
    };
    const keep = ["retention.nights=2"];
    for (let i = 0; i < 4; i++) await night({ set: keep });
    await night({ set: keep, champion: 200, challenger: 0 });
    await write(join(folder.runs, "mine/checkpoints/step-9/replay.bin"));
    await write(join(folder.runs, "challenger-until-night-2/a"));
    await write(join(checkpoints, "step-300.damaged/replay.bin"));
    await write(join(checkpoints, "../evaluations/step-400/index.html"));
    // Left by processes that were killed.
    await write(join(folder.agents, "night-5.partial-1-1/weights.bin"));
    await write(join(folder.nights, "night-2.removed/log.txt"));

    const games = async () => {
      const kept: string[] = [];
      for (const name of await namesIn(folder.nights)) {
        const names = await namesIn(join(folder.nights, name));
        assert(names.includes("report.json"), name);
        if (names.length > 1) kept.push(name);
      }
      return kept;
    };
    const { removed } = await night({
      set: keep,
      champion: 200,
      challenger: 0,
    });
    assertEquals(await namesIn(folder.agents), ["night-3", "night-4"]);
    assertEquals(await games(), ["night-5", "night-6"]);
    assertEquals(await namesIn(folder.runs), [
      ...["challenger", "challenger-until-night-2", "mine"],
    ]);
    assertStringIncludes(removed.join(), "night-5.partial-1-1 (0.0 MB)");

    // Nothing fits: what may go goes, but what is in use stays.
    const run = runFolderAt(join(folder.runs, "challenger-until-night-2"));
    const set = [...keep, "retention.maxGb=0.026"];
    await write(
      join(folder.runs, "challenger-until-night-2/large"),
      30_000_000,
    );
    {
      using _lock = await acquireLock(run.lock, "The run");
      const { result, reason } = await night({ set });
      assertEquals(result, "failed");
      assertMatch(
        reason,
        /^what the nights must keep has 0\.0\d GB, more than retention.maxGb/,
      );
    }
    assertEquals(await namesIn(folder.agents), ["night-4"]);
    assertEquals(await games(), ["night-7"]);
    await night({ set });
    assertEquals(await namesIn(folder.runs), ["challenger", "mine"]);
    const left = await namesIn(checkpoints);
    assert(left.length > 5 && left.every((name) => /^step-\d+$/.test(name)));
    assertEquals(await namesIn(join(checkpoints, "../evaluations")), []);
  }));

Deno.test("a night needs free disk, and leaves its reserve for the next one", () =>
  inNights(async ({ folder, night }) => {
    const { reason, result } = await night({
      set: ["retraining.freeDiskGb=1e9"],
    });
    assertEquals(result, "failed");
    assertMatch(
      reason,
      /^only [\d.]+ GB of disk are free, and a night needs 1000000000/,
    );
    assertEquals((await Deno.stat(folder.reserve)).size, 4_000_000);
  }));

Deno.test("the log of a night ends in time; that of the schedule is put aside when it is large", () =>
  inNights(async ({ folder, night, text }) => {
    const line = "x".repeat(1_000_000);
    await night({
      train: async (challenger, { log }) => {
        for (let i = 0; i < 11; i++) log.keep(line);
        await addCheckpoint(challenger, 400);
      },
    });
    const log = await text("nights/night-1/log.txt");
    assert(log.length < 12_000_000);
    assert(log.endsWith("The log is full; no more is kept.\n"));

    await Deno.writeTextFile(folder.log, "small");
    await night();
    for (const size of [1, 2, 3]) {
      await Deno.writeTextFile(folder.log, `${size}${line}`);
      await night();
    }
    const first = async (name: string) => (await text(name))[0];
    assertEquals([await first("log.1"), await first("log.2")], ["3", "2"]);
    assertEquals(
      (await namesIn(folder.path)).filter((name) => /^log/.test(name)),
      [
        ...["log.1", "log.2"],
      ],
    );
    assertEquals(basename(folder.log), "log");
  }));
