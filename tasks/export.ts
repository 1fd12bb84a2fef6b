import { join, resolve } from "node:path";
import { AGENT_NAMES, answer, defineCommand, say } from "../lib/cli/mod.ts";
import { EXPORT_NAMES, exportFiles } from "../lib/export/mod.ts";
import { checkFolder, replaceFolder, shellWord } from "../lib/system/mod.ts";
import { findAgent } from "../lib/agents/mod.ts";

/** `deno task export`. */
export const command = defineCommand({
  details:
    "Writes an agent as model.json and weights.bin, which any program with " +
    "TensorFlow.js loads, with its config, model card and report, and a page " +
    "that shows it at work in a browser without a network.",
  positionals: [
    { name: "AGENT", description: AGENT_NAMES, required: true },
    { name: "FOLDER", description: "The folder to make.", required: true },
  ],
  options: {
    "no-example": {
      type: "boolean",
      description:
        "Without the page, its frames and the TensorFlow.js library.",
    },
  },
  async run({ positionals, options }) {
    const folder = resolve(positionals[1]!);
    const agent = await findAgent(positionals[0]);
    await checkFolder(folder, EXPORT_NAMES);
    const example = !options["no-example"];
    const files = await exportFiles(agent, { example });
    await replaceFolder(folder, files, EXPORT_NAMES);
    answer(folder);
    if (example) {
      say(
        `To see it: python3 -m http.server -d ${
          shellWord(folder)
        }, then open ` +
          "http://localhost:8000/example.html",
      );
    }
    say(`Its card: ${join(folder, "card.md")}`);
    return 0;
  },
});
