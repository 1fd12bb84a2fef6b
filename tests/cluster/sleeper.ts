/** `sleeper.ts URL NAME [MS]`: a worker whose jobs are to sleep, so long at most. */
import {
  type Execute,
  openBus,
  removeOlder,
  storeBytes,
  work,
} from "../../lib/cluster/mod.ts";
import { programHash } from "../../lib/system/mod.ts";

/** A job takes no longer; only a process of its own is told. */
const MOST_MS = Number(import.meta.main && Deno.args[2] || Infinity);

/**
 * Sleeps as long as the config says; a negative time kills this process. With
 * `bytes` it stores a snapshot of so many first, and another one on its top.
 */
export const sleep: Execute = async (job, { claim, files, signal }) => {
  const ms = Math.min(Number(job.config.ms), MOST_MS);
  if (ms < 0) Deno.kill(Deno.pid, "SIGKILL");
  let snapshot: Record<string, string> = {};
  for (let step = 1; step <= 2 && Number(job.config.bytes) > 0; step++) {
    const bytes = new Uint8Array(Number(job.config.bytes));
    crypto.getRandomValues(bytes.subarray(0, 2 ** 16));
    const former = snapshot;
    snapshot = { "snapshot.bin": await storeBytes(files, bytes) };
    await claim.write({ files: snapshot });
    await removeOlder(files, former, snapshot);
  }
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
  if (signal.aborted) return {};
  const text = `${job.id} by ${claim.state.worker}`;
  const hash = await storeBytes(files, new TextEncoder().encode(text));
  return { state: "finished", files: { ...snapshot, "done.txt": hash } };
};

/** A machine as every test worker is one. */
export const MACHINE = {
  ...{ program: await programHash(), pageScript: "abc", chrome: "1" },
  ...{ tensorflow: "2", numerics: "def", device: "CPU" },
};

export const about = (name: string, slots = 1) => ({
  ...{ name, slots, machine: MACHINE, host: "here", cores: 1 },
  memoryBytes: 1e9,
});

if (import.meta.main) {
  const [url, name] = Deno.args as [string, string];
  const stop = new AbortController();
  Deno.addSignalListener("SIGTERM", () => stop.abort());
  const say = () => {};
  const bus = await openBus(url, say);
  const { signal } = stop;
  await work({ bus, worker: about(name), execute: sleep, signal, say });
  await bus.nc.close();
}
