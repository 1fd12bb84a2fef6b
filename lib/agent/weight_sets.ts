import type { LearnerConfig } from "../config/mod.ts";

/** Name of a set of tensors. */
export type SetName =
  | "online" // θ
  | "target" // θ⁻
  | "average" // the moving average of θ; not every learner keeps one
  | "firstMoments" // Adam's m
  | "secondMoments"; // Adam's v

/**
 * Every set of tensors that a learner keeps, each in the order of
 * `network.weights`; files hold them in this order.
 */
export const SET_NAMES: readonly SetName[] = [
  "online",
  "target",
  "average",
  "firstMoments",
  "secondMoments",
];

/** Something for each set; nothing for an average that is not kept. */
export type WeightSets<T> =
  & Record<Exclude<SetName, "average">, T>
  & { average?: T };

/** Makes something for each set that a learner keeps, in the order of the list. */
export function eachSet<T>(
  { averageRate }: LearnerConfig,
  make: (set: SetName) => T,
): WeightSets<T> {
  const kept = SET_NAMES.filter((set) => set !== "average" || averageRate > 0);
  return Object.fromEntries(
    kept.map((set) => [set, make(set)]),
  ) as WeightSets<T>;
}
