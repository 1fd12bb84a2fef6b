import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { run, start } from "../../lib/system/mod.ts";
import { inFolder } from "../folder.ts";
import { isRunning, until } from "../processes.ts";
import { setVariables } from "../variables.ts";

const sh = (script: string, ...args: string[]) => ["-c", script, "sh", ...args];

Deno.test("run() gives input and variables, and takes both outputs", async () => {
  using _hidden = setVariables({ DINO_TEST_HIDDEN: "seen" });
  const ended = await run(
    "sh",
    sh('cat; echo "$A$DINO_TEST_HIDDEN" >&2; pwd >&2; exit 3'),
    {
      input: "é\n",
      env: { A: "a" },
      withoutEnv: /^DINO_TEST_/,
      cwd: "/",
    },
  );
  assertEquals(ended, {
    ...{ success: false, code: 3, signal: null, timedOut: false },
    ...{ stdout: "é\n", stderr: "a\n/\n" },
  });
});

Deno.test("run() knows that there is no such program", async () => {
  assertEquals(await run("no-such-program-1a2b", []), undefined);
  assertThrows(() => start("/", []), Deno.errors.PermissionDenied);
});

Deno.test("run() keeps the end of a flood, and is not stopped by input that nobody reads", async () => {
  const ended = await run(
    "sh",
    sh("yes no | head -c 999999 >&2; echo yes >&2"),
    {
      input: "x".repeat(1_000_000),
      output: false,
    },
  );
  assertEquals(ended?.stderr.length, 65_536);
  assert(ended?.stderr.endsWith("no\nyes\n"));
});

Deno.test("run() kills what takes too long, with all that it has started", () =>
  inFolder(async (folder) => {
    const file = join(folder, "pid");
    const ended = await run(
      "sh",
      sh('trap "" TERM; (sleep 600 & echo $! > "$1"); sleep 600', file),
      { limitMs: 500 },
    );
    assertEquals([ended?.timedOut, ended?.code], [true, 128 + 9]);
    const pid = Number(Deno.readTextFileSync(file));
    await until(() => !isRunning(pid));
  }));

Deno.test("run() does not wait for what a program leaves behind", async () => {
  const ended = await run("sh", sh("sleep 600 & echo $!"));
  Deno.kill(Number(ended?.stdout), "SIGKILL");
});

Deno.test("start() adds what is said to a log, and hands it over by lines", () =>
  inFolder(async (folder) => {
    const log = join(folder, "log");
    await Deno.writeTextFile(log, "before\n");
    const lines: string[] = [];
    await start("sh", sh("printf 'a\\nb\\nc' >&2"), {
      log,
      onLine: (line) => lines.push(line),
    }).ended;
    assertEquals(lines, ["a", "b", "c"]);
    assertEquals(await Deno.readTextFile(log), "before\na\nb\nc");
  }));

Deno.test("start() stops and kills, and does nothing to what has ended", async () => {
  const stopped = start("sleep", ["600"]);
  stopped.stop();
  assertEquals((await stopped.ended).signal, "SIGTERM");
  stopped.stop();
  stopped.kill();
  const killed = start("sleep", ["600"]);
  killed.kill();
  assertEquals((await killed.ended).signal, "SIGKILL");
});

Deno.test("start() ends a process when this program is gone, with its whole group killed too", async (t) => {
  const module = new URL("../../lib/system/mod.ts", import.meta.url);
  for (const way of ["exit", "exception", "SIGKILL", "SIGKILL to the group"]) {
    await t.step(way, async () => {
      const program = `
        import { start } from "${module}";
        const script = 'trap "echo saved > $0; exit" TERM; echo ready >&2; ' +
          'while :; do sleep 0.1; done';
        const file = Deno.makeTempFileSync();
        const child = start("sh", ["-c", script, file], {
          graceSeconds: 5,
          onLine: () => {
            console.log(child.pid + " " + file);
            if (${way === "exit"}) Deno.exit();
            if (${way === "exception"}) throw new Error("on purpose");
          },
        });`;
      const owner = new Deno.Command(Deno.execPath(), {
        args: ["eval", program],
        stdout: "piped",
        stderr: "null",
        detached: true,
      }).spawn();
      const reader = owner.stdout.pipeThrough(new TextDecoderStream())
        .getReader();
      const [pid, file] = (await reader.read()).value!.trim().split(" ");
      await reader.cancel();
      if (way.startsWith("SIGKILL")) {
        Deno.kill(way.endsWith("group") ? -owner.pid : owner.pid, "SIGKILL");
      }
      await owner.status;
      await until(() => !isRunning(Number(pid)));
      assertEquals(await Deno.readTextFile(file!), "saved\n");
      await Deno.remove(file!);
    });
  }
});
