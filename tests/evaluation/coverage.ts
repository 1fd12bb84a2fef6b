/**
 * How often intervals hold the truth, by simulation. As a program it prints
 * the table of docs/measuring.md:
 *
 *     deno run tests/evaluation/coverage.ts 2000
 */
import {
  pairedDifference,
  type ScoreSummary,
  summarizeRuns,
  summarizeScores,
} from "../../lib/evaluation/mod.ts";
import { hash32, Random } from "../../lib/random.ts";

const CAP = 4000;

/** A score by chance, before it is cut off at the cap. */
type Shape = (random: Random) => number;

const exponential = (mean: number): Shape => (random) =>
  -mean * Math.log(1 - random.uniform());

const either = (share: number, a: Shape, b: Shape): Shape => (random) =>
  (random.uniform() < share ? a : b)(random);

/** Shapes of distributions of scores. */
export const SHAPES = {
  // A crash is as likely at every point.
  exponential: (random) => 40 + exponential(700)(random),
  // Most games reach the cap, the others end anywhere.
  capped: either(0.6, () => CAP, (random) => CAP * random.uniform()),
  // Many chances, one times the other.
  "log-normal": (random) => 40 + Math.exp(6 + 0.7 * random.normal()),
  "more capped": either(0.84, () => CAP, (random) => CAP * random.uniform()),
  // Half of the games end early, half at one difficult place.
  bimodal: either(
    0.5,
    (random) => 40 + exponential(300)(random),
    (random) => 2500 + 600 * random.normal(),
  ),
} satisfies Record<string, Shape>;

type ShapeName = keyof typeof SHAPES;

/** Scores of `count` games. */
function play(shape: Shape, count: number, random: Random): number[] {
  return Array.from(
    { length: count },
    () => Math.round(Math.max(0, Math.min(CAP, shape(random)))),
  );
}

/** Central figures of scores. */
type Central = Record<"mean" | "median" | "iqm", number>;

/** What they are of games without end. */
export function truthOf(name: ShapeName): Central {
  const { mean, median, iqm } = summarizeScores(
    play(SHAPES[name], 400_000, new Random(7)),
    CAP,
    { draws: 1 },
  );
  return { mean, median, iqm };
}

/** Shares of `trials` evaluations whose intervals hold the truth. */
export function coverage(
  name: ShapeName,
  truth: Central,
  count: number,
  { trials, draws }: { trials: number; draws: number },
): Central {
  const random = new Random(hash32(count));
  const held = { mean: 0, median: 0, iqm: 0 };
  for (let trial = 0; trial < trials; trial++) {
    const scores = play(SHAPES[name], count, random);
    const summary = summarizeScores(scores, CAP, {
      draws,
      seed: hash32(trial),
    });
    for (const figure of ["mean", "median", "iqm"] as const) {
      if (holds(summary[`${figure}95`], truth[figure])) held[figure]++;
    }
  }
  return {
    mean: held.mean / trials,
    median: held.median / trials,
    iqm: held.iqm / trials,
  };
}

const holds = (interval: ScoreSummary["mean95"], truth: number) =>
  interval !== null && interval[0] <= truth && truth <= interval[1];

/**
 * How often the interval of runs' games together holds the mean of all runs
 * that there might be, where runs differ as much as their games do by chance.
 */
export function coverageOfRuns(
  runs: number,
  count: number,
  trials: number,
): number {
  const random = new Random(hash32(runs));
  let held = 0;
  for (let trial = 0; trial < trials; trial++) {
    const samples = Array.from({ length: runs }, () => {
      const mean = 400 + 600 * random.uniform();
      return play(
        (random) => 40 + exponential(mean)(random),
        count,
        random,
      );
    });
    // Of exponential scores of mean m, those above the cap lack m e^(-c / m).
    if (holds(summarizeRuns(samples, CAP, { draws: 1 }).mean95, 735.18)) held++;
  }
  return held / trials;
}

/** How often the difference of two equal agents seems to be above 0. */
export function falseAlarms(
  name: ShapeName,
  count: number,
  trials: number,
): number {
  const random = new Random(hash32(count));
  let alarms = 0;
  for (let trial = 0; trial < trials; trial++) {
    const { difference95 } = pairedDifference(
      play(SHAPES[name], count, random),
      play(SHAPES[name], count, random),
    );
    if (difference95 && difference95[0] > 0) alarms++;
  }
  return alarms / trials;
}

if (import.meta.main) {
  const trials = Number(Deno.args[0] ?? 1000);
  const percent = (share: number) => (100 * share).toFixed(1);
  for (const name of Object.keys(SHAPES) as ShapeName[]) {
    const truth = truthOf(name);
    for (const count of [5, 10, 20, 50, 100]) {
      const held = coverage(name, truth, count, { trials, draws: 400 });
      const shares = [held.mean, held.median, held.iqm];
      const cells = [...shares, falseAlarms(name, count, trials)].map(percent);
      const line = `| ${[name, count, ...cells].join(" | ")} |\n`;
      Deno.stdout.writeSync(new TextEncoder().encode(line));
    }
  }
}
