import { closest, distance } from "fastest-levenshtein";

/**
 * `; did you mean X?` for a word that is not among the known ones, or the whole
 * list when none is near.
 */
export function nearest(word: string, known: readonly string[]): string {
  const candidate = closest(word, known);
  return distance(word, candidate) <= candidate.length / 2
    ? `; did you mean ${candidate}?`
    : `; there is ${known.join(", ")}`;
}
