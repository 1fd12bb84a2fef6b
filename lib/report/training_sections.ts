/** The parts of a page that tell how a run was trained. */
import { commandText } from "../system/mod.ts";
import { capitalized, points } from "../text.ts";
import type { Section } from "./page.ts";
import { endText, INTERVALS, type RunData } from "../runs/mod.ts";
import { learnerCharts, learningCurves, scoreCharts } from "../drawing/mod.ts";
import type { EvaluationReport } from "../evaluation/mod.ts";
import { tableOf } from "./table.ts";

/**
 * How the training went.
 *
 * @param href the run's folder, from the page's; none: elsewhere
 */
export async function trainingSection(
  run: RunData,
  evaluated: boolean,
  href: string | null | undefined,
): Promise<Section> {
  const { games, metrics, evaluations, steps, minutes, info } = run;
  const end = info.starts.at(-1)?.end;
  const chosen =
    "The evaluations of the learning curve chose the best checkpoint, so their scores flatter it." +
    (evaluated ? " The figures at the top are of other seeds." : "");
  return {
    heading: "How it was trained",
    text: [
      steps > 0
        ? `${points(games.length)} games and ${points(steps)} agent steps in ` +
          `${minutes.toFixed(1)} minutes.`
        : "Nothing was logged yet.",
      ...(end ? [`${capitalized(endText(end.reason, run.config))}.`] : []),
      ...(evaluations.length > 0 ? [chosen] : []),
    ],
    charts: [
      ...(games.length > 0 ? await scoreCharts(games) : []),
      ...await learningCurves(evaluations),
      ...await learnerCharts(metrics, INTERVALS.figures),
    ],
    links: !href ? [] : evaluations.map(({ step }) => ({
      text: `evaluation at step ${points(step)}`,
      href: `${href}/evaluations/step-${step}/index.html`,
    })),
  };
}

/** Commands, versions and config: what repeats the training, the games or both. */
export function repeatSection(
  run: RunData | undefined,
  evaluation: EvaluationReport | undefined,
  notes: readonly string[],
): Section {
  const starts = run?.info.starts ?? [];
  const [first] = starts;
  const trained = first
    ? {
      ...{ Commit: first.commit ?? "unknown", Engine: first.engine },
      ...{ Device: first.device, "Page script": first.pageScript },
      ...first.versions,
    }
    : {};
  const versions = run
    ? {
      Seed: `${run.info.seed}`,
      ...(run.info.from && { "Began with": run.info.from }),
      ...trained,
    }
    : evaluation?.versions ?? {};
  const commands = [
    ...starts.map(({ commandLine }) => commandText(commandLine)),
    ...(evaluation ? [evaluation.command] : []),
  ];
  return {
    heading: "How to repeat it",
    text: notes,
    code: [...new Set(commands)],
    tables: [tableOf<[string, string]>("Made with", [
      ["", ([name]) => name, "text"],
      ["", ([, version]) => version, "text"],
    ], Object.entries(versions))],
    details: run ? [{ summary: "The whole config", code: run.configText }] : [],
  };
}
