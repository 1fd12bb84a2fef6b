import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { basename, join } from "node:path";
import { DinoDqnError, RunLockedError, UsageError } from "../../lib/errors.ts";
import { namesIn } from "../../lib/files.ts";
import { readStatus, resultLine } from "../../lib/retraining/mod.ts";
import { openRun, runFolderAt } from "../../lib/runs/mod.ts";
import { acquireLock } from "../../lib/system/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { addCheckpoint, damage, inNights, PAGE } from "./pretend.ts";

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
        "step-1200: mean 51 (95 %: 50 to 52), champion night-2: mean 51 " +
        "(95 %: 50 to 52) of 10 new games; difference +0.",
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
      await text("index.html"),
      /3 nights; the last one, night 3: kept/,
    );
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
    await Deno.mkdir(join(folder.agents, "night-12-page-3ffb0000"));
    assertEquals((await night()).night, 13);
    await Deno.mkdir(join(folder.nights, "night-20"));
    await Deno.remove(folder.history);
    assertEquals((await night()).night, 21);
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

Deno.test("a champion that is damaged is replaced by the newest sound one before it", () =>
  inNights(async ({ folder, night }) => {
    for (let i = 0; i < 3; i++) await night();
    assertEquals(await Deno.readLink(folder.current), "agents/night-3");
    for (const name of ["night-2", "night-3"]) {
      await damage(join(folder.agents, name, "weights.bin"));
    }
    const { result, champion, warnings } = await night({ challenger: 0 });
    assertEquals([result, champion?.name], ["kept", "night-1"]);
    assertMatch(
      warnings.join(),
      /^the champion, night-3, cannot be used: .*weights.bin is not what was written.*; night-1, the newest sound one before it, is champion again$/,
    );
    assertEquals(await Deno.readLink(folder.current), "agents/night-1");
    // All that was there is there, to be looked at.
    assertEquals((await namesIn(folder.agents)).length, 3);

    await Deno.remove(join(folder.agents, "night-1"), { recursive: true });
    const { result: failed, reason } = await night();
    assertEquals(failed, "failed");
    assertMatch(
      reason,
      /^The champion cannot be used: .*; put its files back, .*\(there is night-2, night-3\)/,
    );
    assertEquals(await Deno.readLink(folder.current), "agents/night-1");
  }));

Deno.test("the champion stays where something stands in its successor's way", () =>
  inNights(async ({ folder, night }) => {
    await Deno.mkdir(folder.current, { recursive: true });
    const { result, reason } = await night();
    assertEquals(result, "failed");
    assertMatch(reason, /current/);
    assertEquals((await Deno.lstat(folder.current)).isDirectory, true);
  }));

Deno.test("who reads the champion while it is replaced finds a whole one", () =>
  inNights(async ({ folder, night }) => {
    await night();
    let over = false;
    const faults: string[] = [];
    const reading = (async () => {
      while (!over) faults.push(...(await readStatus(folder)).problems);
    })();
    for (let i = 0; i < 5; i++) {
      assertEquals((await night()).result, "promoted");
    }
    over = true;
    await reading;
    assertEquals(faults, []);
  }));

Deno.test("a champion's figures are of games after its promotion, or say that they chose it", () =>
  inNights(async ({ folder, night, json, text }) => {
    const figures = async () => (await readStatus(folder)).champion!.figures;
    await night({ challenger: 50 });
    const first = await figures();
    assertEquals([first.mean, first.night, first.chose], [50.9, 1, false]);
    await night({ champion: 50, challenger: 300 });
    const lucky = await figures();
    assertEquals([lucky.mean, lucky.night, lucky.chose], [300.9, 2, false]);
    assertEquals([lucky.firstSeed, lucky.seedPurpose], [1_002_010, "test"]);
    await night({ champion: 210, challenger: 100 });
    const later = await figures();
    assertEquals([later.mean, later.night, later.chose], [210.9, 3, false]);
    assertEquals([later.firstSeed, later.episodes, later.cap], [
      ...[1_003_000, 10, 20_000],
    ]);
    const { figures: own } = await json("current/champion.json");
    assertEquals((own as { mean: number }).mean, 300.9);

    for (const night of ["night-1", "night-2"]) {
      const card = await text(`agents/${night}/card.md`);
      assertStringIncludes(card, "from which nothing was learned or chosen");
    }
    const flattered = "which chose this agent, and so flatter it";
    const page = await text("nights/night-2/challenger/index.html");
    assertStringIncludes(page, flattered);
    const { champion, challenger } =
      (await json("nights/night-2/report.json")) as Record<
        string,
        { seedPurpose: string }
      >;
    assertEquals([champion!.seedPurpose, challenger!.seedPurpose], [
      ...["test", "selection"],
    ]);

    // It has won, though it cannot play the games that would be its own.
    const night4 = await night({
      ...{ champion: 100, challenger: 400 },
      failing: (out) => out.endsWith("crowned"),
    });
    assertEquals(night4.result, "promoted");
    assertStringIncludes(
      night4.warnings.join(),
      "figures are of the games that chose it, for it could not play others: " +
        "Chrome is gone",
    );
    const unlucky = await figures();
    assertEquals([unlucky.night, unlucky.chose, unlucky.seedPurpose], [
      ...[4, true, "selection"],
    ]);
    assertStringIncludes(await text("agents/night-4/card.md"), flattered);
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

Deno.test("the challenger goes on from its newest sound checkpoint, with the night's budget", () =>
  inNights(async ({ folder, night, checkpoints }) => {
    const budget = async () => {
      const { training, evaluation } = await loadConfig(
        runFolderAt(join(folder.runs, "challenger")).config,
      );
      assertEquals([evaluation.target, evaluation.patience], [null, null]);
      return [training.steps, training.minutes];
    };
    const set = ["retraining.steps=400", "retraining.minutes=10"];
    await night({ set });
    assertEquals(await budget(), [400, 10]);
    assertEquals((await night({ set })).steps, 400);
    assertEquals(await budget(), [800, 400 / 3 / 60 + 10]);
    await damage(join(checkpoints, "step-800", "learner.bin"));
    const third = await night({
      set,
      train: (challenger) => addCheckpoint(challenger, 1600),
    });
    assertStringIncludes(
      third.warnings.join(),
      "step-800 is damaged: learner.bin",
    );
    assertEquals(third.steps, 1200);
  }));

Deno.test("the challenger's best checkpoint of the night plays, else its newest", () =>
  inNights(async ({ night }) => {
    const best = 400;
    const tonight = await night({
      train: async (challenger) => {
        await addCheckpoint(challenger, 400);
        await addCheckpoint(challenger, 800, best);
      },
    });
    assertEquals(tonight.challenger?.name, "step-400");
    const next = await night({
      train: async (challenger) => await addCheckpoint(challenger, 1200, best),
    });
    assertEquals(next.challenger?.name, "step-1200");
  }));

Deno.test("a challenger that cannot go on is set aside, aloud", () =>
  inNights(async ({ folder, night, checkpoints }) => {
    const run = runFolderAt(join(folder.runs, "challenger"));
    const cases: [() => Promise<unknown>, string, string[]][] = [
      [
        () => damage(join(checkpoints, "step-400", "learner.bin")),
        "none of its checkpoints is sound",
        [],
      ],
      [() => Deno.remove(run.info), "is not a run's folder", []],
      [
        () => Promise.resolve(),
        "the config has another learner.discount",
        ["learner.discount=0.9"],
      ],
    ];
    await night();
    for (const [spoil, why, set] of cases) {
      await spoil();
      const { night: number, steps, warnings } = await night({ set });
      assertEquals(steps, 400);
      assertStringIncludes(warnings.join(), why);
      await openRun(`${run.path}-until-night-${number}`).catch(() => {});
      assert(
        (await namesIn(folder.runs)).includes(
          `challenger-until-night-${number}`,
        ),
      );
    }
    // One that somebody trains stays as it is.
    const before = await Deno.readTextFile(run.config);
    using _lock = await acquireLock(run.lock, "The run");
    const { result, reason } = await night({ set: ["learner.discount=0.5"] });
    assertEquals(result, "failed");
    assertStringIncludes(
      reason,
      `The challenger is in use by process ${Deno.pid}`,
    );
    assertEquals(await Deno.readTextFile(run.config), before);
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
