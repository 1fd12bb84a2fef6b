import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { setVariables } from "../variables.ts";

const PROGRAM = new URL("./program.ts", import.meta.url);
const ROOT = Deno.realPathSync(new URL("../..", import.meta.url));

async function outcome(command: Deno.Command) {
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Runs the program of program.ts in a process of its own. */
const run = (...args: string[]) =>
  outcome(
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", PROGRAM.pathname, ...args],
    }),
  );

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
  for (const part of ["deno task echo WORD", "--times N", "--help"]) {
    assertStringIncludes(ofOne.stdout, part);
  }
});

Deno.test("runCommandLine tells the version, of every command too", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  for (
    const args of [["--version"], ["-v"], ["version"], ["echo", "--version"]]
  ) {
    assertEquals(await run(...args), {
      code: 0,
      stdout: `dino-dqn ${version}, Deno ${Deno.version.deno}\n`,
      stderr: "",
    });
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

Deno.test("runCommandLine answers every error with one message, and shows where when asked", async () => {
  for (
    const [how, code, message] of [
      ["foreseen", 1, "the disk is full"],
      ["full", 1, "Cannot write: No space left on device (os error 28)"],
      ["missing", 1, "No such file or directory (os error 2): stat '/nowhere'"],
      [
        "bug",
        1,
        "Error: a bug. This program, or a file that it reads, has a fault; " +
        "with DINO_STACK=1 it says where",
      ],
    ] as const
  ) {
    assertEquals(
      await run("fail", how),
      { code, stdout: "", stderr: `error: ${message}\n` },
    );
  }
  using _stack = setVariables({ DINO_STACK: "1" });
  const { stderr } = await run("fail", "bug");
  assert(/Error: a bug\n\s+at .*program\.ts/.test(stderr), stderr);
});

/** Runs the program by a shell, which this word is put into. */
const shell = (script: string) =>
  outcome(
    new Deno.Command("bash", {
      args: ["-c", script, Deno.execPath(), "run", "--allow-all"]
        .concat(PROGRAM.pathname),
      env: { NO_COLOR: "1" },
    }),
  );

Deno.test("an answer that cannot be written is one sentence and exit code 1", async () => {
  const full = await shell('"$0" "$@" echo a > /dev/full');
  assertEquals(full, {
    code: 1,
    stdout: "",
    stderr: "said aloud\nerror: The answer could not be written to stdout: " +
      "No space left on device (os error 28)\n",
  });
  // The limit leaves room for what Deno itself writes to its own folder.
  const large = await shell(
    'cd "$(mktemp -d)"; truncate -s 1G a; ulimit -f 1048576; ' +
      '"$0" "$@" echo a >> a; rc=$?; rm a; rmdir "$PWD"; exit $rc',
  );
  assertEquals(large.code, 1);
  assert(
    large.stderr.endsWith("files may not grow any larger here (ulimit -f)\n"),
  );
  const gone = await shell('"$0" "$@" echo a | true; exit ${PIPESTATUS[0]}');
  assertEquals(gone.code, 1);
  assert(gone.stderr.endsWith("stdout: Broken pipe (os error 32)\n"));
});

Deno.test("nobody need read what is said", async () => {
  for (const stderr of ["> /dev/full", "> >(true)", ">&-"]) {
    const { code, stdout } = await shell(`"$0" "$@" echo a 2${stderr}`);
    assertEquals([code, JSON.parse(stdout)], [3, { word: "a" }]);
  }
});

Deno.test("a path that begins with ~/ is in the user's home", async () => {
  const home = Deno.env.get("HOME");
  const { stdout } = await run("echo", "~/a");
  assertEquals(JSON.parse(stdout), { word: `${home}/a` });
});

Deno.test("a signal saves and stops, whether or not somebody is told; under nohup SIGHUP does not", async () => {
  const start = async (program: string, ...args: string[]) => {
    const child = new Deno.Command(program, {
      args: [...args, "run", "--allow-all", PROGRAM.pathname, "wait"],
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const said = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    while (!(await said.read()).value!.includes("works"));
    return { child, said };
  };
  const deno = Deno.execPath();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const { child, said } = await start(deno);
    child.kill(signal);
    const { code } = await child.status;
    let rest = "";
    for (let piece; (piece = (await said.read()).value);) rest += piece;
    assertEquals([code, rest], [130, "stopping\nstopped\n"]);
  }
  // `tee` ends by the same Ctrl-C.
  const deaf = await start(deno);
  await deaf.said.cancel();
  deaf.child.kill("SIGINT");
  assertEquals((await deaf.child.status).code, 130);

  const kept = await start("nohup", deno);
  kept.child.kill("SIGHUP");
  for (let turn = 0; turn < 3; turn++) {
    kept.child.kill("SIGUSR1");
    assertEquals((await kept.said.read()).value, "here\n");
  }
  kept.child.kill("SIGTERM");
  await kept.said.cancel();
  assertEquals((await kept.child.status).code, 130);
});

Deno.test("goWhereCalled() goes where deno task was called, if it is there", async () => {
  const module = new URL("../../lib/files.ts", import.meta.url);
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const from = async (called: string) => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `import { goWhereCalled } from "${module}";
        goWhereCalled(); console.log(Deno.cwd());`,
      ],
      cwd: ROOT,
      env: { INIT_CWD: called },
    }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  assertEquals(await from(folder), folder);
  await Deno.remove(folder);
  assertEquals(await from(folder), ROOT);
});
