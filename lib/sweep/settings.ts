/** From the values of each key to the settings that are tried. Pure. */
import { isDeepStrictEqual } from "node:util";
import { type KeyPath, schemaAt } from "../config/mod.ts";
import { hash32, Random } from "../random.ts";
import { type Choice, isRange, type Range, type Sweep } from "./schema.ts";

/** Keys of the config (`learner.nStep`) with the values of one setting. */
export type Values = Readonly<Record<string, unknown>>;

/** A value, and where in the sweep's file it stands. */
export interface Candidate {
  value: unknown;
  path: KeyPath;
}

/** A setting with the places of its values, by key. */
export type Candidates = Readonly<Record<string, Candidate>>;

/** Draws of one setting after which the settings count as exhausted. */
const DRAWS = 1000;

/** The setting's values without their places. */
export function valuesOf(candidates: Candidates): Values {
  return Object.fromEntries(
    Object.entries(candidates).map(([key, { value }]) => [key, value]),
  );
}

/** How many settings the grid has. */
export function gridSize({ keys }: Sweep): number {
  return Object.values(keys).reduce<number>(
    (product, choice) => product * countOf(choice),
    1,
  );
}

function countOf(choice: Choice): number {
  if (isRange(choice)) return choice.count ?? Infinity;
  return Array.isArray(choice) ? choice.length : 1;
}

/** Every combination; the last key changes fastest. */
export function gridSettings({ keys }: Sweep): Candidates[] {
  return Object.entries(keys).reduce<Candidates[]>(
    (settings, [key, choice]) =>
      settings.flatMap((setting) =>
        candidatesOf(key, choice).map((candidate) => ({
          ...setting,
          [key]: candidate,
        }))
      ),
    [{}],
  );
}

/**
 * Random search (Bergstra and Bengio 2012): each value of a list is as likely
 * as the others, a range is uniform, or log-uniform with `scale: log`.
 *
 * @returns `count` settings, or fewer when there are no more different ones
 */
export function randomSettings(
  { keys }: Sweep,
  count: number,
  seed: number,
): Candidates[] {
  // Neighbouring seeds alone give first draws that are alike.
  const random = new Random(hash32(seed));
  const settings: Candidates[] = [];
  const seen = new Set<string>();
  for (let draws = 0; settings.length < count && draws < DRAWS; draws++) {
    const drawn = Object.fromEntries(
      Object.entries(keys).map(([key, choice]) => [
        key,
        isRange(choice)
          ? rangeValue(key, choice, random.uniform())
          : oneOf(candidatesOf(key, choice), random),
      ]),
    );
    const text = JSON.stringify(valuesOf(drawn));
    if (seen.has(text)) continue;
    seen.add(text);
    settings.push(drawn);
    draws = 0;
  }
  return settings;
}

const oneOf = <T>(items: readonly T[], random: Random): T =>
  items[random.integer(items.length)]!;

/** The values of a key that a grid tries. */
function candidatesOf(key: string, choice: Choice): Candidate[] {
  if (isRange(choice)) {
    const { count = 2 } = choice;
    return Array.from(
      { length: count },
      (_, i) => rangeValue(key, choice, i / (count - 1)),
    );
  }
  return Array.isArray(choice)
    ? choice.map((value, i) => ({ value, path: ["keys", key, i] }))
    : [{ value: choice, path: ["keys", key] }];
}

/** @param share of the way from one end of the range to the other */
function rangeValue(key: string, range: Range, share: number): Candidate {
  const { from, to, scale } = range;
  const value = scale === "log"
    ? from * (to / from) ** share
    : from + (to - from) * share;
  const whole = schemaAt(key.split("."))?.type === "integer";
  return {
    // Twelve digits: 0.1 + 0.2 is meant to be 0.3.
    value: whole ? Math.round(value) : Number(value.toPrecision(12)),
    path: ["keys", key],
  };
}

/** The keys that have different values in different settings. */
export function variedKeys(settings: readonly Values[]): string[] {
  const keys = new Set(settings.flatMap((values) => Object.keys(values)));
  return [...keys].filter((key) =>
    settings.some((values) =>
      !isDeepStrictEqual(values[key], settings[0]![key])
    )
  );
}

/** A value in words: text stands without quotes. */
export const valueText = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** A setting in words: `learner.nStep=3 game.actions=2`. */
export function settingText(values: Values, keys: readonly string[]): string {
  return keys.map((key) => `${key}=${valueText(values[key])}`).join(" ") ||
    "as the config says";
}
