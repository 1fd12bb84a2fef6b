import {
  alignedTable,
  answer,
  answerJson,
  defineCommand,
  JSON_OPTION,
  NATS_OPTION,
  say,
} from "../lib/cli/mod.ts";
import type { Worker } from "../lib/cluster/mod.ts";
import { UsageError } from "../lib/errors.ts";
import { duration, sizeText } from "../lib/text.ts";

/** `deno task workers`. */
export const command = defineCommand({
  details:
    "Lists the workers on a NATS server: cores, memory, GPU, what each " +
    "does since when, and in what its machine is not like most of them.",
  options: { nats: NATS_OPTION, json: JSON_OPTION },
  examples: [["--nats nats://127.0.0.1:4222", "who is there"]],
  async run({ options: { nats, json } }) {
    if (nats === undefined) throw new UsageError("workers: --nats is missing");
    const { commonMachine, listWorkers, onBus, unlike } = await import(
      "../lib/cluster/mod.ts"
    );
    return await onBus(nats, say, async (bus) => {
      const found = await listWorkers(bus);
      const common = await commonMachine(found);
      const workers = found.map((worker) => ({
        ...worker,
        differs: common ? unlike(worker.machine, common) : "",
      }));
      if (json) answerJson(workers);
      else if (workers.length === 0) say("No worker is there.");
      else answer(workersTable(workers));
      return 0;
    });
  },
});

function workersTable(workers: readonly (Worker & { differs: string })[]) {
  const rows = workers.map((worker) => [
    ...[worker.name, worker.host, `${worker.cores}`],
    ...[sizeText(worker.memoryBytes), worker.machine.device ?? "none"],
    `${worker.jobs.length} of ${worker.slots}`,
    worker.jobs.map(({ job, seconds }) => `${job} (${duration(seconds)})`)
      .join(", ") || "waits",
    worker.differs || "-",
  ]);
  const head = ["worker", "host", "cores", "memory", "device", "busy"];
  return alignedTable([[...head, "does", "differs"], ...rows]);
}
