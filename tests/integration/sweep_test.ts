import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { SweepResults } from "../../lib/sweep/mod.ts";
import type { State, Trial } from "../sweep/fixtures.ts";
import { inFolder } from "../folder.ts";
import { outcome, SMOKE, start } from "../program.ts";

const N_STEP = "learner.nStep";

/** Two settings with one seed each, trained for a few seconds. */
const SWEEP = `config: ${JSON.stringify(SMOKE)}
seeds: [1]
keys:
  learner.nStep: [1, 3]
  training.steps: 600
  evaluation.every: 300
  evaluation.episodes: 2
  evaluation.finalEpisodes: 2
  evaluation.maxScore: 45
`;

/** A third setting, which is said to have reached 1,000 points. */
const STORED: Trial = {
  ...{ run: "few-03-seed-1", setting: 3, seed: 1, state: "finished" },
  ...{ reason: "", steps: 600, minutes: 1 },
  evaluations: [{ step: 300, mean: 1000 }, { step: 600, mean: 1000 }],
  final: { scores: [45, 45], cap: 45, firstSeed: 1_000_000 },
};

const sweep = (data: string, ...args: string[]): Deno.ChildProcess =>
  start(data, ["sweep", ...args]);

/** Resolves when a table has so many lines, or the process has ended. */
async function untilLines(
  process: Deno.ChildProcess,
  path: string,
  count: number,
) {
  let over = false;
  process.status.then(() => over = true);
  while (!over) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (text.split("\n").length > count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** How often a run was started, and from which steps. */
async function starts(data: string, run: string): Promise<number[]> {
  const info = await Deno.readTextFile(join(data, "runs", run, "run.json"));
  const { starts }: { starts: { fromStep: number }[] } = JSON.parse(info);
  return starts.map(({ fromStep }) => fromStep);
}

Deno.test("sweep stops saved, goes on, and gives a bad setting up", () =>
  inFolder(async (data) => {
    const file = join(data, "few.yaml");
    const folder = join(data, "sweeps", "few");
    await Deno.writeTextFile(file, SWEEP);
    const first = sweep(data, file);
    // The header, and the metrics of the first 200 steps.
    const metrics = join(data, "runs", "few-01-seed-1", "metrics.csv");
    await untilLines(first, metrics, 2);
    first.kill("SIGINT");
    const interrupted = await outcome(first);
    assertEquals(interrupted.code, 130, interrupted.said);
    assertStringIncludes(interrupted.said, "run the same command again");

    const stateFile = join(folder, "state.json");
    const state: State = JSON.parse(await Deno.readTextFile(stateFile));
    const { values } = state.settings[0]!;
    state.settings.push({ number: 3, values: { ...values, [N_STEP]: 5 } });
    state.trials.push(STORED);
    await Deno.writeTextFile(stateFile, JSON.stringify(state));
    await Deno.writeTextFile(
      file,
      SWEEP.replace("[1, 3]", "[1, 3, 5]") +
        "stopping: { rule: median, after: 300, others: 2 }\n",
    );
    const second = await outcome(sweep(data, file, "--json"));
    assertEquals(second.code, 0, second.said);
    const results: SweepResults = JSON.parse(second.answer);
    assertEquals(
      results.settings.map((setting) => [
        ...[setting.number, setting.state, setting.figures?.games],
      ]),
      [[3, "finished", 2], [1, "finished", 2], [2, "stopped", undefined]],
    );
    assertStringIncludes(results.settings[2]!.reason, "the others' median of");
    const [begun, resumed] = await starts(data, "few-01-seed-1");
    assertEquals([begun, resumed! >= 200], [0, true]);
    assertEquals(await starts(data, "few-02-seed-1"), [0]);
    for (const name of ["sweep.yaml", "results.csv", "index.html"]) {
      await Deno.stat(join(folder, name));
    }

    await Deno.writeTextFile(
      file,
      SWEEP.replace(JSON.stringify(SMOKE), "base.yaml"),
    );
    await Deno.writeTextFile(
      join(data, "base.yaml"),
      `extends: ${JSON.stringify(SMOKE)}\nlearner: { discount: 0.5 }\n`,
    );
    const changed = await outcome(sweep(data, file));
    assertEquals(changed.code, 2);
    assertStringIncludes(changed.said, "learner.discount was 0.97 and is 0.5");
  }));

Deno.test("sweep refuses what is wrong before anything begins", () =>
  inFolder(async (data) => {
    const file = join(data, "bad.yaml");
    await Deno.writeTextFile(file, SWEEP.replace("[1, 3]", "[1, 0]"));
    const wrong = await outcome(sweep(data, file));
    assertEquals([wrong.code, wrong.answer], [2, ""]);
    assertStringIncludes(wrong.said, "bad.yaml:4:22: learner.nStep is 0");

    await Deno.writeTextFile(file, SWEEP);
    const taken = join(data, "runs", "bad-02-seed-1");
    await Deno.mkdir(taken, { recursive: true });
    const collision = await outcome(sweep(data, file));
    assertEquals(collision.code, 2);
    assertStringIncludes(collision.said, "a run bad-02-seed-1 already");

    const names = [...Deno.readDirSync(data)].map(({ name }) => name);
    assertEquals(names.sort(), ["bad.yaml", "runs"]);
    assertEquals([...Deno.readDirSync(join(data, "runs"))].length, 1);
  }));

Deno.test("a training that fails does not end the others", () =>
  inFolder(async (data) => {
    const file = join(data, "failing.yaml");
    await Deno.writeTextFile(
      file,
      "seeds: [1]\nparallel: 2\nkeys:\n  browser.path: [/nowhere/one, /nowhere/two]\n",
    );
    const { code, answer, said } = await outcome(sweep(data, file));
    assertEquals(code, 1, said);
    for (const path of ["/nowhere/one", "/nowhere/two"]) {
      assertStringIncludes(said, `browser.path=${path}`);
    }
    assertEquals(answer.match(/Setting \d has failed: /g)?.length, 2);
  }));
