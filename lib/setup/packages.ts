import { DinoDqnError, UsageError } from "../errors.ts";
import { ifThere, removeIfThere } from "../files.ts";
import { say } from "../say.ts";
import { type Ended, replaceDurably, run } from "../system/mod.ts";

/** Where the `jsr:` packages come from. */
type Mode = "jsr" | "npm";

/** The lock that runs go by. */
const LOCK = ".npm-only/deno.lock";
/** The committed one that node_modules was installed by. */
const INSTALLED = ".npm-only/installed.lock";

/** What the choice of packages depends on. */
export interface PackageOptions {
  /** The project's folder. */
  root: string;
  /** DINO_DEPS: jsr, npm, or nothing to decide by itself. */
  wanted: string | undefined;
  /** Longest wait for the registry, in milliseconds. */
  timeout?: number;
  /**
   * Whether packages that were loaded before are looked for: Deno's cache may be
   * another one now. @default {false}
   */
  look?: boolean;
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

const standInFolder = (root: string, name: string) =>
  `${root}/.npm-only/${name.slice(1).replace("/", "__")}`;

async function readStandIns(root: string): Promise<StandIns> {
  return JSON.parse(
    await Deno.readTextFile(`${root}/lib/compat/packages.json`),
  );
}

/** Links every stand-in: deno.json's `links` names the folder these are in. */
async function linkStandIns(root: string): Promise<void> {
  const packages = await readStandIns(root);
  for (const [name, { version, exports }] of Object.entries(packages)) {
    const folder = standInFolder(root, name);
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

async function unlinkStandIns(root: string): Promise<void> {
  for (const name of Object.keys(await readStandIns(root))) {
    await removeIfThere(standInFolder(root, name));
  }
}

/** What Deno says of its failure, with the causes, in one line. */
export function errorOf(ended: Ended | undefined): string {
  const [, said] = /(?:^|\n)error: ([^]*?)(?:\nchanges:|\s*Stack backtrace:|$)/
    .exec(ended?.stderr ?? "") ?? [];
  return said?.trim().replace(/\s*\n\s*/g, " ") ?? "Deno does not work";
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
  return ended?.timedOut ? "it takes too long" : errorOf(ended);
}

/**
 * Brings the packages, exactly those of the committed lock.
 *
 * @throws UsageError when DINO_DEPS is neither jsr nor npm; DinoDqnError when
 * their registry was asked for and cannot be reached, or a package is not what
 * the lock says
 */
export async function ensurePackages(options: PackageOptions): Promise<void> {
  await installPackages(options.root, await choosePackages(options));
}

/**
 * Chooses where the `jsr:` packages come from and remembers it in
 * .npm-only/MODE: what was asked for, else what was chosen before, else their
 * registry if it answers, else lib/compat. Says which when it is a new choice.
 */
async function choosePackages(options: PackageOptions): Promise<Mode> {
  const { root, wanted } = options;
  const isMode = (text = ""): text is Mode => text === "jsr" || text === "npm";
  if (wanted && !isMode(wanted)) {
    throw new UsageError(`DINO_DEPS is ${wanted}: it must be jsr or npm`);
  }
  const folder = `${root}/.npm-only`;
  const before = (await read(`${folder}/MODE`))?.trim();
  let mode: Mode = [wanted, before].find(isMode) ?? "jsr";
  if (mode !== "npm" && (before !== "jsr" || options.look)) {
    const failure = await load(options);
    if (failure && (wanted || before === "jsr")) {
      throw new DinoDqnError(
        `${
          wanted ? "DINO_DEPS is jsr" : "The packages came from jsr:"
        }, but the packages' registry cannot be used (${failure}): ` +
          `mend that, or ${wanted ? "unset it or set it" : "set DINO_DEPS"} ` +
          "to npm, then run: deno task setup",
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
  else if (before !== "jsr") await unlinkStandIns(root);
  await write(`${folder}/MODE`, `${mode}\n`);
  return mode;
}

/** A committed lock. */
interface Lock {
  path: string;
  text: string;
  /** Whether it names the `jsr:` packages too, where they are used. */
  isWhole: boolean;
}

/**
 * The committed lock of a mode. The one with the `jsr:` packages can be made
 * only where their registry is reached; until somebody has, the lock of the
 * `npm:` packages alone stands for it, and what is loaded first is held to.
 */
export async function lockOf(root: string, mode: string): Promise<Lock> {
  const path = `${root}/deno.${mode}.lock`;
  const own = await read(path);
  if (own !== null) return { path, text: own, isWhole: true };
  const lock = JSON.parse(await Deno.readTextFile(`${root}/deno.npm.lock`));
  delete lock.workspace?.links;
  return { path, text: JSON.stringify(lock, null, 2), isWhole: false };
}

async function installPackages(root: string, mode: Mode): Promise<void> {
  const { text, isWhole } = await lockOf(root, mode);
  const isThere = await ifThere(Deno.stat(`${root}/node_modules`));
  if (isThere && await read(`${root}/${INSTALLED}`) === text) return;
  say("Installing packages");
  await write(`${root}/${LOCK}`, text);
  const ended = await run(
    Deno.execPath(),
    ["install", `--lock=${LOCK}`, `--frozen=${isWhole}`],
    { cwd: root, graceSeconds: 0, env: { NO_COLOR: "1" } },
  );
  if (!ended?.success) {
    const error = errorOf(ended);
    throw new DinoDqnError(
      error.startsWith("The lockfile is out of date")
        ? `deno.json names other packages than deno.${mode}.lock; run: deno task lock`
        : `The packages of deno.${mode}.lock could not be installed: ${error}`,
    );
  }
  await write(`${root}/${INSTALLED}`, text);
}
