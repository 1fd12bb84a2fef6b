/** The settings of a sweep side by side. Pure. */
import { mean } from "../evaluation/mod.ts";
import { figuresTogether, type ResultFigures } from "../report/mod.ts";
import type { SweepPlan } from "./plan.ts";
import { settingText, type Values, variedKeys } from "./settings.ts";
import type { FinalGames, SweepState, Trial } from "./state.ts";
import type { EvaluationMean } from "./stopping.ts";

/** One setting with all of its trainings. */
export interface SettingResult {
  number: number;
  values: Values;
  /** The values in which it differs from others, in words. */
  label: string;
  state: "finished" | "unfinished" | "stopped" | "failed";
  /** Why it was stopped or failed; empty otherwise. */
  reason: string;
  trials: Trial[];
  /** Trainings that have finished. */
  finished: number;
  /** Means over the trainings that have begun; null: none has. */
  steps: number | null;
  minutes: number | null;
  /** Mean over the trainings of their best evaluation; null: none yet. */
  best: number | null;
  /** Mean over the trainings at each step that all of them have reached. */
  curve: EvaluationMean[];
  /** Unseen games of its finished trainings together; null: there are none. */
  figures: ResultFigures | null;
}

/** The content of `results.json`. */
export interface SweepResults {
  name: string;
  /** Keys of which several values were tried. */
  keys: string[];
  seeds: number[];
  /** Score at which a game ended, and seed of the first; null: no games yet. */
  games: Omit<FinalGames, "scores"> | null;
  /** The best first, by the evaluations that choose. */
  settings: SettingResult[];
}

/** Puts a sweep's trainings together, as far as they have come. */
export function sweepResults(
  { name, settings: planned, seeds }: Pick<
    SweepPlan,
    "name" | "settings" | "seeds"
  >,
  { settings }: SweepState,
  trials: readonly Trial[],
): SweepResults {
  const keys = variedKeys(planned);
  const numbers = [...new Set(trials.map(({ setting }) => setting))];
  const final = trials.find((trial) => trial.final)?.final;
  return {
    ...{ name, keys, seeds: [...seeds] },
    games: final ? gamesOf(final) : null,
    settings: numbers.map((number) => {
      const { values } = settings.find((one) => one.number === number)!;
      const own = trials.filter(({ setting }) => setting === number);
      return settingResult(number, values, settingText(values, keys), own);
    }).sort(byChoice),
  };
}

/** The same of all that a sweep has done, whatever its file names now. */
export const resultsSoFar = (name: string, state: SweepState): SweepResults =>
  sweepResults(
    {
      name,
      settings: state.settings.map(({ values }) => values),
      seeds: [...new Set(state.trials.map(({ seed }) => seed))],
    },
    state,
    state.trials,
  );

const gamesOf = ({ scores: _scores, ...games }: FinalGames) => games;

function settingResult(
  number: number,
  values: Values,
  label: string,
  trials: Trial[],
): SettingResult {
  const begun = trials.filter(({ steps }) => steps > 0);
  const curves = trials.map(({ evaluations }) => evaluations)
    .filter((curve) => curve.length > 0);
  const bests = curves.map((curve) =>
    Math.max(...curve.map((point) => point.mean))
  );
  const meanOf = (values: number[]) => values.length > 0 ? mean(values) : null;
  const finals = trials.flatMap(({ final }) => final ?? []);
  const scores = finals.map(({ scores }) => scores);
  return {
    ...{ number, values, label, trials },
    ...settingState(trials),
    finished: trials.filter(({ state }) => state === "finished").length,
    steps: meanOf(begun.map(({ steps }) => steps)),
    minutes: meanOf(begun.map(({ minutes }) => minutes)),
    best: meanOf(bests),
    curve: meanCurve(curves),
    figures: finals.length > 0 ? figuresTogether(scores, finals[0]!.cap) : null,
  };
}

function settingState(
  trials: readonly Trial[],
): Pick<SettingResult, "state" | "reason"> {
  for (const state of ["stopped", "failed"] as const) {
    const trial = trials.find((trial) => trial.state === state);
    if (trial) return { state, reason: trial.reason };
  }
  const finished = trials.every(({ state }) => state === "finished");
  return { state: finished ? "finished" : "unfinished", reason: "" };
}

/** The mean of several learning curves, as far as all of them go. */
function meanCurve(curves: readonly EvaluationMean[][]): EvaluationMean[] {
  const [first = [], ...others] = curves;
  return first.flatMap(({ step, mean: value }) => {
    const rest = others.flatMap((curve) =>
      curve.find((point) => point.step === step)?.mean ?? []
    );
    return rest.length === others.length
      ? [{ step, mean: mean([value, ...rest]) }]
      : [];
  });
}

/**
 * Orders by the evaluations during training, whose seeds are there to choose
 * by: an order by the final games would make the first one's figures too good.
 * Of two equal ones (both at the cap) that which learned faster comes first;
 * settings that were not trained to their end come last.
 */
function byChoice(a: SettingResult, b: SettingResult): number {
  const complete = (one: SettingResult) => one.finished > 0 ? 1 : 0;
  const onAverage = ({ curve }: SettingResult) =>
    curve.length > 0 ? mean(curve.map((point) => point.mean)) : -1;
  return complete(b) - complete(a) || (b.best ?? -1) - (a.best ?? -1) ||
    onAverage(b) - onAverage(a) || a.number - b.number;
}
