import { DinoDqnError } from "../errors.ts";
import { findProgram, type Finished } from "../system/mod.ts";

/**
 * Ends Python when set-up ends, however it ends: the pipe between them closes.
 * Without it a download would go on behind an interrupted set-up's back.
 */
const END_WITH_PARENT = `
import os, sys, threading
def end_with_parent():
    os.read(0, 1)
    os._exit(1)
threading.Thread(target=end_with_parent, daemon=True).start()
`;

/** `python3 -m pip`, as Python code. */
const PIP = `
import runpy
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
`;

/** @throws DinoDqnError when there is no python3 */
export function findPython(): string {
  const python = findProgram(["python3"]);
  if (python) return python;
  throw new DinoDqnError(
    "TensorFlow is fetched by Python's pip, but there is no python3 on the " +
      "PATH. Install it (Debian and Ubuntu: apt-get install python3 " +
      "python3-pip), then run: deno task setup",
  );
}

/**
 * Runs Python code.
 *
 * @param args `sys.argv[1:]`
 */
export async function runPython(
  python: string,
  code: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Finished> {
  const child = new Deno.Command(python, {
    args: ["-c", END_WITH_PARENT + code, ...args],
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { success, stdout, stderr } = await child.output();
  await child.stdin.abort().catch(() => {});
  const decoder = new TextDecoder();
  return {
    success,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** Runs pip: as `python3 -m pip`, with the user's settings. */
export function runPip(
  python: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Finished> {
  return runPython(python, PIP, args, env);
}
