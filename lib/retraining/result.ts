/** What is told of a night: one record, from which all else is written. */
import { z } from "zod";
import { figureText, percent, points, signedPoints } from "../text.ts";

const intervalSchema = z.tuple([z.number(), z.number()]);

/** How an agent played. */
export const figuresSchema = z.object({
  /** Mean score, in points. */
  mean: z.number(),
  /** Null: there is none, as of games that all ended alike. */
  mean95: intervalSchema.nullable(),
  /** Share of its games, 0 to 1, that reached the cap. */
  capped: z.number(),
  /** Whether its games chose it, and so flatter it; absent: an older record. */
  seedPurpose: z.enum(["selection", "test"]).exactOptional(),
});

/** How an agent played. */
export type Figures = z.infer<typeof figuresSchema>;

const contestantSchema = figuresSchema.extend({
  /** A champion's folder, `night-3`; a challenger's checkpoint, `step-4000`. */
  name: z.string(),
  /** Numbers that its network learned. */
  parameters: z.number(),
});

/** How an agent played a night's games. */
export type Contestant = z.infer<typeof contestantSchema>;

/** A night as its `report.json` has it; the defaults are those of one that begins. */
export const recordSchema = z.object({
  result: z.enum(["running", "promoted", "kept", "failed"]).default("running"),
  /** Why, in a sentence. */
  reason: z.string().default("it has not come to its end"),
  /** The champion when the night began; null: none, or it did not play. */
  champion: contestantSchema.nullable().default(null),
  /** The challenger; null: it did not play. */
  challenger: contestantSchema.nullable().default(null),
  /** Of several challengers: each, and their ensemble, on games that chose one. */
  candidates: z.array(contestantSchema).exactOptional(),
  /** Mean of challenger minus champion over the games, in points. */
  difference: z.number().nullable().default(null),
  difference95: intervalSchema.nullable().default(null),
  /** The night's number, from 1. */
  night: z.int().positive(),
  /** When it began, ISO 8601, by the machine's clock. */
  time: z.string(),
  /** How long it took, by a clock that never jumps. */
  minutes: z.number().default(0),
  /** Games of each, on the seeds from `firstSeed` on. */
  episodes: z.number(),
  firstSeed: z.number(),
  /** Score at which a game ended as capped. */
  maxScore: z.number(),
  /** Agent steps of training in this night. */
  steps: z.number().default(0),
  /** SHA-256 of the page's own script; null: nothing was played. */
  pageScript: z.string().nullable().default(null),
  /**
   * Set if the script is another one than the champion was last measured on:
   * the SHA-256 of both, and the champion's mean score on the former.
   */
  pageChange: z.object({
    ...{ from: z.string(), to: z.string(), meanBefore: z.number() },
  }).nullable().default(null),
  /** All that the nights keep on the disk, in 10^9 bytes. */
  diskGb: z.number().default(0),
  /** What was removed to keep house. */
  removed: z.array(z.string()).default([]),
  /** What was not as it should be, in sentences. */
  warnings: z.array(z.string()).default([]),
});

/** A night, from its beginning on. */
export type NightRecord = z.infer<typeof recordSchema>;

/** The document of `deno task retrain --json`, `last.json` and `report.json`. */
export type NightResult = NightRecord & {
  result: "promoted" | "kept" | "failed";
};

/** Whether a night has come to an end. */
export const hasEnded = (record: NightRecord): record is NightResult =>
  record.result !== "running";

/** Says what is not as it should be, and keeps it in a night's record. */
export const warningsOf =
  ({ warnings }: NightRecord, say: (line: string) => void) =>
  (message: string): void => {
    say(`warning: ${message}`);
    warnings.push(message);
  };

/** `800 (95 %: 700 to 910)`. */
export const meanText = (of: Figures) => figureText(of.mean, of.mean95);

/** What the night did, in one line; a change of the page comes first. */
export function resultLine(night: NightResult): string {
  const { champion, challenger, pageChange, difference, warnings } = night;
  const sentences: string[] = [];
  if (pageChange) {
    const { from, to, meanBefore } = pageChange;
    sentences.push(
      `The page's script changed (${from.slice(0, 8)} to ${to.slice(0, 8)}); ` +
        `the champion was measured again on it: mean ${
          champion ? meanText(champion) : "unknown"
        }, before ${points(meanBefore)}.`,
    );
  }
  sentences.push(`Night ${night.night}: ${night.result}, ${night.reason}.`);
  if (challenger) {
    const played = (role: string, player: Contestant) =>
      `${role} ${player.name}, ${percent(player.capped)} at the cap: ` +
      `mean ${meanText(player)}`;
    sentences.push(
      played("Challenger", challenger) +
        (champion ? `, ${played("champion", champion)}` : "") +
        ` of ${night.episodes} new games` +
        (difference === null
          ? "."
          : `; difference ${
            figureText(difference, night.difference95, signedPoints)
          }.`),
    );
  }
  const others = warnings.filter((each) => !night.reason.includes(each));
  if (others.length > 0) sentences.push(`Warnings: ${others.join("; ")}.`);
  return sentences.join(" ").replace(/\s+/g, " ");
}
