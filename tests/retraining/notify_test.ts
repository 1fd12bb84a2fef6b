import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { notify } from "../../lib/retraining/mod.ts";
import { inFolder } from "../folder.ts";
import { isRunning, until } from "../processes.ts";

const RESULT = { result: "kept", reason: 'not "better"; $HOME %d' };
const shell = (script: string, ...args: string[]) => [
  ...["sh", "-c", script, "sh"],
  ...args,
];

Deno.test("notify() tells nobody when no command is configured", async () => {
  const options = { command: null, timeoutSeconds: 30 };
  assertEquals(await notify(options, RESULT), null);
});

Deno.test("notify() gives the result on stdin and arguments as they are", () =>
  inFolder(async (folder) => {
    const file = join(folder, "a b'$(id)");
    const command = shell('cat > "$1"', file);
    assertEquals(await notify({ command, timeoutSeconds: 60 }, RESULT), null);
    assertEquals(JSON.parse(await Deno.readTextFile(file)), RESULT);
  }));

Deno.test("notify() says so when the program fails, with its last words", async () => {
  const command = shell("echo first >&2; echo no such host >&2; exit 6");
  assertEquals(
    await notify({ command, timeoutSeconds: 60 }, RESULT),
    "notify.command sh failed: exit code 6, no such host",
  );
  assertEquals(
    await notify({ command: ["false"], timeoutSeconds: 60 }, RESULT),
    "notify.command false failed: exit code 1",
  );
});

Deno.test("notify() says so when there is no such program", async () => {
  const command = ["no-such-program-1a2b"];
  assertMatch(
    (await notify({ command, timeoutSeconds: 60 }, RESULT))!,
    /^notify\.command no-such-program-1a2b was not found: /,
  );
  assertMatch(
    (await notify({ command: ["/"], timeoutSeconds: 60 }, RESULT))!,
    /^notify\.command \/ could not be started: /,
  );
});

Deno.test("notify() kills a program that hangs, with all that it started", () =>
  inFolder(async (folder) => {
    const [child, grandchild] = [join(folder, "1"), join(folder, "2")];
    const command = shell(
      `trap '' TERM HUP; sh -c 'trap "" TERM HUP; echo $$ > "$0"; sleep 600; :' "$2" &
       echo $$ > "$1"; sleep 600; :`,
      child,
      grandchild,
    );
    const said = await notify({ command, timeoutSeconds: 5 }, RESULT);
    assertEquals(
      said,
      "notify.command sh had not ended after 5 s and was killed " +
        "(notify.timeoutSeconds)",
    );
    const pids = [child, grandchild].map((file) =>
      Number(Deno.readTextFileSync(file))
    );
    assert(pids.every((pid) => pid > 1));
    await until(() => !pids.some(isRunning));
  }));

Deno.test("notify() does not wait for what a program leaves behind", () =>
  inFolder(async (folder) => {
    const file = join(folder, "pid");
    const command = shell('sleep 600 & echo $! > "$1"; exit 0', file);
    assertEquals(await notify({ command, timeoutSeconds: 60 }, RESULT), null);
    Deno.kill(Number(await Deno.readTextFile(file)), "SIGKILL");
  }));

Deno.test("notify() is not stopped by a program that floods its stderr", async () => {
  const command = shell(
    "yes nonsense | head -c 999999 >&2; echo end >&2; exit 1",
  );
  assertEquals(
    await notify({ command, timeoutSeconds: 60 }, "x".repeat(1_000_000)),
    "notify.command sh failed: exit code 1, end",
  );
});
