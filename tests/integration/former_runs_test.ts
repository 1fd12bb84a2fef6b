/**
 * What former programs have left still serves. tests/data has a folder of data
 * for some of them, named by the commit; tests/data/make.sh made them. The games
 * are those of the page that Chrome 156 has.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "../../lib/files.ts";
import { copyFolder, inFolder } from "../folder.ts";
import { outcome, start } from "../program.ts";

const FORMER = join(ROOT, "tests/data");
const COMMITS = ["3adf822", "93cffc9", "4768bd7"];
/** Its configs name a key that is no more. */
const WITH_FORMER_KEY = "93cffc9";
const TINY = join(FORMER, "tiny.yaml");

/** A former program's data, copied. */
class Data {
  constructor(readonly folder: string) {}

  async read(path: string) {
    return JSON.parse(await Deno.readTextFile(join(this.folder, path)));
  }

  /** A table of games without its column of seconds. */
  async games(path: string): Promise<string[]> {
    const text = await Deno.readTextFile(join(this.folder, path));
    const [head, ...lines] = text.trimEnd().split("\n").map((line) =>
      line.split(",")
    );
    const at = head!.indexOf("wall_s");
    return [head!, ...lines].map((cells) => cells.toSpliced(at, 1).join());
  }

  /** Runs a command of today's program on it. @returns what it answers */
  async run(...args: string[]) {
    const { code, said, answer } = await this.end(...args);
    assertEquals(code, 0, `${args.join(" ")}: ${said}`);
    return args.includes("--json") ? JSON.parse(answer) : answer;
  }

  /** @returns how it ends */
  async end(...args: string[]) {
    return await outcome(start(this.folder, args, { cwd: this.folder }));
  }
}

interface ComparedRun {
  name: string;
  steps: number;
  report: { scores: number[] };
}

const GAMES = ["--episodes", "2", "--max-score", "20", "--no-baselines"];

async function aRun(data: Data) {
  const run = join(data.folder, "runs/run");
  await copyFolder(run, join(data.folder, "runs/twin"));
  await data.run("train", "--resume", "run", "--steps", "500");
  assertEquals(
    await data.games("runs/run/scores.csv"),
    await data.games("scores-to-step-500.csv"),
    "the run does not go on as the former program went on",
  );
  await data.run("report", "run");
  await data.run("export", "run", "new", "--no-example");
  assertEquals((await data.read("new/model.json")).format, "layers-model");
  await data.run("play", "run", "--max-score", "20");
  await data.run("eval", "twin", ...GAMES);
  const { runs } = await data.run("compare", "run", "twin", "--json");
  assertEquals(
    runs.map(({ name, steps, report }: ComparedRun) => [
      ...[name, steps, report.scores],
    ]),
    [["run", 500, [20, 20]], ["twin", 300, [20, 20]]],
  );
}

async function anAgent(data: Data) {
  const { scores } = await data.run("eval", "exported", ...GAMES, "--json");
  assertEquals(scores, [20, 20]);
  const best = "exported/report/best.json";
  const { score, end } = await data.run("play", "--game", best, "--json");
  const stored = await data.read(best);
  assertEquals([score, end], [stored.score, stored.end]);
}

async function aChampion(data: Data) {
  await data.run("play", "champion", "--max-score", "20");
  const { champion, lastRun, problems } = await data.run("status", "--json");
  assertEquals([champion.name, lastRun.night, problems], ["night-1", 1, []]);
  const { code, said, answer } = await data.end("retrain", "--config", TINY);
  assertEquals(code, 3, said);
  assertStringIncludes(answer, "Night 2: kept, both reached the cap");
}

async function aSweep(data: Data) {
  const before = await data.read("sweeps/few/results.json");
  const now = await data.run("sweep", "few.yaml", "--json");
  const trials = ({ settings }: { settings: { trials: unknown }[] }) =>
    settings.map(({ trials }) => trials);
  assertEquals(trials(now), trials(before));
}

/** In a user's own file it is not left out by itself. */
async function aSweepOfAFormerKey(data: Data) {
  const to = (name: string) => join(data.folder, name);
  await Deno.copyFile(join(FORMER, "few.yaml"), to("few.yaml"));
  await Deno.copyFile(to("runs/run/config.yaml"), to("base.yaml"));
  assertEquals(await data.end("sweep", "few.yaml"), {
    code: 2,
    answer: "",
    said: "error: base.yaml:70:3: there is no reward.duck any more; " +
      "ducking costs nothing\n",
  });
}

for (const commit of COMMITS) {
  Deno.test(`what the program ${commit} has left still serves`, () =>
    inFolder(async (folder) => {
      const data = new Data(join(folder, "data"));
      await copyFolder(join(FORMER, commit), data.folder);
      const ends = await Promise.allSettled([
        ...[aRun(data), anAgent(data), aChampion(data)],
        commit === WITH_FORMER_KEY ? aSweepOfAFormerKey(data) : aSweep(data),
      ]);
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    }));
}
