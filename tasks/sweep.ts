import {
  answer,
  answerJson,
  defineCommand,
  INTERRUPTED,
  JSON_OPTION,
  notified,
  NOTIFY_OPTION,
  say,
  stopOnSignal,
  whomToTell,
} from "../lib/cli/mod.ts";
import { tableText, writeIndex } from "../lib/report/mod.ts";
import {
  loadSweep,
  planText,
  runSweep,
  settingsTable,
  sweepFolder,
  sweepNotes,
} from "../lib/sweep/mod.ts";
import type { Process } from "../lib/system/mod.ts";

/** `deno task sweep`. */
export const command = defineCommand({
  details:
    "Trains every setting that a sweep's file names, with each of its seeds, " +
    "and puts them in one table with intervals: data/sweeps/NAME. Each " +
    "training is a run of its own. Ctrl-C saves and ends; the same command " +
    "goes on from there. An example: configs/sweeps/crop.yaml.",
  positionals: [{
    name: "FILE",
    description: "The sweep's file (YAML).",
    required: true,
  }],
  options: {
    name: {
      type: "string",
      placeholder: "NAME",
      description: "The sweep's name, in place of its file's.",
    },
    "dry-run": {
      type: "boolean",
      description:
        "Checks the file and tells what it asks for; trains nothing.",
    },
    notify: NOTIFY_OPTION,
    json: JSON_OPTION,
  },
  examples: [
    ["configs/sweeps/crop.yaml --dry-run", "what it would train"],
    ["configs/sweeps/crop.yaml", "trains it, or goes on"],
  ],
  exitCodes: "130 stopped, and saved",
  async run({ positionals, options }) {
    const plan = await loadSweep(positionals[0]!, options.name);
    say(planText(plan));
    if (options["dry-run"]) {
      if (options.json) answerJson(plan.settings);
      else plan.settings.forEach((values) => answer(JSON.stringify(values)));
      return 0;
    }
    const whom = whomToTell(options.notify, plan.base);
    const children = new Set<Process>();
    using stop = await stopOnSignal({
      message: "Saving and stopping all trainings; once more to stop at once.",
      atOnce: () => children.forEach((child) => child.kill()),
    });
    const { signal } = stop;
    return await notified(
      whom,
      { command: "sweep", name: plan.name },
      async () => {
        const results = await runSweep({ plan, signal, children, say });
        await writeIndex();
        if (options.json) answerJson(results);
        else {
          answer(tableText(settingsTable(results)));
          sweepNotes(results).forEach(answer);
        }
        say(`Page: ${sweepFolder(plan.name).page}`);
        if (signal.aborted) say("Go on: run the same command again.");
        const failed = results.settings.some(({ state }) => state === "failed");
        const code = signal.aborted ? INTERRUPTED : failed ? 1 : 0;
        return { code, document: results };
      },
    );
  },
});
