import { DinoDqnError, UsageError } from "../errors.ts";
import { ifThere, namesIn, removeIfThere } from "../files.ts";
import { say } from "../say.ts";
import { replaceDurably, run } from "../system/mod.ts";

/** What the choice of packages depends on. */
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

const read = (path: string) => ifThere(Deno.readTextFile(path));

/** Leaves a file alone that is equal: the clone may be another user's. */
async function write(path: string, text: string): Promise<void> {
  if (await read(path) !== text) await replaceDurably(path, text);
}

async function readStandIns(root: string): Promise<StandIns> {
  return JSON.parse(
    await Deno.readTextFile(`${root}/lib/compat/packages.json`),
  );
}

/** Links every stand-in: deno.json's `links` names the folder these are in. */
async function linkStandIns(root: string): Promise<void> {
  const packages = await readStandIns(root);
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
  for (const name of await namesIn(folder)) {
    if (name !== "MODE") await removeIfThere(`${folder}/${name}`);
  }
}

/**
 * Loads every module of the declared packages that this program imports, from
 * Deno's cache or from their registry, so that it starts without a network
 * afterwards. A registry that accepts the connection and never answers would
 * hang Deno for good, so the wait is limited.
 *
 * @returns why it failed; undefined when it did not
 */
async function load(
  { root, timeout = 20_000 }: PackageOptions,
): Promise<string | undefined> {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(`${root}/deno.json`),
  );
  const modules = Object.entries(await readStandIns(root))
    .flatMap(([name, { exports }]) =>
      Object.keys(exports).map((key) => imports[name] + key.slice(1))
    );
  say(`Loading packages from their registry (at most ${timeout / 1000} s)`);
  const ended = await run(
    Deno.execPath(),
    ["cache", "--no-config", "--no-lock", ...modules],
    { limitMs: timeout, graceSeconds: 0, env: { NO_COLOR: "1" } },
  );
  if (ended?.success) return undefined;
  const reason = /^error: (.*)/m.exec(ended?.stderr ?? "")?.[1];
  return ended?.timedOut ? "it takes too long" : reason ?? "it does not work";
}

/**
 * Chooses where the `jsr:` packages come from and remembers it in
 * .npm-only/MODE: what was asked for, else what was chosen before, else their
 * registry if it answers, else lib/compat. Says which when it is a new choice.
 *
 * @throws UsageError when something else was asked for; DinoDqnError when their
 * registry was asked for and cannot be reached
 */
export async function choosePackages(options: PackageOptions): Promise<void> {
  const { root, wanted } = options;
  if (wanted && wanted !== "jsr" && wanted !== "npm") {
    throw new UsageError(`DINO_DEPS is ${wanted}: it must be jsr or npm`);
  }
  const folder = `${root}/.npm-only`;
  const before = (await read(`${folder}/MODE`))?.trim();
  let mode = wanted || before;
  if (mode !== "npm" && before !== "jsr") {
    const failure = await load(options);
    if (failure && wanted) {
      throw new DinoDqnError(
        `DINO_DEPS is jsr, but the packages' registry cannot be used (${failure}): ` +
          "mend that, or unset it or set it to npm, then run: deno task setup",
      );
    }
    mode = failure ? "npm" : "jsr";
    say(
      failure
        ? `Packages: lib/compat stands in for jsr: names (${failure})`
        : "Packages: jsr: names come from their registry",
    );
  }
  await Deno.mkdir(folder, { recursive: true });
  if (mode === "npm") await linkStandIns(root);
  else if (before !== "jsr") await unlinkStandIns(folder);
  await write(`${folder}/MODE`, `${mode}\n`);
}
