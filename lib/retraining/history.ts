/** `history.csv`: one line per night, for spreadsheets and scripts. */
import { ifThere, readAtMost } from "../files.ts";
import { bytesOf, replaceDurably } from "../system/mod.ts";
import type { NightResult } from "./result.ts";

type Cell = string | number | null | undefined;

const decimal = (value: number | null | undefined) => value?.toFixed(1);

const playerColumns = (role: "champion" | "challenger") =>
  ({
    [role]: (night) => night[role]?.name,
    [`${role}_mean`]: (night) => decimal(night[role]?.mean),
    [`${role}_low`]: (night) => decimal(night[role]?.mean95?.[0]),
    [`${role}_high`]: (night) => decimal(night[role]?.mean95?.[1]),
  }) satisfies Columns;

type Columns = Record<string, (night: NightResult) => Cell>;

/** Name to value, in the order of the table. */
const COLUMNS: Columns = {
  night: ({ night }) => night,
  time: ({ time }) => time,
  result: ({ result }) => result,
  reason: ({ reason }) => reason,
  ...playerColumns("champion"),
  ...playerColumns("challenger"),
  difference: ({ difference }) => decimal(difference),
  difference_low: ({ difference95 }) => decimal(difference95?.[0]),
  difference_high: ({ difference95 }) => decimal(difference95?.[1]),
  champion_capped: ({ champion }) => champion?.capped,
  challenger_capped: ({ challenger }) => challenger?.capped,
  episodes: ({ episodes }) => episodes,
  first_seed: ({ firstSeed }) => firstSeed,
  max_score: ({ maxScore }) => maxScore,
  steps: ({ steps }) => steps,
  page_script: ({ pageScript }) => pageScript,
  page_changed: ({ pageChange }) => pageChange ? "yes" : "no",
  minutes: ({ minutes }) => minutes.toFixed(1),
  disk_gb: ({ diskGb }) => diskGb.toFixed(3),
};

/** No value of this table holds a comma, a quote or a line end. */
const cellText = (value: Cell) =>
  String(value ?? "").replace(/\s+/g, " ").replaceAll(",", ";")
    .replaceAll('"', "'");

/**
 * Adds a night's line, unless it is there. What else the file holds stays as it
 * is; the file is replaced as a whole, so that it never holds a part of a line.
 */
export async function addLine(
  file: string,
  night: NightResult,
): Promise<void> {
  const old = await ifThere(readAtMost(file, Infinity)) ?? bytesOf("");
  const text = new TextDecoder().decode(old);
  if (text.includes(`\n${night.night},`)) return;
  const line = Object.values(COLUMNS).map((of) => cellText(of(night))).join();
  const header = `${Object.keys(COLUMNS)}\n`;
  const before = text === "" ? header : text.endsWith("\n") ? "" : "\n";
  // A spreadsheet may have saved it in another encoding.
  await replaceDurably(file, await new Blob([old, before, line, "\n"]).bytes());
}
