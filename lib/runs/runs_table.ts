/** All runs as people read them. */
import { alignedTable } from "../cli/mod.ts";
import { duration, NOTHING, points, wrapped } from "../text.ts";
import type { RunSummary } from "./list_runs.ts";

/** Lines for what differs from the default config. */
const SETTING_LINES = 2;

/**
 * A line for each run, and below it what its config has in place of the default.
 *
 * @param width the widest line: columns that do not fit are left out
 */
export function runsTable(
  runs: readonly RunSummary[],
  width = Infinity,
): string {
  const rows = runs.map(({ name, state, best, steps, seconds, game }) => [
    ...[name, state, best ? points(best.mean) : NOTHING, points(steps)],
    ...[duration(seconds), game],
  ]);
  const head = ["run", "state", "best", "steps", "time", "game"];
  const [title, ...lines] = alignedTable([head, ...rows], width).split("\n");
  return [
    title,
    ...lines.flatMap((line, i) => [line, ...settingLines(runs[i]!, width)]),
  ].join("\n");
}

function settingLines({ settings }: RunSummary, width: number): string[] {
  const words = Object.entries(settings)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .map((word) =>
      word.length > width - 2 ? `${word.slice(0, width - 3)}…` : word
    );
  const lines = wrapped(words, width - 2);
  const more = lines.slice(SETTING_LINES).flat().length;
  return [
    ...lines.slice(0, SETTING_LINES).map((line) => `  ${line.join(" ")}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
