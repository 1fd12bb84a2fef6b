import { filled } from "../text.ts";
import type { Examination } from "./check.ts";

/** Columns of text beside which names may stand. */
const LEAST = 30;

/**
 * The examination as a table, with what to do below each line not ok.
 *
 * @param width the widest line
 */
export function table(
  { ok, checks }: Pick<Examination, "ok" | "checks">,
  width = Infinity,
): string {
  const longest = Math.max(...checks.map(({ name }) => name.length));
  const beside = width - longest - 11 >= LEAST;
  const indent = beside ? longest + 11 : 4;
  const lines = checks.flatMap(({ name, status, detail, fix }) => {
    const head = `${status.padEnd(7)}  ${name.padEnd(longest)}`;
    const below = [
      ...filled(detail, width - indent),
      ...(fix === null ? [] : filled(`-> ${fix}`, width - indent)),
    ].map((line) => " ".repeat(indent) + line);
    return beside
      ? [`${head}  ${below[0]!.trimStart()}`, ...below.slice(1)]
      : [head.trimEnd(), ...below];
  });
  return [
    ...lines,
    "",
    ok ? "Training can run." : "Training cannot run: see what is missing.",
  ].join("\n");
}
