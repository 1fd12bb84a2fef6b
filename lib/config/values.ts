/** Trees of values, as YAML files hold them. */

/** Keys and their values; a value may be such a tree again. */
export type Values = Record<string, unknown>;

/** Whether a value is a group of keys, not a list or a single value. */
export function isGroup(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a key; undefined: there is none. */
export function valueAt(
  values: unknown,
  path: readonly (string | number)[],
): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Values | null | undefined)?.[key],
    values,
  );
}

/** A tree with a single key. */
export function withKey(path: readonly string[], value: unknown): Values {
  return path.reduceRight<unknown>(
    (inner, key) => Object.fromEntries([[key, inner]]),
    value,
  ) as Values;
}

/** Every value by its whole key, `learner.nStep`; a list is one value. */
export function flat(values: Values, prefix = ""): Values {
  return Object.assign(
    {},
    ...Object.entries(values).map(([key, value]) =>
      isGroup(value)
        ? flat(value, `${prefix}${key}.`)
        : { [prefix + key]: value }
    ),
  );
}

/** The tree without a key, and without the groups that are empty then. */
export function withoutKey(
  values: Values,
  [key, ...rest]: readonly string[],
): Values {
  const { [key!]: value, ...others } = values;
  if (rest.length === 0 || !isGroup(value)) return others;
  const inner = withoutKey(value, rest);
  return Object.keys(inner).length === 0
    ? others
    : { ...values, [key!]: inner };
}
