import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Bus,
  fetchBytes,
  fetchFolder,
  JobSet,
  type JobState,
  listWorkers,
  openBus,
  storeFolder,
  work,
} from "../../lib/cluster/mod.ts";
import { DinoDqnError, UsageError } from "../../lib/errors.ts";
import { inFolder } from "../folder.ts";
import { NatsServer, SILENCE, sleepJob, startSleeper } from "./nats.ts";
import { about, MACHINE, sleep } from "./sleeper.ts";

Deno.env.set("DINO_NATS_SILENCE", SILENCE);

const CONF = fileURLToPath(new URL("../../deploy/nats.conf", import.meta.url));
const never = new AbortController().signal;

/** A server with its disk, and a connection to it. */
async function withServer(
  use: (server: NatsServer, bus: Bus) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await using server = await NatsServer.start(["-js", "-sd", folder]);
    const bus = await openBus(server.url);
    try {
      await use(server, bus);
    } finally {
      await bus.nc.close();
    }
  });
}

const openSet = async (bus: Bus, name = "test", signal = never) =>
  (await JobSet.open(bus, {
    ...{ name, meaning: "a test", mixed: false, signal },
    say: () => {},
  }))!;

/** Queues jobs that sleep so long and waits for all of them. */
async function endOf(set: JobSet, times: Record<string, number>) {
  const ends = Object.entries(times).map(async ([id, ms]) => {
    await set.queue(sleepJob(set.name, id, ms));
    return [id, await set.ended(id, () => {}, never)] as const;
  });
  return new Map(await Promise.all(ends));
}

/** Waits until a job has a state that is so. */
async function until(
  set: JobSet,
  id: string,
  reached: (state: JobState) => boolean,
): Promise<void> {
  for (;;) {
    const state = await set.stateOf(id);
    if (state && reached(state)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ended(...workers: Deno.ChildProcess[]) {
  for (const worker of workers) {
    try {
      worker.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }
  await Promise.all(workers.map(({ status }) => status));
}

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

Deno.test("jobs that are none, and files that lead elsewhere or were changed, are refused", () =>
  withServer((_, bus) =>
    inFolder(async (folder) => {
      const stop = new AbortController();
      const said: string[] = [];
      const working = work({
        ...{ bus, worker: about("w"), execute: sleep, signal: stop.signal },
        say: (line) => said.push(line),
      });
      const set = await openSet(bus);
      const job = sleepJob(set.name, "a", 1);
      const hostile: [string, unknown][] = [
        ["b", { ...job, id: "b", run: "../../etc" }],
        ["c", { ...job, id: "c", set: "another" }],
        ["d", { ...job, id: "d", kind: "shell", command: ["rm"] }],
        ["e", { ...job, id: "e", files: { "config.yaml": "/etc/passwd" } }],
        ["f", { ...job, id: "f", notify: { command: ["rm"] } }],
        ["g", "rm"],
        ["h", new TextEncoder().encode("{")],
      ];
      await set.queue(job);
      await set.ended("a", () => {}, never);
      const consumer = await bus.js.consumers.get(
        "dino-work",
        (await bus.jsm.consumers.list("dino-work").next())[0]!.name,
      );
      const { config } = await consumer.info();
      for (const [id, content] of hostile) {
        const subject = config.filter_subject!.replace(
          "*.*",
          `${set.name}.${id}`,
        );
        await bus.js.publish(
          subject,
          content instanceof Uint8Array ? content : JSON.stringify(content),
        );
      }
      while (said.filter((line) => line.includes("no job")).length < 7) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      for (const [id] of hostile) assertEquals(await set.stateOf(id), null);
      await bus.jobs.put(`${set.name}.i`, "no state");
      assertEquals(await set.stateOf("i"), null);
      await set.queue(sleepJob(set.name, "i", 1));
      assertEquals((await set.ended("i", () => {}, never))?.state, "finished");

      const files = set.filesOf("mine");
      await Deno.mkdir(join(folder, "a"));
      await Deno.writeTextFile(join(folder, "a", "b.txt"), "text");
      await Deno.writeTextFile(join(folder, "lock"), "");
      const manifest = await storeFolder(files, folder);
      assertEquals(Object.keys(manifest), ["a/b.txt"]);
      const hash = manifest["a/b.txt"]!;
      assertEquals(
        new TextDecoder().decode(
          (await fetchFolder(files, manifest))["a/b.txt"],
        ),
        "text",
      );
      for (
        const path of [
          "../x",
          "a/../../x",
          "/etc/x",
          "a//x",
          "C:\\x",
          "",
          "a/./x",
        ]
      ) {
        await assertRejects(
          () => fetchFolder(files, { [path]: hash }),
          DinoDqnError,
          "no path in a run's folder",
        );
      }
      await set.store.putBlob({ name: `mine.${hash}` }, new Uint8Array([1]));
      await assertRejects(
        () => fetchFolder(files, manifest),
        DinoDqnError,
        "is not what was stored",
      );
      stop.abort();
      await working;
      await set.remove();
    })
  ));

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

/** What `nats.conf` needs beside itself: a certificate and two keys. */
async function prepare(folder: string) {
  await new Deno.Command("openssl", {
    args: [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
      ...["-keyout", "tls.key", "-out", "tls.crt", "-subj", "/CN=127.0.0.1"],
      ...["-addext", "subjectAltName=IP:127.0.0.1"],
    ],
    cwd: folder,
    stderr: "null",
  }).output();
  const { nkeys } = await import("@nats-io/transport-node");
  const key = async (name: string) => {
    const pair = nkeys.createUser();
    const file = join(folder, name);
    await Deno.writeFile(file, pair.getSeed());
    return { file, public: pair.getPublicKey() };
  };
  return {
    coordinator: await key("c.nk"),
    worker: await key("w.nk"),
    stranger: await key("s.nk"),
  };
}

Deno.test("deploy/nats.conf lets in by key, over TLS, and workers may neither queue nor order", () =>
  inFolder(async (folder) => {
    const keys = await prepare(folder);
    await using server = await NatsServer.start(["-c", CONF], {
      cwd: folder,
      env: {
        COORDINATOR_NKEY: keys.coordinator.public,
        WORKER_NKEY: keys.worker.public,
      },
    });
    const url = server.url.replace("nats:", "tls:");
    const open = async (key: { file: string }) => {
      Deno.env.set("DINO_NATS_KEY", key.file);
      Deno.env.set("DINO_NATS_CA", join(folder, "tls.crt"));
      try {
        return await openBus(url);
      } finally {
        Deno.env.delete("DINO_NATS_KEY");
        Deno.env.delete("DINO_NATS_CA");
      }
    };
    await assertRejects(() => open(keys.stranger), DinoDqnError, "refuses");
    await assertRejects(() => openBus(url), DinoDqnError, "must speak TLS");

    // The worker comes first, to an empty server.
    const [worker, coordinator] = [
      await open(keys.worker),
      await open(keys.coordinator),
    ];
    const stop = new AbortController();
    const working = work({
      ...{ bus: worker, worker: about("w"), execute: sleep, say: () => {} },
      signal: stop.signal,
    });
    const set = await openSet(coordinator);
    const states = await endOf(set, { a: 1 });
    assertEquals(states.get("a")?.state, "finished");
    assertEquals(states.get("a")?.machines, [MACHINE]);

    for (
      const forbidden of [
        () => worker.js.publish(`dino-work.${"0".repeat(16)}.s.j`, "{}"),
        () => worker.orders.put("s.j", "stop"),
        () => worker.jsm.streams.purge("dino-work"),
        () => worker.jsm.streams.delete("KV_dino-jobs"),
      ]
    ) {
      await assertRejects(forbidden, Error, "ermissions");
    }
    stop.abort();
    await working;
    await set.remove();
    for (const bus of [worker, coordinator]) await bus.nc.close();
  }));

Deno.test("a server that is not there, or cannot do it, is a sentence", () =>
  inFolder(async (folder) => {
    for (const url of ["http://x", "nats://user:word@x", "nats://x/path", ""]) {
      await assertRejects(() => openBus(url), UsageError, "a server's address");
    }
    const gone = await NatsServer.start(["-js", "-sd", folder]);
    await gone.kill();
    await assertRejects(
      () => openBus(gone.url),
      DinoDqnError,
      "does not answer: start one there, nats-server -js",
    );
    await using plain = await NatsServer.start([]);
    await assertRejects(() => openBus(plain.url), DinoDqnError, "no JetStream");
    await assertRejects(
      () => openBus(plain.url.replace("nats:", "tls:")),
      DinoDqnError,
      "must speak TLS",
    );
    const error = await assertRejects(() => {
      Deno.env.set("DINO_NATS_KEY", "/nowhere/key");
      return openBus(plain.url).finally(() => Deno.env.delete("DINO_NATS_KEY"));
    }, UsageError);
    assertStringIncludes(error.message, "/nowhere/key, which cannot be read");
  }));
