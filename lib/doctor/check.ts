/** What one thing that training needs turned out to be. */
export interface Check {
  name: string;
  /** `missing`: training cannot run. `warning`: it can, but not as it should. */
  status: "ok" | "warning" | "missing";
  /** What was found: versions, paths, figures. */
  detail: string;
  /** The one command or change that mends it; null when nothing is wrong. */
  fix: string | null;
}

/** The document of `doctor --json`. */
export interface Examination {
  /** Whether training can run. */
  ok: boolean;
  checks: Check[];
  machine: Machine;
}

/**
 * What machines may differ in and games and trainings depend on; null: it could
 * not be found out.
 */
export interface Machine {
  /** Version and hash of this program's files. */
  program: string;
  /** SHA-256 of the page's own script, which is the game. */
  pageScript: string | null;
  chrome: string | null;
  tensorflow: string | null;
  /** Equal where TensorFlow computes the same bits on the CPU. */
  numerics: string | null;
  /** Where `learner.device: auto` computes: "CPU", or the GPU's name. */
  device: string | null;
}

/** A check that found everything well. */
export function fine(name: string, detail: string): Check {
  return { name, status: "ok", detail, fix: null };
}

/** A check without which training can run, but not as it should. */
export function warning(name: string, detail: string, fix: string): Check {
  return { name, status: "warning", detail, fix };
}

/** A check without which training cannot run. */
export function missing(name: string, detail: string, fix: string): Check {
  return { name, status: "missing", detail, fix };
}

/** Runs a check; what it throws becomes its finding. */
export async function attempt(
  name: string,
  fix: string,
  check: () => Promise<Check> | Check,
): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return missing(name, text.split("\n")[0]!, fix);
  }
}

/** Training can run when nothing is missing. */
export function conclude(checks: Check[], machine: Machine): Examination {
  const ok = checks.every(({ status }) => status !== "missing");
  return { ok, checks, machine };
}
