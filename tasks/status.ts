import {
  answer,
  answerJson,
  defineCommand,
  JSON_OPTION,
} from "../lib/cli/mod.ts";
import { readStatus, statusText } from "../lib/retraining/mod.ts";
import { answerWidth } from "../lib/say.ts";

/** `deno task status`. */
export const command = defineCommand({
  details:
    "What runs now (nights, sweeps, trainings), the champion, the last night, " +
    "when the next one comes, free disk. Exit code 1 when something is amiss.",
  options: { json: JSON_OPTION },
  examples: [["--json", "for monitoring: problems is a list of sentences"]],
  async run({ options }) {
    const status = await readStatus();
    if (options.json) answerJson(status);
    else answer(statusText(status, answerWidth()));
    return status.problems.length > 0 ? 1 : 0;
  },
});
