import {
  answer,
  answerJson,
  defineCommand,
  ELSEWHERE_OPTIONS,
  INTERRUPTED,
  JSON_OPTION,
  notified,
  NOTIFY_OPTION,
  requireNats,
  say,
  stopOnSignal,
  whomToTell,
} from "../lib/cli/mod.ts";
import type { Bus } from "../lib/cluster/mod.ts";
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
    ...ELSEWHERE_OPTIONS,
    notify: NOTIFY_OPTION,
    json: JSON_OPTION,
  },
  examples: [
    ["configs/sweeps/crop.yaml --dry-run", "what it would train"],
    ["configs/sweeps/crop.yaml", "trains it, or goes on"],
    ["configs/sweeps/crop.yaml --nats tls://nats.example.org", "by workers"],
  ],
  exitCodes: "130 stopped, and saved",
  async run({ positionals, options }) {
    requireNats(options, ["detach", "mixed"]);
    const plan = await loadSweep(positionals[0]!, options.name, {
      here: options.nats === undefined,
    });
    say(planText(plan));
    if (options["dry-run"]) {
      if (options.json) answerJson(plan.settings);
      else plan.settings.forEach((values) => answer(JSON.stringify(values)));
      return 0;
    }
    const whom = whomToTell(options.notify, plan.base);
    const { detach, mixed, nats } = options;
    const sweep = async (bus?: Bus) => {
      const children = new Set<Process>();
      using stop = await stopOnSignal({
        message:
          "Saving and stopping all trainings; once more to stop at once.",
        atOnce: () => children.forEach((child) => child.kill()),
      });
      const { signal } = stop;
      const open = async (bus: Bus) =>
        await (await import("../lib/cluster/mod.ts")).JobSet.open(bus, {
          ...{ name: plan.name, meaning: "sweep", mixed, signal, say },
        });
      return await notified(
        whom,
        { command: "sweep", name: plan.name },
        async () => {
          const results = await runSweep({
            ...{ plan, signal, children, say },
            ...(bus && { elsewhere: { open: () => open(bus), detach } }),
          });
          await writeIndex();
          if (options.json) answerJson(results);
          else {
            answer(tableText(settingsTable(results)));
            sweepNotes(results).forEach(answer);
          }
          say(`Page: ${sweepFolder(plan.name).page}`);
          if (signal.aborted) say("Go on: run the same command again.");
          const failed = results.settings.some(({ state }) =>
            state === "failed"
          );
          const code = signal.aborted ? INTERRUPTED : failed ? 1 : 0;
          return { code, document: results };
        },
      );
    };
    if (nats === undefined) return await sweep();
    const { onBus } = await import("../lib/cluster/mod.ts");
    return await onBus(nats, say, sweep);
  },
});
