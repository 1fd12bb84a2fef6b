import { distance } from "fastest-levenshtein";

/**
 * What was probably meant by a word that is unknown: the candidate that takes
 * the fewest edits, at most a third of its letters.
 *
 * @param nameOf a candidate's name; by default itself
 * @returns undefined when none is near
 */
export function nearestOf<Candidate>(
  word: string,
  candidates: readonly Candidate[],
  nameOf: (candidate: Candidate) => string = String,
): Candidate | undefined {
  const ranked = candidates.map((candidate) => {
    const name = nameOf(candidate).toLowerCase();
    const edits = distance(word.toLowerCase(), name);
    return {
      candidate,
      edits,
      limit: Math.max(1, Math.floor(name.length / 3)),
    };
  }).filter(({ edits, limit }) => edits <= limit);
  return ranked.sort((a, b) => a.edits - b.edits)[0]?.candidate;
}
