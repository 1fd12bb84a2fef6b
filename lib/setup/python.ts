import { DinoDqnError } from "../errors.ts";
import { type Ended, findProgram, run } from "../system/mod.ts";

/** `python3 -m pip`, as Python code. */
const PIP = `
import runpy, sys
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
 * Runs Python code. It ends when set-up does, however that ends: a download
 * would go on behind an interrupted set-up's back.
 *
 * @param args `sys.argv[1:]`
 */
export async function runPython(
  python: string,
  code: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  // They are for the user's own programs, often of another Python.
  const options = { env, withoutEnv: /^PYTHON/, graceSeconds: 0 };
  return (await run(python, ["-c", code, ...args], options))!;
}

/** Runs pip: as `python3 -m pip`, with the user's settings. */
export function runPip(
  python: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Ended> {
  return runPython(python, PIP, args, env);
}
