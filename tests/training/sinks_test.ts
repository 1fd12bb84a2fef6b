import { join } from "node:path";
import { assertEquals } from "@std/assert";
import {
  EVALUATIONS,
  type GameRecord,
  GAMES,
  type IntervalRecord,
  INTERVALS,
  type RunFolder,
  runFolderAt,
} from "../../lib/runs/mod.ts";
import { configToYaml, loadConfig } from "../../lib/config/mod.ts";
import { animate } from "../../lib/drawing/mod.ts";
import { notePlay, type SinkPositions, Sinks } from "../../lib/training/mod.ts";
import { inFolder } from "../folder.ts";
import {
  readPictures,
  readScalars,
  readSettings,
  readTexts,
} from "../tensorflow/event_file.ts";

const game = (n: number): GameRecord => ({
  game: n,
  environment: n % 8,
  episode: Math.floor(n / 8),
  seed: 1000 + n,
  score: 9 * n,
  frames: 60 * n,
  actions: new Uint8Array(15 * n),
  return: 0.1 + 0.2 * n,
  speed: 6,
  end: "crash",
  epsilon: 1 / 3,
  step: 100 * n,
  wallSeconds: n / 7,
});

const interval = (n: number): IntervalRecord => ({
  step: 1000 * n,
  steps: 1000,
  seconds: 2.893,
  updates: n === 1 ? 0 : 256,
  loss: n === 1 ? 0 : 256 / 3,
  meanQ: n === 1 ? 0 : -2e-7 * 256,
  tdError: n === 1 ? 0 : 128,
  epsilon: 0.98,
  learningRate: 1e-4,
  games: 3,
  wallSeconds: n,
  memory: 512.34e6,
});

function openSinks(run: RunFolder, positions?: SinkPositions): Sinks {
  const sinks = new Sinks(run);
  sinks.open(positions);
  return sinks;
}

/** What a run measures from `from` to `to`, as its loop would tell it. */
function measure(sink: Sinks, from: number, to: number) {
  for (let n = from; n < to; n++) {
    sink.add(GAMES, game(n));
    if (n % 2 === 0) sink.add(INTERVALS, interval(n));
  }
}

/** A run's first sinks, to its eighth game. @returns where they stood then */
function begin(run: RunFolder): SinkPositions {
  using sinks = openSinks(run);
  measure(sinks, 1, 9);
  return sinks.flush();
}

/** Opens sinks, writes what is measured from `from` to `to`, closes them. */
function goOn(
  run: RunFolder,
  [from, to]: readonly [number, number],
  positions?: SinkPositions,
) {
  using sinks = openSinks(run, positions);
  measure(sinks, from, to);
}

Deno.test("Sinks write lines that can be read at once, numbers in full", () =>
  inFolder(async (folder) => {
    const run = runFolderAt(folder);
    await Deno.writeTextFile(run.scores, "of a run that never began\n");
    using sink = openSinks(run);
    sink.add(GAMES, game(7));
    sink.add(INTERVALS, interval(1));
    sink.add(INTERVALS, interval(2));
    assertEquals(
      await Deno.readTextFile(run.scores),
      "game,env,seed,score,frames,steps,return,points_per_second,epsilon,step,wall_s,end\n" +
        "7,7,1007,63,420,105,1.5000000000000002,9,0.3333333333333333,700,1,crash\n",
    );
    // Further columns may come, behind these.
    const expected = [
      "step,loss,q_mean,td_error,epsilon,env_steps_per_s,learner_steps_per_s,wall_s,rss_mb,learning_rate",
      "1000,,,,0.98,345.66,0,1,512.3",
      "2000,0.3333333333333333,-2e-7,0.5,0.98,345.66,88.49,2,512.3",
    ];
    const lines = (await Deno.readTextFile(run.metrics)).split("\n");
    assertEquals(
      expected.map((line, i) => lines[i]!.slice(0, line.length)),
      expected,
    );
  }));

Deno.test("Sinks go on from a position with the same bytes as without a break", () =>
  inFolder(async (folder) => {
    const [whole, broken] = ["whole", "broken"].map((name) => {
      Deno.mkdirSync(join(folder, name));
      return runFolderAt(join(folder, name));
    });
    goOn(whole!, [1, 20]);
    let positions;
    {
      using sink = openSinks(broken!);
      measure(sink, 1, 9);
      positions = sink.flush();
      // What came after the checkpoint, with half a line at the end.
      measure(sink, 9, 15);
      await Deno.writeTextFile(broken!.scores, "14,6,10", { append: true });
    }
    goOn(broken!, [9, 20], positions);
    for (const file of ["scores", "metrics"] as const) {
      assertEquals(
        await Deno.readTextFile(broken![file]),
        await Deno.readTextFile(whole![file]),
      );
    }
  }));

Deno.test("Sinks go on with the columns that a table was begun with", () =>
  inFolder(async (folder) => {
    const run = runFolderAt(folder);
    let positions;
    {
      using sink = openSinks(run);
      positions = sink.flush();
    }
    const header = "step,loss,q_mean\n";
    await Deno.writeTextFile(run.metrics, header);
    const begun = { ...positions, "metrics.csv": header.length };
    {
      using sink = openSinks(run, begun);
      sink.add(INTERVALS, interval(1));
    }
    assertEquals(await Deno.readTextFile(run.metrics), `${header}1000,,\n`);
  }));

Deno.test("Sinks go on from files that lost lines, after the last whole one", () =>
  inFolder(async (folder) => {
    const run = runFolderAt(folder);
    const positions = begin(run);
    const metrics = await Deno.readTextFile(run.metrics);
    await Deno.truncate(run.metrics, metrics.length - 1);
    await Deno.remove(run.scores);
    goOn(run, [9, 11], positions);
    const [scores, cut] = await Promise.all(
      [run.scores, run.metrics].map((path) => Deno.readTextFile(path)),
    );
    assertEquals(scores!.match(/^\w+/gm), ["game", "9", "10"]);
    const kept = metrics.trimEnd().split("\n").slice(0, -1).join("\n");
    assertEquals(cut!.split("\n10000,")[0], kept);
  }));

Deno.test("Sinks go on from tables that a spreadsheet saved", () =>
  inFolder(async (folder) => {
    const run = runFolderAt(folder);
    const positions = begin(run);
    const read = (path: string) => Deno.readTextFile(path);
    const before = [await read(run.scores), await read(run.metrics)];
    const lineEnds = (text: string) => text.replaceAll("\n", "\r\n");
    const german = (text: string) =>
      "\uFEFF" + text.replaceAll(",", ";").replaceAll(".", ",");
    for (const save of [lineEnds, german]) {
      await Deno.writeTextFile(run.scores, save(before[0]!));
      await Deno.writeTextFile(run.metrics, save(before[1]!));
      goOn(run, [9, 11], positions);
      const after = [await read(run.scores), await read(run.metrics)];
      assertEquals(after.map((text, i) => text.slice(0, before[i]!.length)), [
        ...before,
      ]);
      assertEquals(after.map((text) => text.trimEnd().split("\n").length), [
        11,
        6,
      ]);
    }
    // A column that was taken out is empty, and no value stands in another's.
    await Deno.writeTextFile(run.metrics, "q_mean,step,wall_s\n3,4000,4\n");
    goOn(run, [10, 11], positions);
    const [, kept, added] = (await read(run.metrics)).split("\n");
    assertEquals(kept!.split(",").slice(0, 3), ["4000", "", "3"]);
    assertEquals(added!.split(",")[0], "10000");
  }));

Deno.test("Sinks keep lines while the disk is full, and write them when it is not", () =>
  inFolder(async (folder) => {
    const url = (path: string) => new URL(path, import.meta.url).href;
    // A limit on the size of a file, lifted later, stands in for a full disk.
    const program = `
      import { Sinks } from "${url("../../lib/training/mod.ts")}";
      import { GAMES, runFolderAt } from "${url("../../lib/runs/mod.ts")}";
      const sinks = new Sinks(runFolderAt(${JSON.stringify(folder)}));
      sinks.open();
      const game = ${JSON.stringify({ ...game(1), actions: [] })};
      for (let seed = 0; seed < 50; seed++) sinks.add(GAMES, { ...game, seed });
      const said = (() => {
        try { return sinks.flush(); } catch (error) { return error.message; }
      })();
      new Deno.Command("prlimit", {
        args: ["--pid", String(Deno.pid), "--fsize=unlimited"],
      }).outputSync();
      console.log(JSON.stringify([said, sinks.flush()["scores.csv"]]));
    `;
    const { stdout } = await new Deno.Command("bash", {
      // Ignored, the signal for a file that is too large is an error.
      args: ["-c", `trap '' XFSZ; ulimit -S -f 2; exec "$0" eval "$1"`]
        .concat(Deno.execPath(), program),
      stderr: "inherit",
    }).output();
    const [said, size] = JSON.parse(new TextDecoder().decode(stdout));
    const { scores } = runFolderAt(folder);
    assertEquals(
      said,
      `Cannot write ${scores}: File too large (os error 27); files may not grow any larger here (ulimit -f); its lines are kept in memory until they can be written`,
    );
    const text = await Deno.readTextFile(scores);
    assertEquals(text.length, size);
    assertEquals(
      text.trimEnd().split("\n").slice(1).map((line) => line.split(",")[2]),
      Array.from({ length: 50 }, (_, seed) => `${seed}`),
    );
  }));

Deno.test("Sinks write TensorBoard's curves, none of their points twice", () =>
  inFolder((folder) => {
    const run = runFolderAt(folder);
    let positions;
    {
      using sinks = openSinks(run);
      measure(sinks, 1, 4);
      const scores = [100, 200, 600];
      sinks.add(EVALUATIONS, { step: 300, scores, atMost: false });
      positions = sinks.flush();
      measure(sinks, 4, 8);
    }
    // Begun after the checkpoint and lost with it.
    goOn(run, [4, 6], positions);
    goOn(run, [4, 6], positions);
    const curve = (tag: string) =>
      readScalars(run.tensorboard)
        .filter((scalar) => scalar.tag === tag)
        .map(({ step, value }) => [step, value])
        .sort((a, b) => a[0]! - b[0]!);
    assertEquals(curve("charts/score"), [
      [100, 9],
      [200, 18],
      [300, 27],
      [400, 36],
      [500, 45],
    ]);
    assertEquals(curve("charts/episodic_return").length, 5);
    assertEquals(curve("losses/td_loss"), [
      [2000, Math.fround(1 / 3)],
      [4000, Math.fround(1 / 3)],
    ]);
    assertEquals(curve("charts/SPS").length, 2);
    assertEquals(curve("eval/mean_score"), [[300, 300]]);
    assertEquals(curve("eval/min_score"), [[300, 100]]);
    assertEquals(curve("eval/max_score"), [[300, 600]]);
  }));

Deno.test("Sinks describe the training for TensorBoard, and what a game was like", () =>
  inFolder(async (folder) => {
    const run = runFolderAt(folder);
    const config = await loadConfig(undefined, ["learner.nStep=5"]);
    {
      using sinks = openSinks(run);
      sinks.describe(0, config);
      sinks.add(GAMES, game(2));
      sinks.flush();
    }
    const settings = readSettings(run.tensorboard);
    assertEquals(settings["learner.nStep"], 5);
    assertEquals(settings["network.layers"], "tutorial");
    assertEquals(
      Object.keys(settings).filter((key) => /^browser/.test(key)),
      [],
    );
    const text = readTexts(run.tensorboard).config!;
    assertEquals(text.replaceAll(/^ {4}/gm, ""), configToYaml(config));
    const length = readScalars(run.tensorboard)
      .find(({ tag }) => tag === "charts/episodic_length");
    assertEquals(length?.value, 30);
  }));

Deno.test("notePlay() keeps the games at the end as moving pictures, and stops nothing", () =>
  inFolder(async (folder) => {
    const run = runFolderAt(folder);
    const picture = new Uint8Array(552 * 150).fill(255);
    const size = { width: 552, height: 150 };
    const frames = [{ picture }, { picture }];
    const film = { ...size, frameMs: 67 };
    const webp = await animate(frames, film);
    const gif = await animate(frames, { ...film, format: "gif" });
    const stored = {
      ...{ seed: 1, score: 40, frames: 267, cap: 1000, actions: "0" },
      ...{ end: "crash" as const, game: (await loadConfig()).game },
    };
    const recordings = [
      { role: "best" as const, game: stored, webp, gif },
      { role: "crashes/1" as const, game: stored, webp },
    ];
    notePlay(run, 500, recordings);
    const [shown, ...more] = readPictures(run.tensorboard);
    const { encoded, ...rest } = shown!;
    assertEquals(rest, { step: 500, tag: "play/best", ...size });
    assertEquals(new TextDecoder().decode(encoded.subarray(0, 6)), "GIF89a");
    assertEquals(more, []);
    await Deno.writeTextFile(join(folder, "in the way"), "");
    notePlay(runFolderAt(join(folder, "in the way")), 1, recordings);
  }));

Deno.test("Sinks remove no file of the user's beside the event files", () =>
  inFolder(async (folder) => {
    const run = runFolderAt(folder);
    await Deno.mkdir(run.tensorboard);
    await Deno.writeTextFile(join(run.tensorboard, "notes.txt"), "mine");
    const others = ["events.out.tfevents.1.host.2", "events.out.tfevents.v2"];
    await Deno.writeTextFile(join(run.tensorboard, others[0]!), "another's");
    await Deno.mkdir(join(run.tensorboard, others[1]!, "in it"), {
      recursive: true,
    });
    using sinks = openSinks(run);
    measure(sinks, 1, 4);
    const positions = sinks.flush();
    assertEquals(
      Object.keys(positions).filter((name) => /notes/.test(name)),
      [],
    );
    const left = [...Deno.readDirSync(run.tensorboard)]
      .map(({ name }) => name);
    assertEquals(others.filter((name) => !left.includes(name)), []);
    assertEquals(
      await Deno.readTextFile(join(run.tensorboard, "notes.txt")),
      "mine",
    );
  }));

Deno.test("Sinks do not stop when event files cannot be written", () =>
  inFolder(async (folder) => {
    const run = runFolderAt(folder);
    using sinks = openSinks(run);
    await Deno.remove(run.tensorboard);
    await Deno.writeTextFile(run.tensorboard, "in the way");
    sinks.add(GAMES, game(1));
    await Deno.remove(run.tensorboard);
    await Deno.mkdir(run.tensorboard);
    sinks.add(GAMES, game(2));
    sinks.flush();
    sinks.add(GAMES, game(3));
    sinks.flush();
    const steps = readScalars(run.tensorboard).map(({ step }) => step);
    assertEquals([...new Set(steps)], [300]);
  }));
