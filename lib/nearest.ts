import { distance } from "fastest-levenshtein";

/**
 * What was probably meant by a word that is unknown: the candidate that takes
 * the fewest edits, at most a third of its letters, rounded up.
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
      // Of a single letter nothing would be left.
      limit: Math.min(Math.ceil(name.length / 3), name.length - 1),
    };
  }).filter(({ edits, limit }) => edits <= limit);
  return ranked.sort((a, b) => a.edits - b.edits)[0]?.candidate;
}
