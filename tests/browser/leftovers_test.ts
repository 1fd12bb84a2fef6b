import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { removeDeadChromeFolders } from "../../lib/browser/leftovers.ts";

Deno.test("removeDeadChromeFolders() removes those of processes that are gone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const gone = new Deno.Command("true").spawn();
    await gone.status;
    const pids = {
      "dino-chrome-alive": `${Deno.pid}\n`,
      "dino-chrome-gone": `${gone.pid}\n`,
      "dino-chrome-starting": "",
      "dino-chrome-abandoned": "",
      "another": `${gone.pid}\n`,
    };
    for (const [name, pid] of Object.entries(pids)) {
      await Deno.mkdir(join(folder, name));
      if (pid) await Deno.writeTextFile(join(folder, name, "pid"), pid);
    }
    const old = new Date(Date.now() - 2 * 3_600_000);
    await Deno.utime(join(folder, "dino-chrome-abandoned"), old, old);

    const removed = await removeDeadChromeFolders(folder);
    assertEquals(removed.sort(), [
      join(folder, "dino-chrome-abandoned"),
      join(folder, "dino-chrome-gone"),
    ]);
    const left = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    assertEquals(left.sort(), [
      ...["another", "dino-chrome-alive", "dino-chrome-starting"],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
