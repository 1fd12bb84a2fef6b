import {
  answer,
  answerJson,
  defineCommand,
  JSON_OPTION,
} from "../lib/cli/mod.ts";
import { loadConfig } from "../lib/config/mod.ts";
import { examine, table } from "../lib/doctor/mod.ts";
import { answerWidth } from "../lib/say.ts";

/** `deno task doctor`. */
export const command = defineCommand({
  details: "Starts Chrome, computes on each device, scales a picture. Exit " +
    "code 1 when training cannot run.",
  options: {
    config: {
      type: "string",
      placeholder: "FILE",
      description:
        "Looks for what this config names (default: configs/default.yaml).",
    },
    json: JSON_OPTION,
  },
  examples: [["--config mine.yaml", "for what this config needs"]],
  async run({ options }) {
    const config = await loadConfig(options.config);
    const examination = await examine(config);
    if (options.json) answerJson(examination);
    else answer(table(examination, answerWidth()));
    return examination.ok ? 0 : 1;
  },
});
