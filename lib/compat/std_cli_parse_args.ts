/**
 * Stand-in for the part of `jsr:@std/cli/parse-args` that the program uses, for
 * machines that cannot reach JSR.
 */

/** Which options there are; an unknown one is reported and dropped or kept. */
export interface ParseOptions {
  /** Options without a value. */
  boolean?: readonly string[];
  /** Options whose value stays text; `_` for the positionals. */
  string?: readonly string[];
  /** Options whose values are collected in an array. */
  collect?: readonly string[];
  /** Another name for an option. */
  alias?: Record<string, string>;
  /** Called for what is not declared; false drops it. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** The positionals in `_`, the rest by its name. */
export type Args = { _: (string | number)[]; [name: string]: unknown };

const isBoolean = (text: string | undefined) =>
  text === "true" || text === "false";

/** `--name`, `--name=value` or `-n`, taken apart; undefined for the rest. */
function option(arg: string): { name: string; inline?: string } | undefined {
  const match = /^--?([^=]+)(?:=(.+))?$/s.exec(arg);
  if (!arg.startsWith("-") || !match) return undefined;
  const [, name, inline] = match;
  return inline === undefined ? { name: name! } : { name: name!, inline };
}

/** Parses command-line arguments as `parseArgs` of `@std/cli` does. */
export function parseArgs(
  args: readonly string[],
  options: ParseOptions = {},
): Args {
  const { boolean = [], string = [], collect = [] } = options;
  const { alias = {}, unknown = () => true } = options;
  const parsed: Args = { _: [] };
  const otherNames = (name: string) =>
    Object.entries(alias).flatMap(([a, b]) =>
      a === name ? [b] : b === name ? [a] : []
    );
  for (const name of boolean.flatMap((name) => [name, ...otherNames(name)])) {
    parsed[name] = false;
  }
  for (const name of collect) parsed[name] = [];
  const isDeclared = (name: string, list: readonly string[]) =>
    [name, ...otherNames(name)].some((n) => list.includes(n));
  const positional = (arg: string) =>
    string.includes("_") || arg.trim() === "" || isNaN(Number(arg))
      ? arg
      : Number(arg);

  const end = args.indexOf("--");
  const before = end === -1 ? args : args.slice(0, end);
  for (let i = 0; i < before.length; i++) {
    const arg = before[i]!;
    const found = option(arg);
    if (!found) {
      if (unknown(arg) !== false) parsed._.push(positional(arg));
      continue;
    }
    const { name } = found;
    const isFlag = isDeclared(name, boolean);
    const next = before[i + 1];
    let value: unknown = found.inline;
    if (value === undefined) {
      if (isFlag ? isBoolean(next) : next && !next.startsWith("-")) {
        value = next;
        i++;
      } else value = isDeclared(name, string) ? "" : true;
    }
    if (isFlag && typeof value === "string") value = value === "true";
    if (!isFlag && !isDeclared(name, string)) {
      if (unknown(arg, name, value) === false) continue;
    }
    for (const key of [name, ...otherNames(name)]) {
      if (collect.includes(key)) (parsed[key] as unknown[]).push(value);
      else parsed[key] = value;
    }
  }
  if (end !== -1) parsed._.push(...args.slice(end + 1));
  return parsed;
}
