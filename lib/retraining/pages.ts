/** The page of a night, and the page with the curve over the nights. */
import { COUNTS, drawChart, number, type PageChart } from "../drawing/mod.ts";
import { pageHtml, type Section } from "../report/mod.ts";
import { capitalized, cappedText, intervalText, points } from "../text.ts";
import type { HistoryLine } from "./history.ts";
import {
  type Contestant,
  differenceText,
  type NightResult,
  pageChangeText,
} from "./result.ts";

/** Nights that the table shows; the history has them all. */
const TABLE_NIGHTS = 60;
/** Widths of the chart, for desktops and for phones. */
const WIDE = 1000;
const NARROW = 400;

/** What a night did, as a page. */
export function nightPage(night: NightResult): string {
  const { champion, challenger, pageChange, episodes, firstSeed } = night;
  const figure = (label: string, player: Contestant | null) =>
    player
      ? [{
        label: `${label}, ${player.name}`,
        value: points(player.mean),
        interval: `95 % interval ${intervalText(player.mean95)}`,
        note: cappedText({ ...player, episodes, cap: night.maxScore }),
      }]
      : [];
  const difference = differenceText(night);
  const sections: Section[] = [
    ...(pageChange
      ? [{
        heading: "The game's page has changed",
        text: [pageChangeText(pageChange, champion)],
      }]
      : []),
    {
      heading: `Result: ${night.result}`,
      text: [
        `${capitalized(night.reason)}.`,
        ...(difference
          ? [
            `Difference of the means, challenger minus champion: ${difference}, ` +
            `of ${episodes} games each on the seeds from ${
              points(firstSeed)
            } on.`,
          ]
          : []),
      ],
      figures: [
        ...figure("Champion", champion),
        ...figure("Challenger", challenger),
      ],
    },
    {
      heading: "The night",
      tables: [{
        header: ["", ""],
        rows: [
          ["began", night.time],
          ["minutes", night.minutes.toFixed(1)],
          ["agent steps of training", points(night.steps)],
          ["page script (SHA-256)", night.pageScript ?? "nothing was played"],
          ["disk that all nights use", `${night.diskGb.toFixed(2)} GB`],
          ["removed", night.removed.join(", ") || "nothing"],
        ],
        caption: "The pages of the games are in the folders beside this one.",
        textColumns: [0, 1],
      }],
    },
    ...(night.warnings.length > 0
      ? [{ heading: "Warnings", text: night.warnings }]
      : []),
  ];
  return pageHtml({
    title: `Night ${night.night}`,
    subtitle: `Retraining, ${night.time}`,
    sections,
  });
}

/** All nights as a page. */
export async function historyPage(
  history: readonly HistoryLine[],
): Promise<string> {
  const last = history.at(-1);
  const shown = history.slice(-TABLE_NIGHTS).toReversed();
  const failed = shown.filter(({ result }) => result === "failed");
  return pageHtml({
    title: "Champions",
    subtitle: last
      ? `${history.length} nights; the last one, night ${last.night}: ${last.result}`
      : "No night has ended yet",
    sections: [
      { heading: "The nights", charts: await nightsCharts(history) },
      {
        heading: "Night by night",
        tables: [{
          header: [
            ...["Night", "Began (UTC)", "Result", "Champion", "95 %"],
            ...["Challenger", "95 %", "Difference", "95 %"],
          ],
          rows: shown.map((line) => [
            `${line.night}`,
            line.time.slice(0, 16).replace("T", " "),
            line.result,
            figure(line.championMean),
            bounds(line.championLow, line.championHigh),
            figure(line.challengerMean),
            bounds(line.challengerLow, line.challengerHigh),
            figure(line.difference),
            bounds(line.differenceLow, line.differenceHigh),
          ]),
          caption: "Mean scores on each night's own new seeds. Those of a " +
            "night with a promotion helped to choose; later ones of the same " +
            `champion did not. The last ${shown.length} of ${history.length} ` +
            "nights; all are in history.csv.",
          textColumns: [1, 2],
        }],
      },
      ...(failed.length > 0
        ? [{
          heading: "Nights that failed",
          tables: [{
            header: ["Night", "Reason"],
            rows: failed.map(({ night, reason }) => [`${night}`, reason]),
            caption: "Of those above.",
            textColumns: [1],
          }],
        }]
        : []),
    ],
  });
}

const figure = (value: number | null) => value === null ? "" : points(value);

const bounds = (low: number | null, high: number | null) =>
  low === null || high === null ? "" : intervalText([low, high]);

/** Mean scores over the nights; none when no night has any. */
async function nightsCharts(
  history: readonly HistoryLine[],
): Promise<PageChart[]> {
  const values = history.flatMap((line) => [
    ...point(line, "champion", line.championMean, [
      line.championLow,
      line.championHigh,
    ]),
    ...point(line, "challenger", line.challengerMean, [
      line.challengerLow,
      line.challengerHigh,
    ]),
  ]);
  if (values.length === 0) return [];
  const x = number("night", "night", {
    axis: COUNTS,
    scale: { zero: false, nice: false, padding: 12 },
  });
  const color = {
    field: "player",
    type: "nominal" as const,
    scale: { domain: ["champion", "challenger"] },
  };
  const promotions = history.filter(({ result }) => result === "promoted");
  const draw = (width: number) =>
    drawChart({
      name: `nights-${width}`,
      title: "Mean score, night by night",
      subtitle: "with 95 % intervals; a dashed line: a new champion",
      description: "Mean scores of champion and challenger by night, with " +
        `95 % intervals; ${promotions.length} of ${history.length} nights ` +
        "had a new champion.",
    }, {
      width,
      layer: [
        {
          data: { values: promotions.map(({ night }) => ({ night })) },
          mark: { type: "rule", strokeDash: [3, 3], opacity: 0.5 },
          encoding: { x },
        },
        {
          data: { values },
          mark: { type: "rule", opacity: 0.6 },
          encoding: {
            x,
            color,
            y: number("low", "points"),
            y2: { field: "high" },
          },
        },
        {
          data: { values },
          mark: { type: "line", point: true },
          encoding: { x, color, y: number("mean") },
        },
      ],
    });
  return [{ wide: await draw(WIDE), narrow: await draw(NARROW) }];
}

function point(
  { night }: HistoryLine,
  player: "champion" | "challenger",
  mean: number | null,
  [low, high]: readonly [number | null, number | null],
) {
  return mean === null ? [] : [{ night, player, mean, low, high }];
}
