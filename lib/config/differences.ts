/** In what two configs differ. */
import { isDeepStrictEqual } from "node:util";
import { knownKeys } from "./facts.ts";
import { type Config, configSchema } from "./schema.ts";
import { isGroup, valueAt, type Values } from "./values.ts";

/** A key that has two values. */
export interface Difference {
  /** `learner.nStep`. */
  key: string;
  before: unknown;
  now: unknown;
}

/**
 * Every key whose values differ, in the order of the config. Lists count as
 * one value, and so does a group in place of which there is none.
 *
 * @param before a config, or a part of one
 * @param within only these keys and what is in these groups; absent: all
 */
export function differences(
  before: object,
  now: object,
  within?: readonly string[],
): Difference[] {
  const compare = (a: unknown, b: unknown, key: string): Difference[] => {
    if (isDeepStrictEqual(a, b)) return [];
    if (!isGroup(a) || !isGroup(b)) return [{ key, before: a, now: b }];
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...names].flatMap((name) =>
      compare(a[name], b[name], key === "" ? name : `${key}.${name}`)
    );
  };
  const all = compare(before, now, "");
  return within === undefined
    ? all
    : all.filter(({ key }) =>
      within.some((group) => `${key}.`.startsWith(`${group}.`))
    );
}

/** In words: `learner.nStep was 3 and is 5`. */
export function differenceText({ key, before, now }: Difference): string {
  return `${key} was ${JSON.stringify(before)} and is ${JSON.stringify(now)}`;
}

/** What differs of that which a run keeps for ever. */
export function lastingDifferences(before: Config, now: Config): Difference[] {
  return knownKeys(configSchema).flatMap(({ path, facts: { lasting } }) => {
    if (lasting === undefined) return [];
    const [a, b] = [before, now].map((config) =>
      valueAt(config as unknown as Values, path)
    );
    const stays = lasting !== true &&
      isDeepStrictEqual(lasting(a), lasting(b));
    return stays ? [] : differences(before, now, [path.join(".")]);
  });
}
