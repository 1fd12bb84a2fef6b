/** One evaluation of several that played parts of its games. Pure. */
import type { Baseline } from "./baselines.ts";
import { actionsAtSpeeds, type Evaluation, summarizeGames } from "./games.ts";

/**
 * The figures are those of one evaluation of all games, equal in every digit.
 *
 * @param parts with the same cap and different seeds, without gaps; at least one
 */
export function mergeEvaluations(parts: readonly Evaluation[]): Evaluation {
  return summarizeGames(
    parts.flatMap(({ games }) => games).sort((a, b) => a.seed - b.seed),
    parts[0]!.cap,
    actionsAtSpeeds(parts.map(({ actionsBySpeed }) => actionsBySpeed)),
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
