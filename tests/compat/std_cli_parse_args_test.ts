import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";

/** Parses as lib/cli does, and collects what is unknown. */
function parse(...args: string[]) {
  const unknown: string[] = [];
  const parsed: Record<string, unknown> = parseArgs(args, {
    boolean: ["json", "help"],
    string: ["steps", "set", "_"],
    collect: ["steps", "set"],
    alias: { help: "h" },
    unknown: (arg: string, key?: string) => {
      if (key === undefined) return true;
      unknown.push(arg);
      return false;
    },
  });
  return { ...parsed, unknown };
}

const NOTHING = {
  _: [],
  json: false,
  help: false,
  h: false,
  steps: [],
  set: [],
  unknown: [],
};

const CASES: [string[], Record<string, unknown>][] = [
  [[], {}],
  [["a", "7", "-"], { _: ["a", "7", "-"] }],
  [["--steps", "10"], { steps: ["10"] }],
  [["--steps=10", "--steps=x=y"], { steps: ["10", "x=y"] }],
  [["--steps", "--json"], { steps: [""], json: true }],
  [["--steps"], { steps: [""] }],
  [["--steps", "-1"], { steps: [""], unknown: ["-1"] }],
  [["--steps=-1"], { steps: ["-1"] }],
  [["--json", "run"], { _: ["run"], json: true }],
  [["--json", "false", "run"], { _: ["run"] }],
  [["--json=true"], { json: true }],
  [["-h"], { help: true, h: true }],
  [["--help"], { help: true, h: true }],
  [["--stepz", "3", "run"], { _: ["run"], unknown: ["--stepz"] }],
  [["--stepz=3"], { unknown: ["--stepz=3"] }],
  [["--no-json"], { unknown: ["--no-json"] }],
  [["-x", "run"], { unknown: ["-x"] }],
  [["a", "--", "--json", "b"], { _: ["a", "--json", "b"] }],
];

for (const [args, expected] of CASES) {
  Deno.test(`parseArgs [${args.join(" ")}]`, () => {
    assertEquals({ ...parse(...args) }, { ...NOTHING, ...expected });
  });
}
