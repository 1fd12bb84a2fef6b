import { join } from "node:path";
import { hostname } from "node:os";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { RunLockedError } from "../../lib/errors.ts";
import { acquireLock, lockHolder } from "../../lib/system/mod.ts";
import { inFolder } from "../folder.ts";

/** A process that takes the lock, says so and keeps it. */
function holdLock(path: string): Deno.ChildProcess {
  const lock = new URL("../../lib/system/lock.ts", import.meta.url);
  return new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { acquireLock, lockHolder } from "${lock}";
      await acquireLock(${JSON.stringify(path)}, "The run");
      console.log("held");
      setInterval(() => {}, 1000);`,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

Deno.test("acquireLock() lets one in at a time", () =>
  inFolder(async (folder) => {
    const path = join(folder, "lock");
    for (let turn = 0; turn < 2; turn++) {
      using _lock = await acquireLock(path, "The run a");
      const error = await assertRejects(
        () => acquireLock(path, "The run a"),
        RunLockedError,
      );
      assertEquals(
        error.message.replace(/since \S+Z;/, "since then;"),
        `The run a is in use by process ${Deno.pid} on ${hostname()}, since then; wait until it has ended, or end it`,
      );
    }
  }));

Deno.test("acquireLock() names another process, and takes the lock of a killed one", () =>
  inFolder(async (folder) => {
    const path = join(folder, "lock");
    const holder = holdLock(path);
    const reader = holder.stdout.getReader();
    await reader.read();
    try {
      const error = await assertRejects(
        () => acquireLock(path, "The run"),
        RunLockedError,
      );
      assertMatch(error.message, new RegExp(`process ${holder.pid} on `));
    } finally {
      holder.kill("SIGKILL");
      await holder.status;
      await reader.cancel();
    }
    using _lock = await acquireLock(path, "The run");
    // The dead process's name was replaced by this one's.
    assertEquals(JSON.parse(await Deno.readTextFile(path)).pid, Deno.pid);
  }));

Deno.test("lockHolder() names who holds the lock, and nobody else", () =>
  inFolder(async (folder) => {
    const path = join(folder, "lock");
    assertEquals(await lockHolder(path), null);
    {
      using _lock = await acquireLock(path, "The run");
      const holder = await lockHolder(path);
      assertEquals([holder?.pid, holder?.host], [Deno.pid, hostname()]);
    }
    assertEquals(await lockHolder(path), null);
    await Deno.writeTextFile(path, '{"pid":1,"host":"a","since":"b"}\n');
    assertEquals(await lockHolder(path), null);
    // Asking did not take it.
    using _lock = await acquireLock(path, "The run");
  }));

Deno.test("A lock knows when its file was taken away, and another put there", () =>
  inFolder(async (folder) => {
    const path = join(folder, "lock");
    using lock = await acquireLock(path, "The cache");
    assertEquals(await lock.isThere(), true);
    await Deno.rename(path, join(folder, "elsewhere"));
    assertEquals(await lock.isThere(), false);
    using other = await acquireLock(path, "The cache");
    assertEquals([await lock.isThere(), await other.isThere()], [false, true]);
  }));
