import { assert, assertEquals } from "@std/assert";
import {
  fetchFolder,
  listWorkers,
  openBus,
  work,
} from "../../lib/cluster/mod.ts";
import {
  ended,
  endOf,
  openSet,
  sleepJob,
  startSleeper,
  until,
  withServer,
} from "./nats.ts";
import { about, sleep } from "./sleeper.ts";

Deno.test("a job goes to another worker when its own is killed, stands still or is stopped", () =>
  withServer(async ({ url }, bus) => {
    const [one, two] = [startSleeper(url, "one"), startSleeper(url, "two")];
    const three = startSleeper(url, "three");
    try {
      while ((await listWorkers(bus)).length < 3) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const set = await openSet(bus);
      const ends = endOf(set, { a: 1e6, b: 1e6, c: 1e6 });
      const owners = new Map<string, string>();
      for (const id of ["a", "b", "c"]) {
        await until(set, id, ({ state, worker }) => {
          owners.set(worker, id);
          return state === "running";
        });
      }
      one.kill("SIGKILL");
      two.kill("SIGSTOP");
      three.kill("SIGTERM");
      await three.status;
      const four = startSleeper(url, "four", 500);
      await until(set, owners.get("three")!, ({ worker }) => worker === "four");
      await until(set, owners.get("two")!, ({ worker }) => worker === "four");
      await until(set, owners.get("one")!, ({ worker }) => worker === "four");
      // It comes back, finds that its job is another's, and drops it.
      two.kill("SIGCONT");
      const states = await ends;
      await ended(two, four);
      assertEquals(
        [...states.values()].map((state) => state?.state),
        ["finished", "finished", "finished"],
      );
      const dead = states.get(owners.get("one")!)!;
      assert(dead.worker !== "one");
      assert(dead.deaths > 0);
      const files = await fetchFolder(
        set.filesOf(owners.get("two")!),
        states.get(owners.get("two")!)!.files,
      );
      assertEquals(
        new TextDecoder().decode(files["done.txt"]),
        `${owners.get("two")} by four`,
      );
      await set.remove();
      assertEquals((await bus.jsm.streams.info("dino-work")).state.messages, 0);
      assertEquals(
        (await bus.jsm.streams.info("KV_dino-jobs")).state.messages,
        0,
      );
    } finally {
      await ended(...[one, two, three]);
    }
  }));

Deno.test("a job that kills each worker is given up after three, the others end", () =>
  withServer(async (server, bus) => {
    let running = true;
    // As systemd does: another one for each that has died.
    const keepAlive = async (name: string) => {
      while (running) {
        const worker = startSleeper(server.url, name);
        workers.add(worker);
        await worker.status;
        workers.delete(worker);
      }
    };
    const workers = new Set<Deno.ChildProcess>();
    const alive = [keepAlive("one"), keepAlive("two")];
    const set = await openSet(bus);
    const states = await endOf(set, { a: 10, bad: -1, b: 10, c: 10 });
    running = false;
    await ended(...workers);
    await Promise.all(alive);
    assertEquals(states.get("bad")?.state, "failed");
    assertEquals(states.get("bad")?.reason, "3 workers have died with it");
    for (const id of ["a", "b", "c"]) {
      assertEquals(states.get(id)?.state, "finished");
    }
    await set.remove();
  }));

Deno.test("a server that is killed and comes back loses no job and no result", () =>
  withServer(async (server, bus) => {
    const stop = new AbortController();
    const buses = await Promise.all([1, 2].map(() => openBus(server.url)));
    const working = buses.map((bus, i) =>
      work({
        ...{ bus, worker: about(`w${i}`, 2), execute: sleep, say: () => {} },
        signal: stop.signal,
      })
    );
    const set = await openSet(bus);
    const ids = Array.from({ length: 12 }, (_, i) => [`j${i}`, 600] as const);
    const ends = endOf(set, Object.fromEntries(ids));
    await until(set, "j3", ({ state }) => state !== "waiting");
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await server.start();
    const states = [...(await ends).values()];
    assertEquals(
      states.map((state) => state?.state),
      ids.map((): "finished" => "finished"),
    );

    // Whoever asks again finds it done; nothing is begun twice.
    await set.leave();
    const again = await openSet(bus);
    assertEquals([...(await endOf(again, { j0: 600 })).values()], [states[0]!]);
    // What is stopped is taken back, and nothing of it stays.
    const cancel = new AbortController();
    const more = ["x", "y", "z", "u", "v"];
    for (const id of more) {
      await again.queue(sleepJob(again.name, id, 1e6));
    }
    const cancelled = more.map((id) =>
      again.ended(id, () => {}, cancel.signal)
    );
    // There are four slots.
    for (const id of more.slice(0, 4)) {
      await until(again, id, ({ state }) => state === "running");
    }
    cancel.abort();
    const ended = (await Promise.all(cancelled)).map((state) => state?.state);
    assertEquals(ended.sort(), [
      ...["stopped", "stopped", "stopped", "stopped", undefined],
    ]);
    await again.remove();
    stop.abort();
    await Promise.all(working);
    for (const bus of buses) await bus.nc.close();
  }));

Deno.test("a job that its worker has dropped, and the server forgotten, is queued again", () =>
  withServer(async (_, bus) => {
    const stop = new AbortController();
    let tries = 0;
    const working = work({
      ...{ bus, worker: about("w"), say: () => {}, signal: stop.signal },
      execute: async (...job) => {
        if (++tries > 1) return await sleep(...job);
        await bus.jsm.streams.purge("dino-work");
        throw new Error("the server was away");
      },
    });
    const set = await openSet(bus);
    const { state, deaths } = (await endOf(set, { j: 1 })).get("j")!;
    assertEquals([tries, state, deaths], [2, "finished", 1]);
    await set.remove();
    stop.abort();
    await working;
  }));
