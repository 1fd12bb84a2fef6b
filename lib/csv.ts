/** Reading and writing the tables of a run and of an evaluation. */
import { UsageError } from "./errors.ts";

/** A line of a table, by the header's names. */
export type Row = Record<string, string>;

/**
 * Reads a table whose first line is its header, also one that a spreadsheet has
 * saved (a byte order mark; semicolons or tabs, with decimal commas; quotes;
 * other line ends; lines without values at the end). No value of this program's
 * tables holds a comma or a quote itself. A last line that has not been ended is
 * one that is still being written, and is left out.
 *
 * @param columns names that the header must have
 * @param read makes of a line's cells what is wanted of them
 * @throws UsageError that names the file and the line which is broken
 */
export function mapCsv<Line>(
  text: string,
  file: string,
  columns: readonly string[],
  read: (cells: readonly string[], header: readonly string[]) => Line,
): Line[] {
  const lines = text.replace("\uFEFF", "").replaceAll('"', "")
    .replaceAll(/\r\n?/g, "\n").split("\n");
  lines.pop();
  // What an editor leaves at the end: no values, or not even commas.
  lines.length = 1 + lines.findLastIndex((line) => /[^\s,;]/.test(line));
  const first = withoutSpaces(lines.shift() ?? "");
  const mark = [";", "\t"].find((mark) => first.includes(mark));
  const split = mark !== undefined
    ? (line: string) => line.replaceAll(",", ".").split(mark)
    : (line: string) => line.split(",");
  const header = split(first);
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    if (text.includes("\0")) {
      throw new UsageError(
        `${file} is not text in UTF-8; save it as a CSV file in UTF-8.`,
      );
    }
    throw new UsageError(
      `${file} has no column ${missing.join(", ")}: line 1 must be a header ` +
        `such as "${columns.join(",")}".`,
    );
  }
  return lines.map((line, i) => {
    const cells = split(withoutSpaces(line));
    if (cells.length !== header.length) {
      throw new UsageError(
        `${file}, line ${i + 2}: expected ${header.length} values, but found ` +
          `${cells.length} in "${shorten(line)}". Remove the line or the file.`,
      );
    }
    return read(cells, header);
  });
}

/** Lines by the header's names. @throws UsageError as {@linkcode mapCsv} */
export const parseCsv = (
  text: string,
  file: string,
  columns: readonly string[],
): Row[] =>
  mapCsv(
    text,
    file,
    columns,
    (cells, header) =>
      Object.fromEntries(header.map((name, c) => [name, cells[c]!])),
  );

/**
 * A cell as a number, or `null` where it is empty or not a number by name.
 *
 * @throws UsageError naming file, line and column when it is neither
 */
export function numberCell(
  row: Row,
  column: string,
  file: string,
  index: number,
): number | null {
  const text = row[column]!.trim();
  if (text === "" || text === "NaN") return null;
  const value = Number(text);
  if (!Number.isFinite(value)) {
    throw new UsageError(
      `${file}, line ${index + 2}: ${column} must be a number, but is ` +
        `"${shorten(text)}". Remove the line or the file.`,
    );
  }
  return value;
}

/** The same where a number must stand. @throws UsageError as above */
export function requiredNumber(
  row: Row,
  column: string,
  file: string,
  index: number,
): number {
  const value = numberCell(row, column, file, index);
  if (value === null) {
    throw new UsageError(
      `${file}, line ${index + 2}: ${column} is empty. ` +
        "Remove the line or the file.",
    );
  }
  return value;
}

/** A table as text; a cell with a comma or a quote is quoted (RFC 4180). */
export function formatCsv(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cell = (value: string | number) =>
    /[",\n]/.test(`${value}`)
      ? `"${`${value}`.replaceAll('"', '""')}"`
      : `${value}`;
  return [header, ...rows].map((row) => row.map(cell).join(",") + "\n")
    .join("");
}

/** Without spaces at its end; a tab may be an empty cell's. */
const withoutSpaces = (line: string) => line.replace(/ +$/, "");

const shorten = (text: string) =>
  text.length > 60 ? `${text.slice(0, 60)}…` : text;
