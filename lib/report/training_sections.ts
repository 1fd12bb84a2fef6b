/** The parts of a page that tell how a run was trained. */
import { commandText } from "../system/mod.ts";
import { points } from "../text.ts";
import type { Section } from "./page.ts";
import { INTERVALS, type RunData } from "../runs/mod.ts";
import { learnerCharts, learningCurves, scoreCharts } from "../drawing/mod.ts";

/** How the training went. */
export async function trainingSection(
  run: RunData,
  evaluated: boolean,
): Promise<Section> {
  const { games, metrics, evaluations } = run;
  const last = metrics.at(-1);
  const text = [
    last
      ? `${points(games.length)} games and ${
        points(last.step)
      } agent steps in ${(last.wall_s / 60).toFixed(1)} minutes.`
      : "Nothing was logged yet.",
    ...(evaluations.length > 0
      ? [
        "The evaluations of the learning curve chose the best checkpoint, so their scores flatter it." +
        (evaluated ? " The figures at the top are of other seeds." : ""),
      ]
      : []),
  ];
  return {
    heading: "How it was trained",
    text,
    charts: [
      ...(games.length > 0 ? await scoreCharts(games) : []),
      ...await learningCurves(evaluations),
      ...await learnerCharts(metrics, INTERVALS.figures),
    ],
  };
}

/** The first digits of a hash, enough to tell it; run.json has all of them. */
export const shortHash = (hash: string) =>
  /^[0-9a-f]{40,}\+?$/.test(hash)
    ? hash.slice(0, 16) + (hash.endsWith("+") ? "… with changes" : "…")
    : hash;

/** Name, config and versions: what repeats the run. */
export function repeatSection(
  { info, configText }: Pick<RunData, "info" | "configText">,
  commands: readonly string[],
): Section {
  const [first] = info.starts;
  const rows = first
    ? [
      ["Seed", String(info.seed)],
      ["Commit", shortHash(first.commit ?? "unknown")],
      ["Engine", first.engine],
      ["Device", first.device],
      ["Page script", shortHash(first.pageScript)],
      ...Object.entries(first.versions),
    ]
    : [["Seed", String(info.seed)]];
  return {
    heading: "How to repeat it",
    code: [
      ...new Set([
        ...info.starts.map(({ commandLine }) => commandText(commandLine)),
        ...commands,
      ]),
    ],
    tables: [{
      caption: "Made with",
      header: ["", ""],
      rows,
      textColumns: [0, 1],
    }],
    details: [{ summary: "The whole config", code: configText }],
  };
}
