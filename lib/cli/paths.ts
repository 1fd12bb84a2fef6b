/** Paths on the command line, as their user means them. */

/**
 * `deno task` starts every command in the project's folder and says in INIT_CWD
 * where it was called: a relative path is meant from there.
 *
 * @param project the project's folder
 */
export function goWhereCalled(project: string): void {
  const called = Deno.env.get("INIT_CWD");
  if (!called || Deno.cwd() !== Deno.realPathSync(project)) return;
  try {
    Deno.chdir(called);
  } catch {
    // It is gone, or another user's: paths are the project's then.
  }
}

/** `~/x` and `--out=~/x`: shells expand the first one, unquoted, and no other. */
export function withHome(argument: string): string {
  const home = Deno.env.get("HOME");
  return home ? argument.replace(/^(--[\w-]+=)?~\//, `$1${home}/`) : argument;
}
