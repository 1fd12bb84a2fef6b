/** What must not be there when a program has ended. */
import { join } from "node:path";
import { namesIn } from "../../lib/files.ts";

/** A watchdog may need so long to end what it watched, in milliseconds. */
const WATCHDOG_MS = 20_000;

/**
 * Processes whose data or temporary files lie in a place, and what is left in
 * its folder `tmp`, once watchdogs have had their time.
 */
export async function leftOver(place: string): Promise<string[]> {
  const start = performance.now();
  while (true) {
    const left = [...await processesIn(place), ...await temporaryIn(place)];
    if (left.length === 0 || performance.now() - start > WATCHDOG_MS) {
      return left;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function temporaryIn(place: string): Promise<string[]> {
  return (await namesIn(join(place, "tmp"))).map((name) => `tmp/${name}`);
}

async function processesIn(place: string): Promise<string[]> {
  const left: string[] = [];
  for (const pid of (await namesIn("/proc")).filter(Number)) {
    const read = (name: string) =>
      Deno.readTextFile(`/proc/${pid}/${name}`).catch(() => "");
    if (Number(pid) === Deno.pid) continue;
    if ((await read("environ")).includes(`=${place}`)) {
      const words = (await read("cmdline")).split("\0");
      // One that has ended and waits to be noted has no command line.
      if (words.join("") !== "") left.push(words.join(" ").trim());
    }
  }
  return left;
}
