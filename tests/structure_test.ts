import { assert, assertEquals } from "@std/assert";
import { dirname, join, normalize } from "node:path/posix";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A file's relative imports, of values or of types: paths from the root. */
interface SourceFile {
  path: string;
  imports: string[];
  /** Those of them of which it takes more than types: whose code it runs. */
  runs: string[];
  /** What it exports beside types, line by line. */
  values: string[];
}

/** Who may import whom: only what stands in an earlier line. */
const LEVELS = [
  ["system"],
  ["cli"],
  ["config"],
  ["browser", "tensorflow"],
  ["game", "setup"],
  ["env"],
  ["agent"],
  ["doctor", "evaluation"],
  ["runs"],
  ["agents", "drawing"],
  ["recording"],
  ["training"],
  ["cluster"],
  ["report", "bench"],
  ["export"],
  ["sweep"],
  ["retraining"],
  ["watch", "serve", "library"],
  ["tasks"],
  ["main.ts"],
];

/**
 * Rooms whose code a room does not run, though it stands above them: drawing
 * starts nothing, reports play nothing, a run's files are read without a network.
 */
const KEEPS_OUT: Record<string, readonly string[]> = {
  drawing: LEVELS.flat(),
  report: ["browser", "game", "env", "tensorflow", "agent", "training"],
  runs: ["browser", "game", "env", "tensorflow"],
};

/** Read before any package is installed, which a `mod.ts` needs. */
const BEFORE_PACKAGES = ["lib/tensorflow/locate.ts", "lib/browser/find.ts"];

/**
 * Tests that reach into a room, each with the reason: all others go by what a
 * `mod.ts` exports, so that a room can be built anew without them.
 */
const INSIDE: Record<string, string> = {
  "tests/agent/sum_tree_test.ts -> lib/agent/sum_tree.ts":
    "sums without rounding errors, which no draw of the memory shows",
  "tests/env/decision_clock_test.ts -> lib/env/decision_clock.ts":
    "real time, by a clock that stands still",
  "tests/export/card_test.ts -> lib/export/card.ts":
    "what a card says of agents that nobody has trained",
  "tests/game/page_api_test.ts -> lib/game/page_api.ts":
    "pages of former years, which no Chrome has any more",
  "tests/integration/astral_contract_test.ts -> lib/browser/connection.ts":
    "what the program relies on in Astral, through its own connection",
  "tests/integration/lockstep_test.ts -> lib/game/lockstep_script.ts":
    "a page without the game, which no Chrome shows by itself",
  "tests/integration/observation_test.ts -> lib/env/observation.ts":
    "the definition of an observation, pixel by pixel",
  "tests/retraining/decision_test.ts -> lib/retraining/decision.ts":
    "the rule of a night, without playing its games",
  "tests/soak/nights.ts -> lib/retraining/champion.ts":
    "whether a champion is whole at every moment of twenty nights",
  "tests/sweep/stopping_test.ts -> lib/sweep/stopping.ts":
    "the rule of stopping early, without training",
};

/** `env` of lib/env/types.ts, `tasks` of tasks/train.ts, "" of lib/errors.ts. */
function folderOf(path: string): string {
  const [first, second, file] = path.split("/");
  if (first !== "lib") return first!;
  return file === undefined ? "" : second!;
}

/** lib/compat has no level: its files stand for packages, known by name. */
function levelOf(folder: string): number {
  if (folder === "") return -1;
  const level = LEVELS.findIndex((folders) => folders.includes(folder));
  return level < 0 ? Infinity : level;
}

const isTypes = (path: string) => path.endsWith("/types.ts");

function breaksDirection(from: string, to: string): boolean {
  const [importer, imported] = [folderOf(from), folderOf(to)];
  if (importer === imported) return false;
  return levelOf(imported) >= levelOf(importer);
}

function keptOut(from: string, to: string): boolean {
  const [importer, imported] = [folderOf(from), folderOf(to)];
  return importer !== imported &&
    (KEEPS_OUT[importer]?.includes(imported) ?? false);
}

function reachesInside(from: string, to: string): boolean {
  const [importer, imported] = [folderOf(from), folderOf(to)];
  if (importer === imported || imported === "" || imported === "tasks") {
    return false;
  }
  if (importer === "setup" && BEFORE_PACKAGES.includes(to)) return false;
  return !to.endsWith("/mod.ts") && !isTypes(to);
}

/** Every import `from -> to` of which `wrong` says so. */
function faults(
  files: readonly SourceFile[],
  wrong: (from: string, to: string) => boolean,
  which: "imports" | "runs" = "imports",
): string[] {
  return files.flatMap(({ path, [which]: imports }) =>
    imports.filter((to) => wrong(path, to)).map((to) => `${path} -> ${to}`)
  );
}

/** The files of one circle of imports; empty if there is none. */
function findCycle(files: readonly SourceFile[]): string[] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] => {
    const start = trail.indexOf(path);
    if (start >= 0) return trail.slice(start);
    if (done.has(path)) return [];
    for (const next of importsOf.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle.length > 0) return cycle;
    }
    done.add(path);
    return [];
  };
  for (const { path } of files) {
    const cycle = visit(path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

/** The exports of a text that are there when the program runs. */
function valuesIn(text: string): string[] {
  const exports = text.matchAll(/^export\s+(?!interface\s|type\s).*/gm);
  return Array.from(exports, ([line]) => line);
}

function importsIn(path: string, text: string): string[] {
  const specifiers = text.matchAll(
    /(?:^|[\s}])(?:from|import)\s*\(?\s*"(\.[^"]+\.ts)"/g,
  );
  return Array.from(
    specifiers,
    ([, specifier]) => normalize(join(dirname(path), specifier!)),
  );
}

/** The same without the statements that take types alone. */
const runIn = (path: string, text: string) =>
  importsIn(path, text.replaceAll(/^(im|ex)port type [^;]*;/gm, ""));

async function pathsUnder(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
    const path = join(folder, name);
    if (isDirectory) paths.push(...await pathsUnder(path));
    else if (name.endsWith(".ts")) paths.push(path);
  }
  return paths;
}

async function readSources(paths: readonly string[]): Promise<SourceFile[]> {
  return await Promise.all(paths.map(async (path) => {
    const text = await Deno.readTextFile(join(ROOT, path));
    return {
      ...{ path, imports: importsIn(path, text), runs: runIn(path, text) },
      values: valuesIn(text),
    };
  }));
}

const sources = await readSources([
  ...["main.ts", ...await pathsUnder("tasks"), ...await pathsUnder("lib")],
]);

Deno.test("every folder of lib has its place in the direction", () => {
  const folders = new Set(sources.map(({ path }) => folderOf(path)));
  for (const without of ["", "compat"]) folders.delete(without);
  assertEquals([...folders].sort(), LEVELS.flat().sort());
});

Deno.test("imports are read in all their forms, and lead to files", () => {
  const text = 'import {\n  a,\n} from "./a.ts";\nimport "../b.ts";\n' +
    'export * from "./c.ts";\nconst d = await import("./d.ts");\n' +
    'import e from "npm-package";\n';
  assertEquals(importsIn("lib/x/y.ts", text), [
    ...["lib/x/a.ts", "lib/b.ts", "lib/x/c.ts", "lib/x/d.ts"],
  ]);
  const paths = new Set(sources.map(({ path }) => path));
  assertEquals(faults(sources, (_, to) => !paths.has(to)), []);
  const main = sources.find(({ path }) => path === "main.ts");
  assert(main?.imports.includes("tasks/train.ts"));
});

Deno.test("imports go one way: tasks, training, agent and env, game, browser", () => {
  assert(breaksDirection("lib/env/reward.ts", "lib/agent/mod.ts"));
  assert(breaksDirection("lib/errors.ts", "lib/config/mod.ts"));
  assert(breaksDirection("lib/report/page.ts", "lib/compat/astral.ts"));
  assertEquals(faults(sources, breaksDirection), []);
});

Deno.test("drawing starts nothing, reports play nothing, a run is read without a network", async () => {
  const text = 'import type { A } from "../env/mod.ts";\n' +
    'import {\n  type B,\n  c,\n} from "../game/mod.ts";\n';
  assertEquals(runIn("lib/drawing/a.ts", text), ["lib/game/mod.ts"]);
  assert(keptOut("lib/drawing/a.ts", "lib/game/mod.ts"));
  assertEquals(faults(sources, keptOut, "runs"), []);
  for (const path of await pathsUnder("lib/drawing")) {
    assert(!/\bDeno\.|node:fs/.test(await Deno.readTextFile(join(ROOT, path))));
  }
});

Deno.test("a folder is imported by its mod.ts, or its types", () => {
  assert(reachesInside("lib/agent/policy.ts", "lib/env/reward.ts"));
  assertEquals(faults(sources, reachesInside), []);
});

Deno.test("tests go by a folder's mod.ts, but for those that say why not", async () => {
  const tests = await readSources(await pathsUnder("tests"));
  const inside = faults(
    tests,
    (from, to) =>
      to.startsWith("lib/") && folderOf(to) !== "compat" &&
      reachesInside(from, to),
  );
  assertEquals(inside.sort(), Object.keys(INSIDE).sort());
  assert(inside.length <= 10);
});

Deno.test("a types.ts has types alone: whoever imports it runs nothing", () => {
  assertEquals(
    valuesIn(
      "export interface A {}\nexport type B = A;\nexport const C = 1;\n" +
        'export type * from "./d.ts";\nexport * from "./e.ts";\n',
    ),
    ["export const C = 1;", 'export * from "./e.ts";'],
  );
  const types = sources.filter(({ path }) => isTypes(path));
  assert(types.length > 0);
  assertEquals(types.flatMap(({ values }) => values), []);
});

Deno.test("no file imports itself by way of others", () => {
  const ring = ["a", "b", "c"].map((path, i, all) => ({
    path,
    imports: [all[(i + 1) % 3]!],
    ...{ runs: [], values: [] },
  }));
  assertEquals(findCycle(ring), ["a", "b", "c"]);
  assertEquals(findCycle(sources), []);
});
