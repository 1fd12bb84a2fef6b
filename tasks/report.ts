import { join } from "node:path";
import { answer, defineCommand } from "../lib/cli/mod.ts";
import { writeIndex, writeReport } from "../lib/report/mod.ts";
import { openRun } from "../lib/runs/mod.ts";

/** `deno task report`. */
export const command = defineCommand({
  details:
    "Makes a run's report anew from its files: how it was trained, and the " +
    "games of the last 'deno task eval', if there was one. Plays nothing.",
  positionals: [
    { name: "RUN", description: "The run's name or folder.", required: true },
  ],
  options: {},
  examples: [["default-1", "its page anew"]],
  async run({ positionals }) {
    const run = await openRun(positionals[0]!);
    await writeReport(run.report, { name: run.name, run });
    await writeIndex();
    answer(join(run.report, "index.html"));
    return 0;
  },
});
