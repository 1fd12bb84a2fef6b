import { isDeepStrictEqual } from "node:util";
import type { Config } from "./schema.ts";

/** Parts of a config that must be the same for some purpose: name to value. */
export type ConfigParts = Readonly<Record<string, (config: Config) => unknown>>;

/** Names of the parts in which two configs differ. */
export function differingParts(
  parts: ConfigParts,
  a: Config,
  b: Config,
): string[] {
  return Object.entries(parts)
    .filter(([, value]) => !isDeepStrictEqual(value(a), value(b)))
    .map(([name]) => name);
}
