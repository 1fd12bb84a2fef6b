import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  fetchFolder,
  openBus,
  storeFolder,
  work,
} from "../../lib/cluster/mod.ts";
import { DinoDqnError, UsageError } from "../../lib/errors.ts";
import { inFolder } from "../folder.ts";
import { setVariables } from "../variables.ts";
import {
  endOf,
  NatsServer,
  never,
  openSet,
  sleepJob,
  withServer,
} from "./nats.ts";
import { about, MACHINE, sleep } from "./sleeper.ts";

const CONF = fileURLToPath(new URL("../../deploy/nats.conf", import.meta.url));

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
      using _keys = setVariables({
        DINO_NATS_KEY: key.file,
        DINO_NATS_CA: join(folder, "tls.crt"),
      });
      return await openBus(url);
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
    using _key = setVariables({ DINO_NATS_KEY: "/nowhere/key" });
    const error = await assertRejects(() => openBus(plain.url), UsageError);
    assertStringIncludes(error.message, "/nowhere/key, which cannot be read");
  }));
