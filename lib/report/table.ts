/** Tables by their columns. */
import { NOTHING, points } from "../text.ts";
import { alignedTable } from "../cli/mod.ts";
import { answerWidth } from "../say.ts";
import type { Table } from "./page.ts";

/** A column: its heading, and what stands in it; null: there is nothing to say. */
export type Column<Row> = readonly [
  heading: string,
  /** A number is a count, or a score to the point. */
  cell: (row: Row) => string | number | null,
  /** Text begins at the left; numbers end at the right. */
  kind?: "text",
  /** Where it leads; null: nowhere. */
  href?: (row: Row) => string | null,
];

/** The table of these columns, with a line for each row. */
export function tableOf<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Table {
  const text = (value: string | number | null) =>
    typeof value === "number" ? points(value) : value ?? NOTHING;
  return {
    caption,
    header: columns.map(([heading]) => heading),
    rows: rows.map((row) => columns.map(([, cell]) => text(cell(row)))),
    hrefs: rows.map((row) =>
      columns.map(([, , , href]) => href?.(row) ?? null)
    ),
    textColumns: columns.flatMap(([, , kind], i) => kind === "text" ? [i] : []),
  };
}

/**
 * A table as it stands in a terminal, without its caption, as far as it fits,
 * with a line that says so where it does not.
 */
export function tableText(
  { header, rows }: Table,
  width: number = answerWidth(),
): string {
  const [whole, shown] = [Infinity, width].map((width) =>
    alignedTable([header, ...rows], width)
  );
  const more = "More columns: on its page, or in a wider terminal.";
  return shown === whole ? whole! : `${shown}\n${more}`;
}
