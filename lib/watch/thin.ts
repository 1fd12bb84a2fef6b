/** Long curves, made short enough to be drawn. */

/**
 * Which points of a curve are drawn: all, or of each stretch the lowest and the
 * highest, so that no peak is lost. Points that are no number are left out.
 *
 * @param values the curve
 * @param from first point
 * @param most points that are wanted at most
 * @returns their indices, in order
 */
export function thin(
  values: readonly number[],
  from: number,
  most: number,
): number[] {
  const known: number[] = [];
  for (let i = from; i < values.length; i++) {
    if (!Number.isNaN(values[i])) known.push(i);
  }
  if (known.length <= most) return known;
  const stretches = Math.floor(most / 2);
  const kept: number[] = [];
  for (let s = 0; s < stretches; s++) {
    const first = Math.floor(s * known.length / stretches);
    const end = Math.floor((s + 1) * known.length / stretches);
    let low = known[first]!;
    let high = low;
    for (let k = first; k < end; k++) {
      const i = known[k]!;
      if (values[i]! < values[low]!) low = i;
      if (values[i]! > values[high]!) high = i;
    }
    kept.push(Math.min(low, high));
    if (low !== high) kept.push(Math.max(low, high));
  }
  return kept;
}

/** Mean of the last so many values up to each of these points. */
export function meanOfLast(
  values: readonly number[],
  at: readonly number[],
  count: number,
): number[] {
  return at.map((i) => {
    const first = Math.max(0, i + 1 - count);
    let sum = 0;
    for (let k = first; k <= i; k++) sum += values[k]!;
    return sum / (i + 1 - first);
  });
}
