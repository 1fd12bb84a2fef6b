import { assert, assertEquals, assertRejects } from "@std/assert";
import { fetchBytes, JobSet, work } from "../../lib/cluster/mod.ts";
import { endOf, never, withServer } from "./nats.ts";
import { about, sleep } from "./sleeper.ts";

Deno.test("two users' sets of one name never meet", () =>
  withServer(async (_, bus) => {
    const stop = new AbortController();
    const working = work({
      ...{ bus, worker: about("w"), execute: sleep, signal: stop.signal },
      say: () => {},
    });
    const [mine, yours] = await Promise.all(
      ["a", "b"].map(async (meaning) =>
        (await JobSet.open(bus, {
          ...{ name: "crop+x", meaning, mixed: false, signal: never },
          say: () => {},
        }))!
      ),
    ) as [JobSet, JobSet];
    assert(mine.name !== yours.name);
    await endOf(mine, { j: 1 });
    assertEquals(await yours.stateOf("j"), null);
    await mine.remove();
    // What is gone is believed at once: it is not asked for again and again.
    const { outMsgs: before } = bus.nc.stats();
    await assertRejects(
      () => fetchBytes(mine.filesOf("j"), "0".repeat(64), "file"),
      Error,
      "stream not found",
    );
    assert(bus.nc.stats().outMsgs - before < 10);
    assertEquals((await endOf(yours, { j: 1 })).get("j")?.state, "finished");
    await yours.remove();
    stop.abort();
    await working;
  }));
