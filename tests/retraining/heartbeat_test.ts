import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { writeHeartbeat } from "../../lib/retraining/mod.ts";
import { inFolder } from "../folder.ts";

Deno.test("writeHeartbeat() replaces the file and leaves nothing beside it", () =>
  inFolder(async (folder) => {
    const file = join(folder, "heartbeat.json");
    const before = Date.now();
    assertEquals(await writeHeartbeat(file, "running"), null);
    assertEquals(await writeHeartbeat(file, "kept"), null);
    const { time, state, pid } = JSON.parse(await Deno.readTextFile(file));
    assertEquals([state, pid], ["kept", Deno.pid]);
    assert(Date.parse(time) >= before && Date.parse(time) <= Date.now());
    assertEquals([...Deno.readDirSync(folder)].length, 1);
  }));

Deno.test("writeHeartbeat() says so when it cannot write", async () => {
  assertMatch(
    (await writeHeartbeat("/no/such/folder/heartbeat.json", "failed"))!,
    /^The heartbeat \/no\/such\/folder\/heartbeat\.json could not be written: /,
  );
});
