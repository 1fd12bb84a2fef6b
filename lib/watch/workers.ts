/** Who works on other machines, for the front page. */
import { type Bus, compareWorkers, workersTable } from "../cluster/mod.ts";
import type { Section } from "../report/mod.ts";
import { within } from "../time.ts";

/** Milliseconds between two looks at who is there. */
const LOOK_MS = 2000;

/**
 * Looks at who is there until the signal.
 *
 * @returns what to show, as it was at the last look
 */
export function watchWorkers(bus: Bus, signal: AbortSignal): () => Section {
  let section: Section = { heading: "Workers" };
  const look = async () => {
    const now = await within(LOOK_MS, workersSection(bus)).catch(() => null);
    section = now ?? {
      heading: "Workers",
      text: [`The NATS server at ${bus.address} does not answer.`],
    };
  };
  const looking = setInterval(look, LOOK_MS);
  signal.addEventListener("abort", () => clearInterval(looking));
  void look();
  return () => section;
}

/** What `deno task workers` tells. */
async function workersSection(bus: Bus): Promise<Section> {
  const { header, rows } = workersTable(await compareWorkers(bus));
  return {
    heading: "Workers",
    ...(rows.length === 0
      ? { text: [`No worker is there on ${bus.address}.`] }
      : {
        tables: [{
          ...{ header, rows, textColumns: [0, 1, 4, 6, 7] },
          caption: `On ${bus.address}.`,
        }],
      }),
  };
}
