import { join, resolve } from "node:path";
import {
  answer,
  answerJson,
  defineCommand,
  JSON_OPTION,
  say,
} from "../lib/cli/mod.ts";
import { UsageError } from "../lib/errors.ts";
import { readText, realPath } from "../lib/files.ts";
import {
  compareRuns,
  COMPARISON_KIND,
  comparisonFiles,
  comparisonNotes,
  comparisonTable,
  differencesTable,
  tableText,
  writeIndex,
} from "../lib/report/mod.ts";
import { checkFolder, replaceFolder } from "../lib/system/mod.ts";
import { openRun, RUNS_FOLDER } from "../lib/runs/mod.ts";

/** Where comparisons go. */
const COMPARISONS_FOLDER = resolve(RUNS_FOLDER, "../comparisons");

/** `deno task compare`. */
export const command = defineCommand({
  details:
    "Compares runs by their games on held-out seeds (deno task eval): table, " +
    "charts and page. The first run is what the others are compared with.",
  positionals: [{
    name: "RUN",
    description: "A run's name or folder; two or more.",
    required: true,
    repeatable: true,
  }],
  options: {
    out: {
      type: "string",
      placeholder: "FOLDER",
      description: "Where the page goes, in place of data/comparisons.",
    },
    json: JSON_OPTION,
  },
  examples: [["default-1 default-2", "the second against the first"]],
  async run({ positionals, options }) {
    if (positionals.length < 2) {
      throw new UsageError(
        `To compare takes two runs or more, but ${positionals.length} was given.`,
      );
    }
    const runs = await Promise.all(positionals.map((run) => openRun(run)));
    const paths = runs.map(({ path }) => realPath(path));
    const twice = runs.find((_, i) => paths.indexOf(paths[i]!) < i);
    if (twice) {
      throw new UsageError(
        `The run ${twice.name} is named twice: it would count as two.`,
      );
    }
    const told = await Promise.all(runs.map(({ info }) => readText(info)));
    const copy = runs.findIndex((_, i) => told.indexOf(told[i]!) < i);
    if (copy >= 0) {
      const first = runs[told.indexOf(told[copy]!)]!.name;
      say(
        `warning: the run ${
          runs[copy]!.name
        } is a copy of ${first}: it counts as two`,
      );
    }
    const folder = resolve(
      options.out ?? join(
        COMPARISONS_FOLDER,
        runs.map(({ name }) => name).join("_").slice(0, 100),
      ),
    );
    await checkFolder(folder, options.out ? COMPARISON_KIND : undefined);
    const comparison = await compareRuns(runs);
    const files = await comparisonFiles(comparison, folder, runs);
    await replaceFolder(folder, files, COMPARISON_KIND.names);
    await writeIndex();
    if (options.json) answerJson(comparison);
    else {
      answer(tableText(comparisonTable(comparison)));
      const different = differencesTable(comparison);
      if (different) answer(`\n${tableText(different)}\n`);
      for (const note of comparisonNotes(comparison)) answer(note);
    }
    say(`Page: ${join(folder, "index.html")}`);
    return 0;
  },
});
