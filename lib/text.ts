/** Figures and texts as people read them. Imports nothing. */

/** Bounds of an interval; null where there is none, as of a single game. */
type Bounds = readonly [low: number, high: number] | null;

/** Made when it is used: at a program's start there is no figure yet. */
function formatter(options: Intl.NumberFormatOptions) {
  let made: Intl.NumberFormat | undefined;
  return (value: number): string =>
    (made ??= new Intl.NumberFormat("en", options)).format(value);
}

/** What stands for a figure that there is not. */
export const NOTHING = "–";

/** A score, or any count: `1,234`. */
export const points = formatter({ maximumFractionDigits: 0 });

/** What is to be said more of a whole number's limits to one beyond them all. */
export const beyondWhole = (value: number): string =>
  value > Number.MAX_SAFE_INTEGER
    ? ` and at most ${Number.MAX_SAFE_INTEGER}`
    : "";

/** How many of something: `1 setting`, `2 settings`. */
export const counted = (count: number, what: string): string =>
  `${points(count)} ${what}${count === 1 ? "" : "s"}`;

/** A difference of scores: `+120`. */
export const signedPoints = formatter({
  ...{ maximumFractionDigits: 0, signDisplay: "always" },
});

/** A share, 0 to 1: `67 %`; what is not all is not told as all, nor as none. */
export function percent(share: number): string {
  if (share > 0 && share < 0.005) return "<1 %";
  return share < 1 && share >= 0.995 ? ">99 %" : `${points(100 * share)} %`;
}

/** A rate, of which small ones matter too: `0.926`, `13.5`. */
export const rate = formatter({ maximumSignificantDigits: 3 });

/** An interval: `700 to 910`. */
export const intervalText = (bounds: Bounds, figure = points): string =>
  bounds ? `${figure(bounds[0])} to ${figure(bounds[1])}` : NOTHING;

/** A figure and an interval whose level a header names: `800 (700 to 910)`. */
export const withInterval = (
  value: number,
  bounds: Bounds,
  figure = points,
  level = "",
): string =>
  bounds
    ? `${figure(value)} (${level}${intervalText(bounds, figure)})`
    : figure(value);

/** A figure and its interval: `800 (95 %: 700 to 910)`. */
export const figureText = (
  value: number,
  bounds: Bounds,
  figure = points,
): string => withInterval(value, bounds, figure, "95 %: ");

/** Games, and how many of them were ended at their cap. */
export interface CappedGames {
  episodes: number;
  /** Share of the games, 0 to 1. */
  capped: number;
  /** Score at which a game is ended. */
  cap: number;
}

/** "18 of 20 games ended at the cap of 1,000 points", or that none did. */
export function cappedText({ episodes, capped, cap }: CappedGames): string {
  const count = Math.round(capped * episodes);
  return count === 0
    ? `no game reached the cap of ${points(cap)} points`
    : `${count} of ${episodes} games ended at the cap of ${points(cap)} points`;
}

/** A mean, or what it is at most. */
const meanText = (
  { mean, atMost }: { mean: number; atMost: boolean },
): string => (atMost ? "at most " : "") + points(mean);

/** What games came to: "mean 500 of 20 games (40 to 1,000), 3 of 20 games …" */
export function scoresText(
  games: CappedGames & {
    mean: number;
    min: number;
    max: number;
    atMost: boolean;
  },
): string {
  const { mean, episodes, min, max } = games;
  if (games.atMost) {
    return `mean ${meanText(games)} of ${episodes} games; ended early, as it ` +
      "could not reach the best any more";
  }
  return `mean ${points(mean)} of ${episodes} games ` +
    `(${intervalText([min, max])}), ${cappedText(games)}`;
}

/** "0.926 crashes in 100,000 points (95 %: 0.552 to 1.46)", which no cap cuts. */
export const crashesText = (
  { crashesPer100k, crashesPer100k95 }: {
    crashesPer100k: number;
    crashesPer100k95: Bounds;
  },
): string =>
  `${rate(crashesPer100k)} crashes in 100,000 points` +
  (crashesPer100k95 ? ` (95 %: ${intervalText(crashesPer100k95, rate)})` : "");

/** Bytes: `274 MB`, `3.4 GB`, in powers of ten. */
export const sizeText = (bytes: number): string =>
  bytes < 1e9
    ? `${Math.round(bytes / 1e6)} MB`
    : `${(bytes / 1e9).toFixed(1)} GB`;

/** A text that begins a sentence. */
export const capitalized = (text: string): string =>
  text.charAt(0).toUpperCase() + text.slice(1);

/** A text as it may stand in XML and HTML, between tags or in quotes. */
export const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

/** Seconds as `0:42`, `12:05` or `3:07:00`. */
export function duration(seconds: number): string {
  const total = Math.round(seconds);
  const pad = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [
    Math.floor(total / 3600),
    Math.floor(total / 60) % 60,
    total % 60,
  ];
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

/** Words as lines that are no wider than this, but for a word that is. */
export function wrapped(words: readonly string[], width: number): string[][] {
  const lines: string[][] = [];
  let used = 0;
  for (const word of words) {
    const line = lines.at(-1);
    used += 1 + word.length;
    if (line && used <= width) line.push(word);
    else {
      lines.push([word]);
      used = word.length;
    }
  }
  return lines;
}

/** A text as lines that are no wider than this, but for a word that is. */
export const filled = (text: string, width: number): string[] =>
  wrapped(text.split(" "), width).map((words) => words.join(" "));
