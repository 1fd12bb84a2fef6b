import {
  answer,
  answerJson,
  defineCommand,
  JSON_OPTION,
  say,
} from "../lib/cli/mod.ts";
import { listRuns, RUNS_FOLDER, runsTable } from "../lib/runs/mod.ts";
import { answerWidth } from "../lib/say.ts";

/** `deno task runs`. */
export const command = defineCommand({
  details:
    "The one that was started last comes first: its state (training, ended, " +
    "interrupted: deno task train --resume goes on), the mean of its best " +
    "evaluation, agent steps, time of training, game, and below what its " +
    "config has in place of configs/default.yaml.",
  options: { json: JSON_OPTION },
  examples: [["--json", "with all settings, for programs"]],
  async run({ options }) {
    const runs = await listRuns(
      RUNS_FOLDER,
      (message) => say(`note: ${message}`),
    );
    if (options.json) answerJson(runs);
    else if (runs.length === 0) {
      say("There are no runs yet: deno task train makes one.");
    } else {
      answer(runsTable(runs, answerWidth()));
    }
    return 0;
  },
});
