/** Who is there. */
import { z } from "zod";
import type { Machine } from "../doctor/mod.ts";
import { duration, sizeText } from "../text.ts";
import { type Bus, classOf, insist, WORKERS } from "./bus.ts";
import { saidBy } from "./jobs.ts";

const text = z.string().nullable();

/** What a worker says of itself, again and again. */
const workerSchema = z.object({
  machine: z.object({
    program: z.string(),
    ...{ pageScript: text, chrome: text, tensorflow: text },
    ...{ numerics: text, device: text },
  }),
  host: z.string(),
  ...{ cores: z.number(), memoryBytes: z.number(), slots: z.number() },
  /** What each of its slots does, and for how long: no clock is compared. */
  jobs: z.array(z.object({ job: z.string(), seconds: z.number() })),
});

/** A worker that is there. */
export type Worker = z.infer<typeof workerSchema> & { name: string };

/** The workers that are there, by name. */
export async function listWorkers({ jsm, workers }: Bus): Promise<Worker[]> {
  // One question, with a deadline. The client's own list of keys is a
  // subscription that waits for what may never come.
  const prefix = `$KV.${WORKERS}.`;
  const { state } = await insist(() =>
    jsm.streams.info(`KV_${WORKERS}`, { subjects_filter: `${prefix}>` })
  );
  const names = Object.keys(state.subjects ?? {})
    .map((subject) => subject.slice(prefix.length));
  const found = await Promise.all(names.map(async (name) => {
    const entry = await insist(() => workers.get(name));
    const { data } = workerSchema.safeParse(saidBy(entry));
    return data ? [{ name, ...data }] : [];
  }));
  return found.flat().sort((a, b) => a.name < b.name ? -1 : 1);
}

/** The same, and in what each one's machine is not like most of them. */
export async function compareWorkers(bus: Bus) {
  const workers = await listWorkers(bus);
  const [common] = await alikeWorkers(workers);
  return workers.map((worker) => ({
    ...worker,
    differs: unlike(worker.machine, common!.machine),
  }));
}

/** They as a table. */
export function workersTable(
  workers: Awaited<ReturnType<typeof compareWorkers>>,
) {
  const rows = workers.map((worker) => [
    ...[worker.name, worker.host, `${worker.cores}`],
    ...[sizeText(worker.memoryBytes), worker.machine.device ?? "none"],
    `${worker.jobs.length} of ${worker.slots}`,
    worker.jobs.map(({ job, seconds }) => `${job} (${duration(seconds)})`)
      .join(", ") || "waits",
    worker.differs || "-",
  ]);
  const header = ["worker", "host", "cores", "memory", "device", "busy"];
  return { header: [...header, "does", "differs"], rows };
}

/** In what a machine is not like another one, in words; empty: in nothing. */
export function unlike(machine: Machine, other: Machine): string {
  const bits = machine.device === "CPU" && other.device === "CPU"
    ? "numerics"
    : "device";
  const facts: [keyof Machine, string][] = [
    ["program", "program"],
    ["pageScript", "page script"],
    ["tensorflow", "TensorFlow"],
    [bits, bits],
  ];
  return facts.filter(([key]) => machine[key] !== other[key])
    .map(([key, name]) =>
      `another ${name} (${shortened(machine[key])}, not ${
        shortened(other[key])
      })`
    ).join(", ");
}

const shortened = (value: string | null) =>
  value === null
    ? "none"
    : /^[0-9a-f]{64}$/.test(value)
    ? value.slice(0, 8)
    : value;

/** Workers whose machines are alike, most slots first. */
export async function alikeWorkers(workers: readonly Worker[], mixed = false) {
  const names = await Promise.all(
    workers.map(({ machine }) => classOf(machine, mixed)),
  );
  return [...Map.groupBy(workers, (_, i) => names[i]!)]
    .map(([className, workers]) => ({
      ...{ className, workers, machine: workers[0]!.machine },
      slots: workers.reduce((sum, { slots }) => sum + slots, 0),
    }))
    .sort((a, b) => b.slots - a.slots);
}
