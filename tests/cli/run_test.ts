import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const PROGRAM = new URL("./program.ts", import.meta.url);

/** Runs the program of program.ts in a process of its own. */
async function run(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", PROGRAM.pathname, ...args],
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("runCommandLine ends with the command's exit code", async () => {
  const { code, stdout, stderr } = await run("echo", "hello", "--json");
  assertEquals(code, 3);
  assertEquals(JSON.parse(stdout), { word: "hello" });
  assertEquals(stderr, "said aloud\n");
});

Deno.test("runCommandLine lists commands and options on --help", async () => {
  const overall = await run("--help");
  assertEquals([overall.code, overall.stderr], [0, ""]);
  assertStringIncludes(overall.stdout, "echo  Says a word.");
  const ofOne = await run("echo", "--help");
  assertEquals([ofOne.code, ofOne.stderr], [0, ""]);
  for (const part of ["deno task echo WORD", "--times <integer>", "--help"]) {
    assertStringIncludes(ofOne.stdout, part);
  }
});

Deno.test("runCommandLine answers wrong use with one line and exit code 2", async () => {
  for (
    const [args, part] of [
      [["ecko"], "unknown command ecko; did you mean echo?"],
      [["echo", "a", "--time", "2"], "did you mean --times?"],
    ] as const
  ) {
    const { code, stdout, stderr } = await run(...args);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, part);
    assertEquals(stderr.trimEnd().split("\n").length, 1);
  }
  assertEquals((await run()).code, 2);
});

Deno.test("runCommandLine shows a stack only for what it did not foresee", async () => {
  const foreseen = await run("fail", "--foreseen");
  assertEquals(foreseen, {
    code: 1,
    stdout: "",
    stderr: "error: the disk is full\n",
  });
  const other = await run("fail");
  assertEquals(other.code, 1);
  assert(/Error: a bug\n\s+at .*program\.ts/.test(other.stderr), other.stderr);
});
