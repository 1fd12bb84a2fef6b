/** `history.csv`: one line per night. */
import { ifThere } from "../files.ts";
import { replaceDurably } from "../system/mod.ts";
import type { NightResult } from "./result.ts";

/** A night as a line tells it; an empty cell is null. */
export interface HistoryLine {
  night: number;
  time: string;
  result: NightResult["result"];
  reason: string;
  champion: string | null;
  championMean: number | null;
  championLow: number | null;
  championHigh: number | null;
  challenger: string | null;
  challengerMean: number | null;
  challengerLow: number | null;
  challengerHigh: number | null;
  difference: number | null;
  differenceLow: number | null;
  differenceHigh: number | null;
}

const COLUMNS = [
  ...["night", "time", "result", "reason"],
  ...["champion", "champion_mean", "champion_low", "champion_high"],
  ...["challenger", "challenger_mean", "challenger_low", "challenger_high"],
  ...["difference", "difference_low", "difference_high"],
  ...["champion_capped", "challenger_capped"],
  ...["episodes", "first_seed", "max_score", "steps"],
  ...["page_script", "page_changed", "minutes", "disk_gb"],
];
const HEADER = COLUMNS.join(",");
const RESULTS: readonly string[] = ["promoted", "kept", "failed"];

/** A night's result as a line. */
export function historyLine(night: NightResult): string {
  const { champion, challenger, difference, difference95 } = night;
  const figures = (player: NightResult["champion"]) => [
    player?.name,
    ...[player?.mean, ...(player?.mean95 ?? [null, null])].map(decimal),
  ];
  return [
    ...[night.night, night.time, night.result, night.reason],
    ...figures(champion),
    ...figures(challenger),
    ...[difference, ...(difference95 ?? [null, null])].map(decimal),
    ...[champion?.capped, challenger?.capped],
    ...[night.episodes, night.firstSeed, night.maxScore, night.steps],
    ...[night.pageScript, night.pageChange ? "yes" : "no"],
    ...[night.minutes.toFixed(1), night.diskGb.toFixed(3)],
  ].map(cell).join(",");
}

const decimal = (value: number | null | undefined) => value?.toFixed(1);

/** No value of this program's tables holds a comma, a quote or a line end. */
const cell = (value: string | number | null | undefined) =>
  String(value ?? "").replace(/\s+/g, " ").replaceAll(",", ";")
    .replaceAll('"', "'");

/**
 * Reads the lines of a history. One that is broken is left out: the others
 * still tell what they told.
 *
 * @param text of the file
 * @param warn told of each broken line, in a sentence
 */
export function parseHistory(
  text: string,
  warn: (message: string) => void,
): HistoryLine[] {
  return text.split("\n").flatMap((line, i) => {
    if (line === "" || (i === 0 && line === HEADER)) return [];
    const parsed = parseLine(line.split(","));
    if (typeof parsed !== "string") return [parsed];
    warn(`history.csv, line ${i + 1} is left out: ${parsed}`);
    return [];
  });
}

/** The line, or what is wrong with it. */
function parseLine(cells: readonly string[]): HistoryLine | string {
  if (cells.length !== COLUMNS.length) {
    return `it has ${cells.length} values in place of ${COLUMNS.length}`;
  }
  const text = (column: string) => cells[COLUMNS.indexOf(column)]!;
  const number = (column: string) =>
    text(column) === "" ? null : Number(text(column));
  const [night, result] = [number("night"), text("result")];
  if (night === null || !Number.isSafeInteger(night) || night < 1) {
    return `"${text("night")}" is no night's number`;
  }
  if (!RESULTS.includes(result)) return `"${result}" is no result`;
  const figures = {
    championMean: number("champion_mean"),
    championLow: number("champion_low"),
    championHigh: number("champion_high"),
    challengerMean: number("challenger_mean"),
    challengerLow: number("challenger_low"),
    challengerHigh: number("challenger_high"),
    difference: number("difference"),
    differenceLow: number("difference_low"),
    differenceHigh: number("difference_high"),
  };
  if (Object.values(figures).some(Number.isNaN)) {
    return "one of its figures is no number";
  }
  return {
    ...{ night, time: text("time"), reason: text("reason") },
    result: result as HistoryLine["result"],
    champion: text("champion") || null,
    challenger: text("challenger") || null,
    ...figures,
  };
}

/** A history as far as it can be read; empty if there is none. */
export async function readHistory(
  file: string,
  warn: (message: string) => void,
): Promise<HistoryLine[]> {
  return parseHistory(await ifThere(Deno.readTextFile(file)) ?? "", warn);
}

/**
 * Adds a night's line; the file is replaced as a whole, so that it never holds
 * a part of one. A night that has its line already gets no second one.
 */
export async function appendHistory(
  file: string,
  night: NightResult,
): Promise<void> {
  const text = await ifThere(Deno.readTextFile(file)) || HEADER + "\n";
  if (parseHistory(text, () => {}).some((line) => line.night === night.night)) {
    return;
  }
  const ended = text.endsWith("\n") ? text : text + "\n";
  await replaceDurably(file, `${ended}${historyLine(night)}\n`);
}
