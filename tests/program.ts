/** This program in processes of its own. */
import { join } from "node:path";
import { ROOT } from "../lib/files.ts";

/** The config that shows everything once. */
export const SMOKE = join(ROOT, "configs/smoke.yaml");

/** Starts a command, with a folder of its own for data. */
export function start(
  data: string,
  args: readonly string[],
  { env, ...options }: Pick<Deno.CommandOptions, "cwd" | "env"> = {},
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", join(ROOT, "main.ts"), ...args],
    env: { DINO_DATA: data, ...env },
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
    ...options,
  }).spawn();
}

/** Its exit code, its answer, and what it said beside. */
export async function outcome(process: Deno.ChildProcess) {
  const { code, stdout, stderr } = await process.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, answer: text(stdout), said: text(stderr) };
}
