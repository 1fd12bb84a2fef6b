/** What may go when the nights have left too much. Pure. */

/** Something that the nights left and that may be removed. */
export interface Leaving {
  path: string;
  /** `challenger`: one that is not continued; `damaged`: a checkpoint. */
  kind: "night" | "champion" | "challenger" | "evaluation" | "damaged";
  /** Higher is newer, among those of one kind. */
  order: number;
  bytes: number;
}

/** How much may stay. */
export interface RetentionLimits {
  /** Newest nights, and newest former champions, that stay. */
  nights: number;
  /** Newest evaluations of the challenger's training that stay. */
  evaluations: number;
  /** Bytes that all leavings together may have. */
  bytes: number;
}

/** In which order kinds go when the size is too large: the least dear first. */
const KINDS: readonly Leaving["kind"][] = [
  ...["damaged", "challenger", "evaluation", "night", "champion"] as const,
];

/** What must go, so that the rest is within the limits. */
export function chooseRemovals(
  leavings: readonly Leaving[],
  limits: RetentionLimits,
): Leaving[] {
  const counts: Partial<Record<Leaving["kind"], number>> = {
    night: limits.nights,
    champion: limits.nights,
    evaluation: limits.evaluations,
  };
  const removed = new Set<Leaving>();
  for (const [kind, count] of Object.entries(counts)) {
    leavings.filter((one) => one.kind === kind)
      .sort((a, b) => b.order - a.order)
      .slice(count)
      .forEach((one) => removed.add(one));
  }
  const rest = leavings.filter((one) => !removed.has(one)).sort((a, b) =>
    KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.order - b.order
  );
  let bytes = rest.reduce((sum, one) => sum + one.bytes, 0);
  for (const one of rest) {
    if (bytes <= limits.bytes) break;
    removed.add(one);
    bytes -= one.bytes;
  }
  return leavings.filter((one) => removed.has(one));
}
