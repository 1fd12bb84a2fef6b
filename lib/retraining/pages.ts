/** The page of a night, and the page with the curve over the nights. */
import { nightsChart } from "../drawing/mod.ts";
import { type Page, pageHtml } from "../report/mod.ts";
import { points, signedPoints, withInterval } from "../text.ts";
import { nightName } from "./paths.ts";
import {
  type Contestant,
  hasEnded,
  type NightRecord,
  type NightResult,
  resultLine,
} from "./result.ts";

/** Nights that the table shows; the history has them all. */
const TABLE_NIGHTS = 60;
/** Newest nights whose own pages it leads to: older ones may be gone. */
const LINKED_NIGHTS = 10;

/** What a night did, as a page: its line, and where the rest is. */
export function nightPage(night: NightResult): string {
  const games = (["champion", "challenger"] as const)
    .filter((role) => night[role] !== null);
  return pageHtml({
    title: `Night ${night.night}`,
    subtitle: `Retraining, ${night.time}`,
    sections: [{
      heading: `Result: ${night.result}`,
      text: [resultLine(night)],
      links: [
        ...games.map((role) => ({
          text: `games of the ${role}`,
          href: `${role}/index.html`,
        })),
        ...(night.candidates ?? []).map(({ name, mean }, i) => ({
          text: `games that chose among the challengers: ${name}, ${
            points(mean)
          }`,
          href: `candidate-${i + 1}/index.html`,
        })),
        ...(night.result === "promoted"
          ? [{
            text: "the champion that it made",
            href: `../../agents/${nightName(night.night)}/report/index.html`,
          }]
          : []),
        { text: "all that is known of it", href: "report.json" },
        { text: "the whole log", href: "log.txt" },
        { text: "all nights", href: "../../index.html" },
      ],
    }],
  });
}

/** What the page of all nights says, without its chart. */
export function historyText(records: readonly NightRecord[]): Page {
  const nights = records.filter(hasEnded);
  const last = nights.at(-1);
  const shown = nights.slice(-TABLE_NIGHTS).toReversed();
  const mean = (player: Contestant | null) =>
    player ? withInterval(player.mean, player.mean95) : "";
  return {
    title: "Champions",
    subtitle: last
      ? `${nights.length} nights; the last one, night ${last.night}: ${last.result}`
      : "No night has ended yet",
    links: [
      { text: "all runs", href: "../index.html" },
      { text: "every night as CSV", href: "history.csv" },
      ...(last?.champion || last?.result === "promoted"
        ? [
          { text: "the champion's report", href: "current/report/index.html" },
          { text: "its card", href: "current/card.md" },
        ]
        : []),
    ],
    sections: [
      {
        heading: "Night by night",
        tables: [{
          header: [
            ...["Night", "Began (UTC)", "Result", "Champion (95\u00a0%)"],
            ...["Challenger (95\u00a0%)", "Difference (95\u00a0%)", "Why"],
          ],
          rows: shown.map((night) => [
            ...[`${night.night}`, night.time.slice(0, 16).replace("T", " ")],
            ...[night.result, mean(night.champion), mean(night.challenger)],
            night.difference === null ? "" : withInterval(
              night.difference,
              night.difference95,
              signedPoints,
            ),
            night.reason,
          ]),
          caption: "Mean scores on each night's own new seeds. Where a " +
            "champion was beaten they helped to choose; later ones of the " +
            `same champion did not. The last ${shown.length} of ${nights.length} ` +
            "nights; all are in history.csv.",
          textColumns: [1, 2, 6],
          hrefs: shown.slice(0, LINKED_NIGHTS).map(({ night }) => [
            `nights/${nightName(night)}/index.html`,
          ]),
        }],
      },
    ],
  };
}

/** All nights as a page. */
export async function historyPage(
  records: readonly NightRecord[],
): Promise<string> {
  const page = historyText(records);
  const nights = records.filter(hasEnded);
  return pageHtml({
    ...page,
    sections: [
      { heading: "The nights", charts: await charts(nights) },
      ...page.sections,
    ],
  });
}

/** Mean scores over the nights; none when nobody has played. */
async function charts(nights: readonly NightResult[]) {
  const points = nights.flatMap((night) =>
    (["champion", "challenger"] as const).flatMap((player) => {
      const figures = night[player];
      if (figures === null) return [];
      const { mean, mean95 } = figures;
      const [low, high] = mean95 ?? [mean, mean];
      return [{ night: night.night, player, mean, low, high }];
    })
  );
  const promotions = nights.filter(({ result }) => result === "promoted")
    .map(({ night }) => night);
  return points.length > 0 ? [await nightsChart(points, promotions)] : [];
}
