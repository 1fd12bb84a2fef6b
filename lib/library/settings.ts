/** What a program may say of a config. */
import {
  type Config,
  givenValues,
  loadConfig,
  singleKey,
} from "../config/mod.ts";

/**
 * Keys of a config by their groups, all or only those that differ from
 * `configs/default.yaml`, which describes each: `{ learner: { batchSize: 64 } }`.
 */
export type Settings = { readonly [group: string]: unknown };

/**
 * A whole config of what a program gives.
 *
 * @param more keys by their full names, which come last; undefined: not given
 * @throws ConfigError naming each key that is wrong and what is allowed
 */
export function wholeConfig(
  config: string | Settings = {},
  more: Record<string, unknown> = {},
): Promise<Config> {
  const keys = Object.entries(more).flatMap(([key, value]) =>
    value === undefined ? [] : singleKey(key.split("."), value, () => key)
  );
  return typeof config === "string"
    ? loadConfig(config, keys)
    : loadConfig(undefined, [givenValues(config, "config"), ...keys]);
}
