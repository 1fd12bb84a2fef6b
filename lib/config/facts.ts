/** What is known of a key beside its values: said where the key is declared. */
import { z } from "zod";

/** Facts of a key, or of all keys of a group. */
export interface KeyFacts {
  /**
   * A run keeps it for ever: its network, its replay memory or its games are
   * made for it. A function: what has to stay is what it makes of the value.
   */
  lasting?: true | ((value: unknown) => unknown);
  /**
   * It belongs to the machine that the program runs on, never to an agent:
   * `program`, because it can start a program or open an address; `device`,
   * because another machine may not have it.
   */
  machine?: "program" | "device";
  /** What a config means that was written before there was this key. */
  before?: string | number | boolean | null;
}

/** The facts of every key that has some. */
export const keyFacts = z.registry<KeyFacts>();

/** A key, or a group, and its facts. */
export interface KnownKey {
  path: readonly string[];
  facts: KeyFacts;
}

/** All keys and groups of a schema that have facts, the outer ones first. */
export function knownKeys(
  schema: z.core.$ZodType,
  path: readonly string[] = [],
): KnownKey[] {
  const facts = keyFacts.get(schema);
  const inner = schema instanceof z.ZodObject
    ? Object.entries(schema.shape).flatMap(([key, child]) =>
      knownKeys(child as z.core.$ZodType, [...path, key])
    )
    : [];
  return [...(facts ? [{ path, facts }] : []), ...inner];
}

/** A key that configs had once. */
interface FormerKey {
  path: readonly string[];
  /** The value with which it did nothing; of a group, what says so. */
  neutral: unknown;
  /** How it is now. */
  instead: string;
}

/** The keys that there are no more. */
export const FORMER_KEYS: readonly FormerKey[] = [
  {
    path: ["env", "earlyNight"],
    neutral: { share: 0 },
    instead: "env.randomStartScore brings nights into training games",
  },
  {
    path: ["env", "actionDelay"],
    neutral: 0,
    instead: "env.liveShare says which training games have late keys",
  },
  {
    path: ["exploration", "spread"],
    neutral: 1,
    instead: "all games explore alike",
  },
  {
    path: ["reward", "duck"],
    neutral: 0,
    instead: "ducking costs nothing",
  },
];
