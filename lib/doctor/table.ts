import type { Examination } from "./check.ts";

/** The examination as a table, with what to do below each line not ok. */
export function table(
  { ok, checks }: Pick<Examination, "ok" | "checks">,
): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, status, detail, fix }) => [
    `${status.padEnd(7)}  ${name.padEnd(width)}  ${detail}`,
    ...(fix === null ? [] : [`${" ".repeat(11 + width)}-> ${fix}`]),
  ]);
  return [
    ...lines,
    "",
    ok ? "Training can run." : "Training cannot run: see what is missing.",
  ].join("\n");
}
