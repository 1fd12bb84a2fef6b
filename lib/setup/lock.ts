/** Which packages a committed lock names, and which it would. */
import { DinoDqnError } from "../errors.ts";
import { run } from "../system/mod.ts";
import { errorOf } from "./packages.ts";

/**
 * The lock of the packages that deno.json names, as Deno chooses it now.
 *
 * @param root the project's folder
 * @param before the lock whose choices are kept; null: the newest of all that
 * the packages bring along
 * @throws DinoDqnError when a registry cannot be reached
 */
export async function chooseVersions(
  root: string,
  before: string | null,
): Promise<string> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/deno.lock`;
  try {
    if (before !== null) await Deno.writeTextFile(path, before);
    const ended = await run(
      Deno.execPath(),
      ["install", "--lockfile-only", `--lock=${path}`, "--frozen=false"],
      { cwd: root, graceSeconds: 0, env: { NO_COLOR: "1" } },
    );
    if (!ended?.success) {
      throw new DinoDqnError(`No lock can be made: ${errorOf(ended)}`);
    }
    return await Deno.readTextFile(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * What differs between two locks, a line for each package:
 * `npm glob: 7.2.3 -> 13.0.6`.
 */
export function lockChanges(before: string, after: string): string[] {
  const [old, now] = [before, after].map(packagesOf) as [Packages, Packages];
  const changes: string[] = [];
  for (const name of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [was, is] = [old, now].map((lock) => lock.get(name) ?? new Map());
    const texts = [was!, is!].map((versions) => [...versions.keys()].sort());
    const [from, to] = texts.map((each) => each.join(", ") || "none");
    if (from !== to) changes.push(`${name}: ${from} -> ${to}`);
    for (const [version, integrity] of was!) {
      if (is!.has(version) && is!.get(version) !== integrity) {
        changes.push(`${name}: ${version} is another file under the same name`);
      }
    }
  }
  return changes;
}

/** By name, the versions with the hash of each. */
type Packages = Map<string, Map<string, string>>;

function packagesOf(lock: string): Packages {
  const packages: Packages = new Map();
  const document = JSON.parse(lock);
  for (const registry of ["npm", "jsr"]) {
    const entries: [string, { integrity: string }][] = Object.entries(
      document[registry] ?? {},
    );
    for (const [id, { integrity }] of entries) {
      // name@version, and after _ the peers that it was chosen with.
      const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(id)!;
      const key = `${registry} ${name}`;
      packages.set(
        key,
        (packages.get(key) ?? new Map()).set(version!, integrity),
      );
    }
  }
  return packages;
}
