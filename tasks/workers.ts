import {
  alignedTable,
  answer,
  answerJson,
  defineCommand,
  JSON_OPTION,
  NATS_OPTION,
  say,
} from "../lib/cli/mod.ts";
import { UsageError } from "../lib/errors.ts";

/** `deno task workers`. */
export const command = defineCommand({
  details:
    "Lists the workers on a NATS server: cores, memory, GPU, what each " +
    "does since when, and in what its machine is not like most of them.",
  options: { nats: NATS_OPTION, json: JSON_OPTION },
  examples: [["--nats nats://127.0.0.1:4222", "who is there"]],
  async run({ options: { nats, json } }) {
    if (nats === undefined) throw new UsageError("workers: --nats is missing");
    const { compareWorkers, onBus, workersTable } = await import(
      "../lib/cluster/mod.ts"
    );
    return await onBus(nats, say, async (bus) => {
      const workers = await compareWorkers(bus);
      if (json) answerJson(workers);
      else if (workers.length === 0) say("No worker is there.");
      else {
        const { header, rows } = workersTable(workers);
        answer(alignedTable([header, ...rows]));
      }
      return 0;
    });
  },
});
