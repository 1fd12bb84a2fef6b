/** The page that leads to everything in the data folder. */
import { basename, join } from "node:path";
import { whyNotWritten } from "../errors.ts";
import { ifThere, isFile, namesIn, readText } from "../files.ts";
import { DATA_FOLDER, listRuns, type RunSummary } from "../runs/mod.ts";
import { say } from "../say.ts";
import { replaceDurably } from "../system/mod.ts";
import { duration } from "../text.ts";
import { hrefOf, type Link, pageHtml, type Section } from "./page.ts";
import { tableOf } from "./table.ts";
import { INDEX } from "./write.ts";

/** Runs that it tells of, the newest. */
const MOST_RUNS = 200;

/** Settings that it tells of each, and characters of one. */
const MOST_SETTINGS = 6;
const LONG = 36;

/** The folders of pages beside the runs, and what is said of them. */
const KINDS = {
  sweeps: "Sweeps",
  comparisons: "Comparisons",
  evaluations: "Evaluations of other agents",
};

/**
 * Writes `index.html` in the data folder anew: its runs, sweeps, nights and
 * other pages. It is the old one or the new one, never half; one that cannot be
 * written is told and ends nothing. No data folder has none.
 */
export async function writeIndex(
  data: string = DATA_FOLDER,
  warn: (message: string) => void = (message) => say(`warning: ${message}`),
): Promise<void> {
  try {
    if (!await ifThere(Deno.stat(data))) return;
    await replaceDurably(join(data, INDEX), await indexPage(data));
  } catch (error) {
    warn(
      `${join(data, INDEX)} could not be written: ${whyNotWritten(error)}`,
    );
  }
}

async function indexPage(data: string): Promise<string> {
  const runs = await listRuns(join(data, "runs"), () => {}, MOST_RUNS);
  return pageHtml({
    title: "Runs, sweeps and nights",
    subtitle: `${basename(data)}; made anew with every report`,
    sections: [
      await runsSection(runs, join(data, "runs")),
      ...await otherPages(data),
    ],
  });
}

/** What there is beside the runs: nights, sweeps and other pages. */
export async function otherPages(
  data: string = DATA_FOLDER,
): Promise<Section[]> {
  const nights = join(data, "champion");
  const last = await isFile(join(nights, INDEX))
    ? await readText(join(nights, "last.json")).then(JSON.parse)
      .catch(() => null)
    : undefined;
  return [
    ...(last === undefined ? [] : [{
      heading: "Nights",
      text: last ? [`The last one, night ${last.night}: ${last.result}.`] : [],
      links: [
        { text: "all nights and the champion", href: "champion/index.html" },
      ],
    }]),
    ...await Promise.all(
      Object.entries(KINDS).map(async ([folder, heading]) => ({
        heading,
        links: await pagesIn(data, folder),
      })),
    ),
  ];
}

async function runsSection(
  runs: readonly RunSummary[],
  folder: string,
): Promise<Section> {
  const reports = new Set<string>();
  for (const { name } of runs) {
    if (await isFile(join(folder, name, "report", INDEX))) reports.add(name);
  }
  return {
    heading: "Runs",
    text: runs.length === 0
      ? ["None yet: deno task train makes one."]
      : runs.length < MOST_RUNS
      ? []
      : [`The newest ${MOST_RUNS}; deno task runs lists all.`],
    tables: runs.length === 0 ? [] : [tableOf<RunSummary>(
      "Best: mean of its best evaluation in training, which chose it and so flatters it",
      [
        [
          "Run",
          ({ name }) => name,
          "text",
          ({ name }) =>
            hrefOf(
              join("runs", name, reports.has(name) ? "report/index.html" : ""),
            ),
        ],
        ["State", ({ state }) => state, "text"],
        ["Game", ({ game }) => game, "text"],
        ["Best", ({ best }) => best && Math.round(best.mean)],
        ["Steps", ({ steps }) => steps],
        ["Time", ({ seconds }) => duration(seconds)],
        [
          "Started (UTC)",
          ({ started }) => started?.slice(0, 16).replace("T", " ") ?? null,
          "text",
        ],
        [
          "Differs from the default in",
          ({ settings }) => settingsText(settings) || null,
          "text",
        ],
      ],
      runs,
    )],
  };
}

/** In what a run differs from the default, in few words. */
function settingsText(settings: RunSummary["settings"]): string {
  const words = Object.entries(settings).map(([key, value]) => {
    const text = `${key}=${JSON.stringify(value)}`;
    return text.length > LONG ? `${text.slice(0, LONG)}…` : text;
  });
  const more = words.length - MOST_SETTINGS;
  return words.slice(0, MOST_SETTINGS).join(" ") +
    (more > 0 ? ` and ${more} more` : "");
}

/** The pages in a folder of the data folder. */
async function pagesIn(data: string, folder: string): Promise<Link[]> {
  const links: Link[] = [];
  for (const text of await namesIn(join(data, folder))) {
    const page = join(folder, text, INDEX);
    if (await isFile(join(data, page))) {
      links.push({ text, href: hrefOf(page) });
    }
  }
  return links;
}
