import { dirname, join } from "node:path/posix";
import { assert, assertEquals } from "@std/assert";
import { parseCommandLine } from "../lib/cli/mod.ts";
import { COMMANDS } from "../main.ts";

const at = (path: string) => new URL(`../${path}`, import.meta.url);
const PAGES = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md"],
  ...[...Deno.readDirSync(at("docs"))].map(({ name }) => `docs/${name}`)
    .filter((name) => name.endsWith(".md")),
];
const texts = new Map(
  PAGES.map((page) => [page, Deno.readTextFileSync(at(page))]),
);

/** What a heading is called in an address: "Stop and go on" is stop-and-go-on. */
function anchors(text: string): string[] {
  return Array.from(
    text.matchAll(/^#+ (.*)$/gm),
    ([, heading]) =>
      heading!.toLowerCase().replace(/[^\w\s-]/g, "").trim()
        .replace(/\s/g, "-"),
  );
}

/** Every command line of a page: the words after `deno task`. */
function commandLines(text: string): string[][] {
  const joined = text.replace(/\\\n\s*/g, " ");
  const lines = Array.from(
    joined.matchAll(
      /^ {4}(?:\w+=\S+ )?(?:deno|npx -y deno@[\d.]+) task (.*)$/gm,
    ),
    ([, line]) => line!,
  );
  return lines.flatMap((line) => line.split("&& deno task")).map((line) =>
    (line.split(/\s#\s|\s#$|\s\|\s/)[0]!.match(/"[^"]*"|'[^']*'|\S+/g) ?? [])
      .map((word) => word.replace(/^(["'])(.*)\1$/, "$2"))
  );
}

Deno.test("every link of README and docs leads somewhere", () => {
  const broken: string[] = [];
  let links = 0;
  for (const [page, text] of texts) {
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      links++;
      const [path, anchor] = target!.split("#");
      const file = path === "" ? page : join(dirname(page), path!);
      const isThere = texts.has(file) ||
        Deno.lstatSync(at(file)).isFile; // throws where there is none
      if (!isThere || (anchor && !anchors(texts.get(file)!).includes(anchor))) {
        broken.push(`${page}: ${target}`);
      }
    }
  }
  assert(links > 15, `${links}`);
  assertEquals(broken, []);
});

Deno.test("every command line of README and docs is one that the program takes", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(at("deno.json")));
  const commands = new Map(COMMANDS.map((entry) => [entry.name, entry]));
  let checked = 0;
  for (const [page, text] of texts) {
    for (const [word, ...args] of commandLines(text)) {
      const name = word === "--quiet" ? args.shift()! : word!;
      assert(name in tasks, `${page}: deno task ${name}`);
      const entry = commands.get(name);
      if (!entry || args.includes("…")) continue;
      const { command } = await entry.load();
      parseCommandLine(name, command, args); // throws what a user would read
      checked++;
    }
  }
  assert(checked > 40, `${checked}`);
});

Deno.test("README is short, and shows every page", () => {
  const readme = texts.get("README.md")!;
  assert(readme.split("\n").length <= 200);
  for (const page of PAGES) {
    if (page !== "README.md") assert(readme.includes(`(${page})`), page);
  }
});
