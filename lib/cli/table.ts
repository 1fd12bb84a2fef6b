/**
 * Rows as lines with aligned columns: words to the left, figures to the right.
 *
 * @param width the widest line; the last columns are left out where they do not
 * fit, the first never is
 */
export function alignedTable(
  rows: readonly (readonly string[])[],
  width = Infinity,
): string {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length))
  );
  const isWords = widths.map((_, column) =>
    column === 0 || rows.slice(1).every((row) => /^[a-z]/i.test(row[column]!))
  );
  let fit = 0;
  for (let used = 0; fit < widths.length; fit++) {
    used += widths[fit]! + (fit > 0 ? 2 : 0);
    if (fit > 0 && used > width) break;
  }
  return rows.map((row) =>
    row.slice(0, fit).map((cell, column) =>
      isWords[column]
        ? cell.padEnd(widths[column]!)
        : cell.padStart(widths[column]!)
    ).join("  ").trimEnd()
  ).join("\n");
}
