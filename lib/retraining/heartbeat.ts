import { replaceDurably } from "../system/mod.ts";

/** What goes on now, or how the last night ended. */
export type HeartbeatState = "running" | "promoted" | "kept" | "failed";

/**
 * Replaces the heartbeat file, as a whole, by one line of JSON: the present
 * `time` (ISO 8601), the `state`, and this process's number `pid`. Monitoring
 * looks at the file's age, or reads it. Its folder must exist.
 *
 * @returns null, or a sentence when it could not be written. It never throws:
 * a night does not fail for want of a heartbeat
 */
export async function writeHeartbeat(
  file: string,
  state: HeartbeatState,
): Promise<string | null> {
  const time = new Date().toISOString();
  try {
    await replaceDurably(
      file,
      JSON.stringify({ time, state, pid: Deno.pid }) + "\n",
    );
    return null;
  } catch (error) {
    return `The heartbeat ${file} could not be written: ${
      (error as Error).message
    }`;
  }
}
