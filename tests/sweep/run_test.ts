import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { UsageError } from "../../lib/errors.ts";
import { settingsTable, sweepNotes } from "../../lib/sweep/mod.ts";
import {
  curve,
  finished,
  makePlan,
  nSteps,
  swept,
  sweptAfter,
  type Trial,
} from "./fixtures.ts";

const MEDIAN = { rule: "median", after: 1, others: 1 } as const;

const runs = (trials: readonly Trial[]) => trials.map(({ run }) => run);

/** The trainings of the results, in the order of their names. */
const trialsOf = ({ results }: Awaited<ReturnType<typeof swept>>) =>
  results.settings.flatMap(({ trials }) => trials)
    .sort((a, b) => a.run.localeCompare(b.run));

Deno.test("runSweep() plans all settings with the first seed first", async () => {
  const { state, said } = await swept(makePlan());
  assertEquals(runs(state.trials), [
    ...["steps-01-seed-1", "steps-02-seed-1"],
    ...["steps-01-seed-2", "steps-02-seed-2"],
  ]);
  assert(state.trials.every((trial) => trial.state === "waiting"));
  assertEquals(said, []);
});

Deno.test("runSweep() goes on where an unchanged sweep was", async () => {
  const { state } = await swept(makePlan());
  state.trials[0]!.state = "finished";
  state.trials[1]!.state = "begun";
  const again = await swept(makePlan(), state);
  assertEquals([again.state, again.said], [state, []]);
});

Deno.test("runSweep() keeps a setting's number when the file changes", async () => {
  const { state } = await swept(makePlan());
  state.trials.forEach((trial) => trial.state = "finished");
  const changed = makePlan({ settings: nSteps(5, 3), seeds: [2, 3] });
  const again = await swept(changed, state);
  assertEquals(trialsOf(again).map(({ run, state }) => [run, state]), [
    ["steps-02-seed-2", "finished"],
    ["steps-02-seed-3", "waiting"],
    ["steps-03-seed-2", "waiting"],
    ["steps-03-seed-3", "waiting"],
  ]);
  assertEquals(again.state.trials.length, 7);
  assertEquals(again.said, [
    "The sweep's file names one setting more.",
    "The sweep's file does not name 3 trainings of before any more; they are kept, and left out of the table.",
  ]);
});

Deno.test("runSweep() takes up stopped trainings when nothing is to be stopped", async () => {
  const { state } = await swept(makePlan({ stopping: MEDIAN }));
  state.trials[0]!.state = "stopped";
  const first = async (stopping: "none" | typeof MEDIAN) =>
    (await swept(makePlan({ stopping }), state)).state.trials[0]!.state;
  assertEquals([await first(MEDIAN), await first("none")], [
    "stopped",
    "begun",
  ]);
});

Deno.test("runSweep() refuses a state that no sweep leaves", async () => {
  const { state } = await swept(makePlan());
  const wrong = (trial: object) =>
    JSON.stringify({
      ...state,
      trials: state.trials.map((each) => ({ ...each, ...trial })),
    });
  for (
    const text of [
      ...["{", "null", "[]", '{"settings": []}'],
      ...[{ state: "done" }, { evaluations: null }, { evaluations: [null] }]
        .map(wrong),
      ...[{ final: {} }, { final: { scores: [], cap: 1, firstSeed: 1 } }]
        .map(wrong),
    ]
  ) {
    await assertRejects(
      () => swept(makePlan(), text),
      UsageError,
      "remove its",
    );
  }
});

/** The settings of these trainings, of as many values of `learner.nStep`. */
async function settingsOf(seeds: number[], ...trials: Trial[]) {
  const count = Math.max(...trials.map(({ setting }) => setting));
  const settings = nSteps(...Array.from({ length: count }, (_, i) => i + 1));
  const plan = makePlan({ settings, seeds, stopping: MEDIAN });
  const { results } = await sweptAfter(plan, trials);
  return results.settings;
}

Deno.test("a sweep puts all games of a setting's seeds together", async () => {
  const plan = makePlan({ settings: nSteps(1) });
  const { results } = await sweptAfter(plan, [
    finished(1, 1, [10, 50], [10, 20, 30, 100]),
    finished(1, 2, [30, 20], [40, 40, 60, 100]),
  ]);
  const { settings: [setting], games, keys } = results;
  assertEquals([games, keys], [{ cap: 100, firstSeed: 1_000_000 }, []]);
  const { state, finished: count, steps, minutes, best } = setting!;
  // The means of each seed's best, and of both seeds at each step.
  assertEquals([state, count, steps, minutes, best], [
    ...["finished", 2, 2000, 2, 40],
  ]);
  assertEquals(setting!.curve, curve(20, 35));
  const { mean, median, iqm, capped, games: played } = setting!.figures!;
  assertEquals([played, mean.value, median.value], [8, 50, 40]);
  assertEquals([iqm.value, capped], [42.5, 0.25]);
  const [low, high] = mean.interval!;
  assert(low < 50 && high > 50 && high <= 100);
});

Deno.test("an interval over seeds is wider than one over their games alone", async () => {
  const games = (score: number) =>
    Array.from({ length: 20 }, (_, i) => score + i % 2);
  const width = async (a: number, b: number) => {
    const [setting] = await settingsOf(
      [1, 2],
      finished(1, 1, [1], games(a)),
      finished(1, 2, [1], games(b)),
    );
    const [low, high] = setting!.figures!.mean.interval!;
    return high - low;
  };
  assert(await width(50, 50) < 1 && await width(20, 80) > 60);
});

Deno.test("settings are ordered by the games that choose, never by the final ones", async () => {
  const settings = await settingsOf(
    [1],
    finished(1, 1, [10, 20], [90, 90]),
    finished(2, 1, [10, 40], [5, 5]),
    { ...finished(3, 1, [99], []), state: "stopped", final: null },
    finished(4, 1, [30, 40], [7, 7]),
  );
  // Of 4 and 2, whose best are equal, 4 has learned faster; 3 has no games.
  assertEquals(settings.map(({ number }) => number), [4, 2, 1, 3]);
});

Deno.test("a setting that was given up or failed says so, with what it has", async () => {
  const ended = (setting: number, state: Trial["state"], reason = "") => ({
    ...finished(setting, setting === 1 ? 2 : 1, [], []),
    ...{ state, reason, final: null },
  });
  const settings = await settingsOf(
    [1, 2],
    finished(1, 1, [10], [10]),
    { ...ended(1, "stopped", "low"), evaluations: curve(5), steps: 1000 },
    ended(2, "failed", "no"),
    ended(3, "waiting"),
  );
  assertEquals(
    settings.map(({ state, reason, finished, steps, figures }) => [
      ...[state, reason, finished, steps, figures?.games],
    ]),
    [
      ["stopped", "low", 1, 1000, 1],
      ["failed", "no", 0, null, undefined],
      ["unfinished", "", 0, null, undefined],
    ],
  );
});

Deno.test("a learning curve goes as far as all of its seeds", async () => {
  const [setting] = await settingsOf(
    [1, 2],
    finished(1, 1, [10, 20, 30], [1]),
    finished(1, 2, [30, 40], [1]),
  );
  assertEquals(setting!.curve, curve(20, 30));
});

const STOPPED: Trial = {
  ...finished(2, 1, [12], []),
  state: "stopped",
  reason: "at step 1,000 its best was 12, below the others' median of 40",
  final: null,
};

const example = await sweptAfter(
  makePlan({
    settings: [[0.8, 0.2], [0.5, 0.5]].map((probabilities) => ({
      "exploration.actionProbabilities": probabilities,
      "training.steps": 2000,
    })),
    seeds: [1],
    stopping: MEDIAN,
  }),
  [finished(1, 1, [10, 50], [20, 40, 100]), STOPPED],
);

Deno.test("settingsTable() tells a setting by its differences, and what it lacks", () => {
  const { header, rows } = settingsTable(example.results);
  assertEquals(header.length, 11);
  assertEquals(rows, [
    [
      "1: exploration.actionProbabilities=[0.8,0.2]",
      ...["1 of 1", "53 (24 to 100)", "40 (14 to 100)", "53 (14 to 99)"],
      ...["1,250 (151 to 4,520)", "33 % (6 % to 79 %)", "50", "finished"],
      ...["2,000", "2.0"],
    ],
    [
      "2: exploration.actionProbabilities=[0.5,0.5]",
      ...["0 of 1", "–", "–", "–", "–", "–", "12", "stopped", "1,000", "1.0"],
    ],
  ]);
});

Deno.test("a sweep's page and its notes say what was measured, and what one seed cannot say", () => {
  const notes = sweepNotes(example.results).join("\n");
  for (
    const part of [
      "3 other games per training seed, from seed 1,000,000 on",
      "say nothing about other training seeds",
      "partly the luckiest",
      `Setting 2 was stopped: ${STOPPED.reason}`,
    ]
  ) assertStringIncludes(notes, part);
  for (
    const part of [
      "<h1>Sweep steps</h1>",
      "53 (24 to 100)",
      "Interquartile means with their intervals.",
      "Mean scores of the evaluations in training by agent steps.",
      "steps-02-seed-1",
      "50 at step 2,000",
    ]
  ) assertStringIncludes(example.page, part);
});

Deno.test("a sweep's CSV quotes lists, so that a table has its columns", () => {
  assertEquals(
    example.csv,
    "run,setting,exploration.actionProbabilities,seed,state,steps,minutes," +
      "best_step,best_mean,games,mean,cap\n" +
      'steps-01-seed-1,1,"[0.8,0.2]",1,finished,2000,2.00,2000,50,3,' +
      "53.333333333333336,100\n" +
      'steps-02-seed-1,2,"[0.5,0.5]",1,stopped,1000,1.00,1000,12,,,\n',
  );
});

Deno.test("a sweep's page can be read before any training has finished", async () => {
  const { page } = await swept(makePlan());
  assertStringIncludes(page, "No training has finished yet");
  assert(!page.includes("<svg"));
});
