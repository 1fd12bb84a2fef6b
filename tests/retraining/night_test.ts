import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { DinoDqnError, RunLockedError, UsageError } from "../../lib/errors.ts";
import { namesIn } from "../../lib/files.ts";
import { readStatus, resultLine } from "../../lib/retraining/mod.ts";
import { acquireLock } from "../../lib/system/mod.ts";
import { addCheckpoint, inNights, PAGE } from "./pretend.ts";

Deno.test("the first challenger becomes champion, whatever it scores; then only a better one", () =>
  inNights(async ({ folder, night, json, text }) => {
    const first = await night({ challenger: 0 });
    assertEquals([first.result, first.night, first.firstSeed], [
      ...["promoted", 1, 1_001_000],
    ]);
    assertEquals([first.champion, first.difference, first.steps], [
      ...[null, null, 400],
    ]);
    assertEquals(await Deno.readLink(folder.current), "agents/night-1");

    const better = await night({ champion: 0, challenger: 50 });
    assertEquals([better.result, better.champion?.name], [
      "promoted",
      "night-1",
    ]);
    assertEquals([better.challenger?.name, better.difference], [
      "step-800",
      50,
    ]);
    const equal = await night({ champion: 50, challenger: 50 });
    assertEquals([equal.result, equal.champion?.name], ["kept", "night-2"]);
    assertEquals(
      resultLine(equal),
      "Night 3: kept, the challenger made as many points. Challenger " +
        "step-1200, 0 % at the cap: mean 51 (95 %: 50 to 52), champion " +
        "night-2, 0 % at the cap: mean 51 (95 %: 50 to 52) of 10 new games; " +
        "difference +0.",
    );
    const capped = { ...equal.champion!, capped: 0.2 };
    assertStringIncludes(
      resultLine({ ...equal, champion: capped }),
      ", champion night-2, 20 % at the cap: mean 51 (95 %: ",
    );
    assertEquals(await namesIn(folder.agents), ["night-1", "night-2"]);

    const { said: _said, ...document } = equal;
    assertEquals(await json("nights/night-3/report.json"), document);
    assertEquals(await json("last.json"), document);
    const { time, state, pid } = await json("heartbeat.json");
    assertEquals([state, pid], ["kept", Deno.pid]);
    assert(Date.parse(time as string) <= Date.now());
    const lines = (await text("history.csv")).split("\n");
    assertEquals(lines.map((line) => line.split(",")[0]), [
      ...["night", "1", "2", "3", ""],
    ]);
    assertEquals(
      new Set(lines.slice(0, -1).map((line) => line.split(",").length)).size,
      1,
    );
    assertMatch(
      await text("nights/night-3/index.html"),
      /href="challenger\/index.html"/,
    );
    assertMatch(
      await text("nights/night-2/index.html"),
      /href="\.\.\/\.\.\/agents\/night-2\/report\/index.html"/,
    );
    assertMatch(await text("agents/night-2/report/index.html"), /^<!doctype/);
    assertMatch(
      await text("index.html"),
      /3 nights; the last one, night 3: kept/,
    );
  }));

Deno.test("games of one score have no interval: its cells in history.csv are empty", () =>
  inNights(async ({ night, text }) => {
    await night({ challenger: 40, spread: 1 });
    await night({ champion: 40, challenger: 50 });
    const [names, cells, numbers] = (await text("history.csv")).split("\n")
      .map((line) => line.split(","));
    const at = names!.indexOf("challenger_mean");
    assertEquals(names!.slice(at, at + 3), [
      ...["challenger_mean", "challenger_low", "challenger_high"],
    ]);
    assertEquals(cells!.slice(at, at + 3), ["40.0", "", ""]);
    // Those of several scores have numbers in all of them.
    for (const column of [at, names!.indexOf("champion_mean")]) {
      const [mean, low, high] = numbers!.slice(column, column + 3);
      assert(Number(low) > 0 && Number(low) < Number(mean));
      assert(Number(high) > Number(mean));
    }
  }));

Deno.test("a night's record says running from its beginning on, and so does the heartbeat", () =>
  inNights(async ({ night, json }) => {
    let seen: unknown[] = [];
    await night({
      train: async (challenger) => {
        seen = [
          (await json("nights/night-1/report.json")).result,
          (await json("heartbeat.json")).state,
        ];
        await addCheckpoint(challenger, 400);
      },
    });
    assertEquals(seen, ["running", "running"]);
  }));

Deno.test("a night that fails says why, everywhere, and the champion stays", () =>
  inNights(async ({ folder, night, json, text }) => {
    await night();
    const failed = await night({
      train: () => Promise.reject(new Error('it said:\n"no, never".')),
    });
    assertEquals([failed.result, failed.reason], [
      "failed",
      'it said: "no, never"',
    ]);
    assertEquals((await json("heartbeat.json")).state, "failed");
    assertMatch(
      await text("history.csv"),
      /\n2,[^,]+,failed,it said: 'no; never',,,/,
    );
    assertMatch(await text("index.html"), /it said: (&quot;|")no, never/);
    assertEquals(await Deno.readLink(folder.current), "agents/night-1");

    const idle = await night({ train: () => Promise.resolve() });
    assertStringIncludes(
      idle.reason,
      "training left no new checkpoint after step 400",
    );
    const stop = new AbortController();
    const stopped = await night({
      signal: stop.signal,
      train: (_challenger, { signal }) => {
        stop.abort();
        signal.throwIfAborted();
        return Promise.resolve();
      },
    });
    assertEquals(stopped.reason, "it was stopped; training is saved");
    const late = await night({
      set: ["retraining.minutes=0.001", "retraining.hardLimitMinutes=0.002"],
      train: async (_challenger, { signal }) => {
        while (!signal.aborted) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        signal.throwIfAborted();
      },
    });
    assertEquals(
      late.reason,
      "the hard limit of 0.002 minutes was reached; training is saved",
    );
  }));

Deno.test("a night that was broken off is told by the next one; its seeds do not come back", () =>
  inNights(async ({ folder, night, json, text }) => {
    await night();
    const record = await json("nights/night-1/report.json");
    const breakOff = async (number: number) => {
      const path = join(folder.nights, `night-${number}`);
      await Deno.mkdir(path, { recursive: true });
      await Deno.writeTextFile(
        join(path, "report.json"),
        JSON.stringify({ ...record, night: number, result: "running" }),
      );
    };
    await breakOff(2);
    const { problems } = await readStatus(folder);
    assertMatch(problems.join(), /^A night that began at .* never ended: /);
    const third = await night();
    assertEquals(third.night, 3);
    assertStringIncludes(third.warnings.join(), "night 2 was broken off");
    assertEquals((await json("nights/night-2/report.json")).result, "failed");
    assertMatch(
      await text("history.csv"),
      /\n2,[^,]+,failed,its process ended before/,
    );

    // What was left to do was to tell that it had become champion.
    await breakOff(3);
    await night({ champion: 200 });
    const { result, reason } = await json("nights/night-3/report.json");
    assertEquals([result, reason], ["promoted", record.reason]);
  }));

Deno.test("a night's number is above every trace of a night, in folders of earlier versions too", () =>
  inNights(async ({ folder, night, text }) => {
    await night();
    const line = (await text("history.csv")).split("\n")[1]!;
    // Their folders are gone; what others wrote into the table stays there.
    const table = `${await text("history.csv")}${line.replace("1,", "7,")}\n` +
      "what is this?\n" + line.replace("1,", "4,");
    await Deno.writeTextFile(folder.history, table);
    assertEquals((await night()).night, 8);
    assert((await text("history.csv")).startsWith(`${table}\n8,`));
    // In Windows' own encoding: "né".
    const added = Uint8Array.of(0x6e, 0xe9, 0x0a);
    await Deno.writeFile(folder.history, added, { append: true });
    const before = await Deno.readFile(folder.history);
    assertEquals((await night()).night, 9);
    assertEquals(
      (await Deno.readFile(folder.history)).subarray(0, before.length),
      before,
    );
    await Deno.mkdir(join(folder.agents, "night-12-page-3ffb0000"));
    assertEquals((await night()).night, 13);
    await Deno.mkdir(join(folder.nights, "night-20"));
    await Deno.remove(folder.history);
    assertEquals((await night()).night, 21);
    // A copy that somebody made stays, and has no seeds of its own.
    const copy = join(folder.nights, "night-20261124");
    await Deno.mkdir(copy);
    await Deno.writeTextFile(join(copy, "notes"), "mine");
    assertEquals((await night({ set: ["retention.nights=1"] })).night, 22);
    assertEquals(await Deno.readTextFile(join(copy, "notes")), "mine");
  }));

Deno.test("a record that is none is told, and left out", () =>
  inNights(async ({ folder, night, text }) => {
    await night();
    const file = join(folder.nights, "night-1", "report.json");
    const record = JSON.parse(await Deno.readTextFile(file));
    for (
      const broken of [
        "",
        "null",
        "[]",
        JSON.stringify({ ...record, night: "1" }),
        JSON.stringify({ ...record, champion: { name: "night-0" } }),
      ]
    ) {
      await Deno.writeTextFile(file, broken);
      assertEquals((await readStatus(folder)).problems, [
        `${file} is no record of a night; it is left out`,
      ]);
    }
    const { night: number, warnings } = await night();
    assertEquals([number, warnings.length], [2, 1]);
    assertMatch(await text("index.html"), /1 nights; the last one, night 2/);
  }));

Deno.test("a page that changed is told once, with the figures before and after", () =>
  inNights(async ({ folder, night, json }) => {
    const other = "a".repeat(64);
    await night();
    await night({ champion: 150, challenger: 0 });
    const changed = await night({
      champion: 90,
      challenger: 0,
      pageScript: other,
    });
    assertEquals(changed.pageChange, {
      from: PAGE,
      to: other,
      meanBefore: 150.9,
    });
    assert(
      resultLine(changed).startsWith(
        "The page's script changed (3ffb0000 to aaaaaaaa); the champion was " +
          "measured again on it: mean 91 (95 %: 90 to 92), before 151. Night 3: ",
      ),
      resultLine(changed),
    );
    const after = await night({
      champion: 90,
      challenger: 0,
      pageScript: other,
    });
    assertEquals(after.pageChange, null);
    // The agent's own files are as they were written.
    assertEquals(await namesIn(folder.agents), ["night-1"]);
    assertEquals((await json("current/champion.json")).pageScript, PAGE);
    assertEquals((await readStatus(folder)).champion!.pageScript, other);
  }));

Deno.test("what is no night leaves no trace of one", () =>
  inNights(async ({ folder, night }) => {
    await night();
    const refused = async (why: string, ...set: string[]) => {
      await assertRejects(() => night({ set }), UsageError, why);
    };
    await refused("plays another game: game.speed 6", "game.speed=8");
    await refused(
      "retention.maxGb is 0.05, but one run with training.keepCheckpoints 2 and " +
        "replay.capacity 100000 needs about 0.1",
      ...["retention.maxGb=0.05", "replay.capacity=100000"],
    );
    {
      using _lock = await acquireLock(folder.lock, "Retraining");
      await assertRejects(
        () => night(),
        RunLockedError,
        "Retraining is in use by",
      );
    }
    assertEquals(await namesIn(folder.nights), ["night-1"]);
    await Deno.remove(folder.path, { recursive: true });
    await Deno.writeTextFile(folder.path, "a file");
    await assertRejects(() => night(), DinoDqnError, "Cannot make ");
  }));
