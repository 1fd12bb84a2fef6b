/** One evaluation of several that played parts of its games. Pure. */
import type { Baseline } from "./baselines.ts";
import { type Evaluation, summarizeGames } from "./games.ts";

/**
 * The figures are those of one evaluation of all games, equal in every digit.
 *
 * @param parts with the same cap and different seeds, without gaps; at least one
 */
export function mergeEvaluations(parts: readonly Evaluation[]): Evaluation {
  const bins = new Map<number, Record<string, number>>();
  for (const { speed, actions } of parts.flatMap((p) => p.actionsBySpeed)) {
    const sum = bins.get(speed) ?? {};
    for (const [action, count] of Object.entries(actions)) {
      sum[action] = (sum[action] ?? 0) + count;
    }
    bins.set(speed, sum);
  }
  return summarizeGames(
    parts.flatMap(({ games }) => games).sort((a, b) => a.seed - b.seed),
    parts[0]!.cap,
    [...bins].sort(([a], [b]) => a - b)
      .map(([speed, actions]) => ({ speed, actions })),
  );
}

/** The same for simple players, of whom a part may lack some. */
export function mergeBaselines(
  parts: readonly (readonly Baseline[])[],
): Baseline[] {
  const byName = Map.groupBy(parts.flat(), ({ name }) => name);
  return [...byName].map(([name, own]) => ({
    name,
    evaluation: mergeEvaluations(own.map(({ evaluation }) => evaluation)),
  }));
}
