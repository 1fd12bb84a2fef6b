import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { endLeftoverChromes } from "../../lib/browser/mod.ts";
import { acquireLock } from "../../lib/system/mod.ts";
import { inFolder } from "../folder.ts";
import { isRunning, until } from "../processes.ts";

/** A process with this word in its command line, as Chrome has its folder. */
const program = (word: string) =>
  new Deno.Command("sh", { args: ["-c", "sleep 600; :", word] }).spawn();

Deno.test("endLeftoverChromes() ends what nobody owns, and nothing else", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, `dino-chrome-${name}`);
    const chromes = ["orphan", "owned", "unrelated", "former"].map((name) =>
      program(name === "unrelated" ? "" : `${at(name)}/profile`)
    );
    try {
      const gone = new Deno.Command("true").spawn();
      await gone.status;
      const [orphan, owned, unrelated, former] = chromes.map(({ pid }) => pid);
      const pids = {
        ...{ orphan, owned, unrelated, former },
        ...{ gone: gone.pid, "former-gone": gone.pid },
        ...{ starting: "", abandoned: "" },
      };
      for (const [name, pid] of Object.entries(pids)) {
        await Deno.mkdir(at(name));
        if (pid) await Deno.writeTextFile(join(at(name), "pid"), `${pid}\n`);
        // Former versions of this program left no sign of the owner.
        if (name.startsWith("former") || !pid) continue;
        await Deno.writeTextFile(join(at(name), "owner"), "");
      }
      using _owner = await acquireLock(join(at("owned"), "owner"), "Chrome");
      const old = new Date(Date.now() - 2 * 3_600_000);
      await Deno.utime(at("abandoned"), old, old);
      await Deno.mkdir(join(folder, "another"));

      const removed = await endLeftoverChromes(folder);
      assertEquals(
        removed,
        ["abandoned", "former-gone", "gone", "orphan", "unrelated"].map(at),
      );
      const left = Array.from(Deno.readDirSync(folder), ({ name }) => name);
      assertEquals(left.sort(), [
        ...["another", "dino-chrome-former", "dino-chrome-owned"],
        "dino-chrome-starting",
      ]);
      await until(() => !isRunning(orphan!));
      for (const pid of [owned, unrelated, former]) assert(isRunning(pid!));
    } finally {
      for (const chrome of chromes) {
        try {
          chrome.kill("SIGKILL");
        } catch {
          // It was ended.
        }
        await chrome.status;
      }
    }
  }));
