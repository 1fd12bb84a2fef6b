import { join, resolve } from "node:path";
import {
  AGENT_NAMES,
  AGENT_SET_OPTION,
  answer,
  defineCommand,
  say,
} from "../lib/cli/mod.ts";
import { UsageError } from "../lib/errors.ts";
import { EXPORT_KIND, exportFiles } from "../lib/export/mod.ts";
import { checkFolder, replaceFolder } from "../lib/system/mod.ts";
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
    name: {
      type: "string",
      placeholder: "NAME",
      description: "What its card and its page call it (default: its name " +
        "here).",
    },
    set: AGENT_SET_OPTION,
    "no-example": {
      type: "boolean",
      description:
        "Without the page, its frames and the TensorFlow.js library.",
    },
  },
  examples: [["default-1 my-agent", "into a folder to pass on"]],
  async run({ positionals, options }) {
    const folder = resolve(positionals[1]!);
    const name = givenName(options.name);
    const agent = await findAgent(positionals[0], { sets: options.set });
    await checkFolder(folder, EXPORT_KIND);
    const example = !options["no-example"];
    const files = await exportFiles(agent, { example, name });
    await replaceFolder(folder, files, EXPORT_KIND.names);
    answer(folder);
    if (example) {
      say(`To see it, open ${join(folder, "example.html")} in a browser.`);
    }
    say(`Its card: ${join(folder, "card.md")}`);
    return 0;
  },
});

/** @throws UsageError if it could not be a heading */
function givenName(name: string | undefined): string | undefined {
  if (name === undefined || /^(?=.*\S).{1,100}$/v.test(name)) return name;
  throw new UsageError("--name takes a line of 1 to 100 characters.");
}
