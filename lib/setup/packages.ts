import { UsageError } from "../errors.ts";
import { run } from "../system/mod.ts";

/** Where the `jsr:` packages come from: their registry, or lib/compat. */
export type PackageMode = "jsr" | "npm";

/** The choice, and what it depends on. */
export interface PackageOptions {
  /** The project's folder. */
  root: string;
  /** DINO_DEPS: jsr, npm, or nothing to decide by itself. */
  wanted: string | undefined;
  /** Longest wait for the registry, in milliseconds. */
  timeout?: number;
}

/** What lib/compat stands in for: by package name. */
type StandIns = Record<
  string,
  { version: string; exports: Record<string, string> }
>;

async function read(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes a file whole or not at all; leaves an equal one alone. */
async function write(path: string, text: string): Promise<void> {
  if (await read(path) === text) return;
  const beside = `${path}.${Deno.pid}`;
  await Deno.writeTextFile(beside, text);
  await Deno.rename(beside, path);
}

/** Links every stand-in: deno.json's `links` names the folder these are in. */
async function linkStandIns(root: string): Promise<void> {
  const packages: StandIns = JSON.parse(
    await Deno.readTextFile(`${root}/lib/compat/packages.json`),
  );
  for (const [name, { version, exports }] of Object.entries(packages)) {
    const folder = `${root}/.npm-only/${name.slice(1).replace("/", "__")}`;
    const files = Object.entries(exports).map(([key, file]) => [
      key,
      `./../../lib/compat/${file}`,
    ]);
    await Deno.mkdir(folder, { recursive: true });
    await write(
      `${folder}/deno.json`,
      JSON.stringify({ name, version, exports: Object.fromEntries(files) }),
    );
  }
}

async function unlinkStandIns(folder: string): Promise<void> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) {
      await Deno.remove(`${folder}/${entry.name}`, { recursive: true });
    }
  }
}

/**
 * Whether Deno can load the declared packages, from its cache or from their
 * registry. A registry that accepts the connection and never answers would
 * hang Deno for good, so the wait is limited.
 */
async function canLoad(root: string, timeout: number): Promise<boolean> {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(`${root}/deno.json`),
  );
  const packages = Object.values(imports).filter((specifier) =>
    specifier.startsWith("jsr:")
  );
  const result = await run(Deno.execPath(), [
    ...["cache", "--no-config", "--no-lock"],
    ...packages,
  ], { limitMs: timeout });
  return result?.success ?? false;
}

/**
 * Chooses where the `jsr:` packages come from and remembers it in
 * .npm-only/MODE: what was asked for, else what was chosen before, else their
 * registry if it answers, else lib/compat.
 *
 * @returns the choice, and whether it is a new one
 * @throws UsageError when something else was asked for
 */
export async function choosePackages(
  { root, wanted, timeout = 20_000 }: PackageOptions,
): Promise<{ mode: PackageMode; isNew: boolean }> {
  if (wanted && wanted !== "jsr" && wanted !== "npm") {
    throw new UsageError(`DINO_DEPS is ${wanted}: it must be jsr or npm`);
  }
  const folder = `${root}/.npm-only`;
  const before = (await read(`${folder}/MODE`))?.trim();
  const remembered = before === "jsr" || before === "npm" ? before : undefined;
  const mode = wanted as PackageMode | "" | undefined || remembered ||
    (await canLoad(root, timeout) ? "jsr" : "npm");
  await Deno.mkdir(folder, { recursive: true });
  if (mode === "npm") await linkStandIns(root);
  else if (remembered !== mode) await unlinkStandIns(folder);
  await write(`${folder}/MODE`, `${mode}\n`);
  return { mode, isNew: remembered !== mode };
}
