import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { until } from "../processes.ts";
import { ended, FakeMachine, listen, PYTHON } from "./fake_machine.ts";

/** One clear sentence, no stack, exit code 1, and nothing half-made. */
async function refuses(machine: FakeMachine, ...parts: string[]) {
  const { code, stdout, stderr } = await machine.run();
  assertEquals([code, stdout], [1, ""], stderr);
  const errors = stderr.split("\n").filter((line) => line.startsWith("error:"));
  assertEquals(errors.length, 1, stderr);
  for (const part of parts) assertStringIncludes(errors[0]!, part);
  assert(!/\n\s+at /.test(stderr), stderr);
}

/** The next run works. */
async function works(machine: FakeMachine) {
  const { code, stderr } = await machine.run();
  assertEquals(code, 0, stderr);
  assertEquals(machine.cached.length, 1, machine.cached.join());
}

const PIP_FAILURES: Record<string, [words: string, ...parts: string[]]> = {
  "no network": [
    "WARNING: Retrying after connection broken by 'NewConnectionError: Temporary failure in name resolution'\nERROR: No matching distribution found for tensorflow-cpu==2.21.0",
    "could not be downloaded",
    "does not answer",
    "deno task setup",
  ],
  "an index without it": [
    "ERROR: No matching distribution found for tensorflow-cpu==2.21.0",
    "does not have it",
    "pip config list",
  ],
  "a wheel with a wrong hash": [
    "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n    Expected sha256 1\n    Got 2",
    "pinned SHA-256",
    "pip cache purge",
  ],
  "no pip": [
    "/usr/bin/python3: No module named pip",
    "apt-get install python3-pip",
  ],
  "a full disk": [
    "ERROR: Could not install packages: [Errno 28] No space left on device",
    "the disk is full",
    "DINO_CACHE",
  ],
  "a failure nobody knows": [
    "ERROR: quite another thing",
    "quite another thing",
  ],
};

for (const [name, [words, ...parts]] of Object.entries(PIP_FAILURES)) {
  Deno.test(`set-up explains ${name}`, async () => {
    await using machine = new FakeMachine();
    machine.env.FAKE_PIP_FAILURE = words;
    await refuses(machine, ...parts);
    assertEquals(machine.cached, [], "nothing half-made is left");
  });
}

Deno.test("set-up explains that there is no python3, and the next run works", async () => {
  await using machine = new FakeMachine();
  await Deno.remove(`${machine.bin}/python3`);
  await refuses(machine, "no python3 on the PATH", "apt-get install python3");
  machine.program("python3", `exec ${PYTHON} "$@"`);
  await works(machine);
});

Deno.test("set-up refuses a C library that is too old before it downloads", async () => {
  await using machine = new FakeMachine();
  machine.program("getconf", "echo glibc 2.17");
  if (Deno.build.os === "linux") {
    await refuses(machine, "2.27 or newer", "has 2.17");
    assertEquals(machine.downloads, 0);
  }
});

Deno.test("set-up explains libraries that do not load", async () => {
  await using machine = new FakeMachine();
  machine.program(
    "python3",
    `case "$2" in
       *CDLL*) exec ${PYTHON} -c 'raise OSError("GLIBC_2.99 not found")' ;;
     esac
     exec ${PYTHON} "$@"`,
  );
  await refuses(machine, "cannot be loaded on this machine", "GLIBC_2.99");
  assertEquals(machine.cached, []);
});

Deno.test("set-up installs once; then it does nothing", async () => {
  await using machine = new FakeMachine();
  await works(machine);
  const [build] = machine.cached;
  assertEquals(
    [...Deno.readDirSync(`${machine.cache}/${build}`)].map(({ name }) => name)
      .sort(),
    ["SIZE", "tensorflow", "tensorflow_cpu-2.21.0.dist-info"],
  );
  assertEquals(
    [...Deno.readDirSync(`${machine.cache}/${build}/tensorflow`)].length,
    2,
    "only what is needed is kept of a wheel",
  );
  const again = await machine.run("--for-task");
  assertEquals(again, { code: 0, stdout: "", stderr: "" });
  assertEquals(machine.downloads, 1);
});

Deno.test("set-up says what cannot be used without a C++ compiler", async () => {
  await using machine = new FakeMachine();
  const nodeModules = new URL("../../node_modules", import.meta.url).pathname;
  await Deno.remove(`${machine.project}/node_modules`);
  await Deno.symlink(nodeModules, `${machine.project}/node_modules`);
  await machine.run("--for-task");
  const build = machine.cached[0]!;
  const headers = `${machine.cache}/${build}/tensorflow/include/tensorflow/c`;
  await Deno.mkdir(headers, { recursive: true });
  await Deno.writeTextFile(`${headers}/c_api.h`, "");
  const { code, stderr } = await machine.run();
  assertEquals(code, 0);
  assertStringIncludes(stderr, "no C++ compiler (g++, c++, clang++)");
  assertStringIncludes(stderr, "graph, needs no compiler");
  machine.program("g++", "echo 'x.cc:1: error: a broken compiler' >&2; exit 1");
  const broken = await machine.run();
  assertEquals(broken.code, 0);
  assertStringIncludes(broken.stderr, "error: a broken compiler");
});

Deno.test("set-up finishes what an interrupted one began", async () => {
  await using machine = new FakeMachine();
  machine.closeGate();
  const child = machine.start();
  await until(() => machine.downloads === 1);
  child.kill("SIGKILL");
  await child.output();
  assertEquals(machine.cached.length, 1, "the staging folder is left");
  machine.openGate();
  await works(machine);
});

Deno.test("set-up mends a TensorFlow that is cut, empty or half there", async () => {
  await using machine = new FakeMachine();
  await works(machine);
  const folder = `${machine.cache}/${machine.cached[0]}/tensorflow`;
  const [first, second] = [...Deno.readDirSync(folder)]
    .map(({ name }) => `${folder}/${name}`) as [string, string];
  const { size } = await Deno.stat(first);
  const damages = [
    () => Deno.truncate(first, size - 1),
    () => Deno.truncate(second, 0),
    () => Deno.remove(first),
  ];
  for (const damage of damages) {
    const { downloads } = machine;
    await damage();
    await works(machine);
    assertEquals((await Deno.stat(first)).size, size);
    assertEquals(machine.downloads, downloads + 1);
  }
  // One of a former set-up, which did not write its size down.
  await Deno.remove(`${folder}/../SIZE`);
  const { downloads } = machine;
  await works(machine);
  assertEquals(machine.downloads, downloads + 1);
});

Deno.test("set-up is of use to a user who may not change the clone", async () => {
  await using machine = new FakeMachine();
  await works(machine);
  const tfjs = "node_modules/@tensorflow/tfjs-node-gpu";
  await Deno.mkdir(`${machine.project}/${tfjs}`, { recursive: true });
  await Deno.writeTextFile(
    `${machine.project}/${tfjs}/package.json`,
    '{"version": "4.22.0"}',
  );
  // A file where a folder must be stands for a folder that is another user's.
  await Deno.writeTextFile(`${machine.project}/${tfjs}/lib`, "");
  const headers = `${machine.cache}/${
    machine.cached[0]
  }/tensorflow/include/tensorflow/c`;
  await Deno.mkdir(headers, { recursive: true });
  await Deno.writeTextFile(`${headers}/c_api.h`, "");
  machine.program("g++", 'while [ "$1" != -o ]; do shift; done; echo > "$2"');
  const forTask = await machine.run("--for-task");
  assertEquals([forTask.code, forTask.stdout], [0, ""], forTask.stderr);
  const { code, stderr } = await machine.run();
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "eager cannot be used: ");
});

Deno.test("set-up downloads outside of a virtual environment, without HOME, and past Python's own variables", async () => {
  await using machine = new FakeMachine();
  machine.env.PIP_REQUIRE_VIRTUALENV = "1";
  machine.env.PYTHONHOME = "/nowhere";
  machine.env.HOME = "";
  await works(machine);
});

Deno.test("a second set-up waits for the first and downloads nothing", async () => {
  await using machine = new FakeMachine();
  machine.closeGate();
  const first = machine.start();
  await until(() => machine.downloads === 1);
  const second = machine.start();
  const heard = listen(second);
  await until(() => heard.text.includes("waiting for it"));
  assertStringIncludes(heard.text, `(process ${first.pid} on`);
  machine.openGate();
  const codes = [(await ended(first)).code, (await second.status).code];
  await Promise.all([heard.end, second.stdout.cancel()]);
  assertEquals([codes, machine.downloads], [[0, 0], 1], heard.text);
});

Deno.test("set-up obeys DINO_NO_INSTALL", async () => {
  await using machine = new FakeMachine();
  machine.env.DINO_NO_INSTALL = "1";
  await refuses(machine, "DINO_NO_INSTALL=1 forbids");
  assertEquals(machine.downloads, 0);
});

Deno.test("set-up does not go past a DINO_TENSORFLOW that holds nothing", async () => {
  await using machine = new FakeMachine();
  machine.env.DINO_TENSORFLOW = machine.root;
  await refuses(machine, `DINO_TENSORFLOW is ${machine.root}`);
  delete machine.env.DINO_TENSORFLOW;
  await works(machine);
});

Deno.test("set-up explains a cache folder that cannot be written", async () => {
  await using machine = new FakeMachine();
  await Deno.writeTextFile(machine.cache, "a file");
  await refuses(machine, "cannot be written", "DINO_CACHE");
  await Deno.remove(machine.cache);
  await works(machine);
});

Deno.test("set-up explains a missing Chrome, unless it runs for a task", async () => {
  await using machine = new FakeMachine();
  delete machine.env.CHROME_PATH;
  await refuses(machine, "No Chrome was found", "CHROME_PATH");
  assertEquals((await machine.run("--for-task")).code, 0);
  machine.env.CHROME_PATH = "/nowhere";
  await refuses(machine, "CHROME_PATH names /nowhere");
});

Deno.test("set-up installs Chromium as root where there is apt-get", async () => {
  await using machine = new FakeMachine();
  delete machine.env.CHROME_PATH;
  machine.program("sh", 'exec /bin/sh "$@"');
  machine.program(
    "apt-get",
    `echo "fake apt-get $*"
     case "$*" in
       *install*) printf '#!/bin/sh\\n' > ${machine.bin}/chromium ;;
     esac`,
  );
  const { code, stdout, stderr } = await machine.run();
  assertEquals(stdout, "");
  if (Deno.uid() === 0) {
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "installing Chromium");
    assertEquals(stderr.includes("fake apt-get"), false);
    // What it says is shown when it fails.
    machine.env.CHROME_PATH = "";
    machine.program(
      "apt-get",
      "echo fake apt-get; echo no network >&2; exit 1",
    );
    await Deno.remove(`${machine.bin}/chromium`);
    const failed = await machine.run();
    assertEquals(failed.code, 1);
    assertStringIncludes(failed.stderr, "\nfake apt-get\nno network\n");
    assertStringIncludes(
      failed.stderr,
      "apt-get could not install Chromium: no network. Install Chrome",
    );
  } else {
    assertEquals(code, 1);
    assertStringIncludes(stderr, "No Chrome was found");
  }
});

Deno.test("set-up --remove takes away what set-up made, and only that", async () => {
  await using machine = new FakeMachine();
  await works(machine);
  await Deno.writeTextFile(`${machine.cache}/mine.txt`, "keep");
  assertEquals((await machine.run("--remove")).code, 0);
  assertEquals(machine.cached, ["mine.txt"]);
  await Deno.remove(`${machine.cache}/mine.txt`);
  await works(machine);
  await machine.run("--remove");
  assertEquals(
    [...Deno.readDirSync(machine.root)].some(({ name }) => name === "cache"),
    false,
  );
});

Deno.test("set-up refuses an option that it does not have", async () => {
  await using machine = new FakeMachine();
  const { code, stderr } = await machine.run("--removed");
  assertEquals(code, 2);
  assertStringIncludes(stderr, "unknown option --removed");
});
