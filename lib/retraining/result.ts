/** What is told of a night. */
import type { Interval } from "../evaluation/mod.ts";
import { figureText, points, signedPoints } from "../text.ts";

/** How an agent played a night's games. */
export interface Contestant {
  /** A champion's folder, `night-3`; a challenger's checkpoint, `step-4000`. */
  name: string;
  /** Numbers that its network learned. */
  parameters: number;
  /** Mean score, in points. */
  mean: number;
  mean95: Interval;
  /** Share of its games, 0 to 1, that reached the cap. */
  capped: number;
}

/** The document of `deno task retrain --json`, `last.json` and `report.json`. */
export interface NightResult {
  result: "promoted" | "kept" | "failed";
  /** Why, in a sentence. */
  reason: string;
  /** The champion when the night began; null: none, or it did not play. */
  champion: Contestant | null;
  /** The challenger; null: it did not play. */
  challenger: Contestant | null;
  /** Mean of challenger minus champion over the games, in points. */
  difference: number | null;
  difference95: Interval | null;
  /** The night's number, from 1. */
  night: number;
  /** When it began, ISO 8601, by the machine's clock. */
  time: string;
  /** How long it took, by a clock that never jumps. */
  minutes: number;
  /** Games of each, on the seeds from `firstSeed` on. */
  episodes: number;
  firstSeed: number;
  /** Score at which a game ended as capped. */
  maxScore: number;
  /** Agent steps of training in this night. */
  steps: number;
  /** SHA-256 of the page's own script; null: nothing was played. */
  pageScript: string | null;
  /** The page's script is another one than the champion was measured on. */
  pageChange: PageChange | null;
  /** All that the nights keep on the disk, in 10^9 bytes. */
  diskGb: number;
  /** What was removed to keep house. */
  removed: string[];
  /** What was not as it should be, in sentences. */
  warnings: string[];
}

/** The champion's figures before and after the page's script changed. */
export interface PageChange {
  /** SHA-256 of the script that it was measured on. */
  from: string;
  to: string;
  /** Its mean score on the former page, in points. */
  meanBefore: number;
}

/** `800 (95 %: 700 to 910)`. */
export const meanText = ({ mean, mean95 }: Contestant): string =>
  figureText(mean, mean95);

/** `+120 (95 %: +30 to +210)`; null: nothing was compared. */
export function differenceText(
  { difference, difference95 }: Pick<
    NightResult,
    "difference" | "difference95"
  >,
): string | null {
  return difference === null
    ? null
    : figureText(difference, difference95, signedPoints);
}

/** The change of the page in a sentence. */
export function pageChangeText(
  { from, to, meanBefore }: PageChange,
  champion: Contestant | null,
): string {
  return `The page's script changed (${from.slice(0, 8)} to ${
    to.slice(0, 8)
  }); the champion was measured again on it: mean ${
    champion ? meanText(champion) : "unknown"
  }, before ${points(meanBefore)}.`;
}

/** What the night did, in one line; a change of the page comes first. */
export function resultLine(result: NightResult): string {
  const { champion, challenger, pageChange, episodes } = result;
  const difference = differenceText(result);
  return [
    ...(pageChange ? [pageChangeText(pageChange, champion)] : []),
    `Night ${result.night}: ${result.result}, ${result.reason}.`,
    ...(challenger
      ? [
        `Challenger ${challenger.name}: mean ${meanText(challenger)}` +
        (champion
          ? `, champion ${champion.name}: mean ${meanText(champion)}`
          : "") +
        ` of ${episodes} new games` +
        (difference ? `; difference ${difference}.` : "."),
      ]
      : []),
    ...(result.warnings.length > 0
      ? [`Warnings: ${result.warnings.join("; ")}.`]
      : []),
  ].join(" ").replace(/\s+/g, " ");
}
