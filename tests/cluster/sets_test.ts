import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import {
  type Execute,
  fetchBytes,
  fetchFolder,
  JobSet,
  listWorkers,
  storeBytes,
  trainElsewhere,
  work,
} from "../../lib/cluster/mod.ts";
import { loadConfig } from "../../lib/config/mod.ts";
import { DinoDqnError } from "../../lib/errors.ts";
import { createRun } from "../../lib/runs/mod.ts";
import { runSweep } from "../../lib/sweep/mod.ts";
import { watchWorkers } from "../../lib/watch/mod.ts";
import { inFolder } from "../folder.ts";
import { curve, makePlan, nSteps } from "../sweep/fixtures.ts";
import { endOf, never, sleepJob, until, withServer } from "./nats.ts";
import { about, MACHINE, sleep } from "./sleeper.ts";

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

Deno.test("work goes to the machines with most slots; with mixed to all, whatever they compute", () =>
  withServer(async (_, bus) => {
    const stop = new AbortController();
    const other = { ...MACHINE, numerics: "0123" };
    const working = [about("small"), { ...about("large", 2), machine: other }]
      .map((worker) =>
        work({
          bus,
          worker,
          execute: sleep,
          signal: stop.signal,
          say: () => {},
        })
      );
    while ((await listWorkers(bus)).length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const shown = watchWorkers(bus, stop.signal);
    while (!shown().tables) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { tables } = shown();
    assertEquals(tables?.[0]?.rows.map((row) => [row[0], row.at(-1)]), [
      ["large", "-"],
      ["small", "another numerics (def, not 0123)"],
    ]);
    for (const mixed of [false, true]) {
      const said: string[] = [];
      const set = (await JobSet.open(bus, {
        ...{ name: "kinds", meaning: mixed, mixed, signal: never },
        say: (line) => said.push(line),
      }))!;
      const stopping = new AbortController();
      const ids = mixed ? ["a", "b", "c"] : ["a", "b"];
      const owners = new Set<string>();
      for (const id of ids) await set.queue(sleepJob(set.name, id, 1e6));
      for (const id of ids) {
        await until(set, id, ({ state, worker, machines }) => {
          owners.add(worker);
          assertEquals(machines, [worker === "large" ? other : MACHINE]);
          return state === "running";
        });
      }
      assertEquals([...owners].sort(), mixed ? ["large", "small"] : ["large"]);
      assertEquals(
        said.at(-1),
        [
          "note: small gets none of it: another numerics (def, not 0123)",
          "2 workers, 3 slots",
        ][Number(mixed)],
      );
      stopping.abort();
      await Promise.all(
        ids.map((id) => set.ended(id, () => {}, stopping.signal)),
      );
      await set.remove();
    }
    stop.abort();
    await Promise.all(working);
  }));

Deno.test("a setting below the median is given up by an order, wherever it is trained", () =>
  withServer((_, bus) =>
    inFolder(async (root) => {
      const plan = makePlan({
        ...{ settings: nSteps(1, 2, 3), seeds: [1] },
        stopping: { rule: "median", after: 1, others: 2 },
      });
      const signal = new AbortController();
      let told = 0;
      const others = Promise.withResolvers<void>();
      const execute: Execute = async (job, { claim, signal }) => {
        const { learner } = job.config as { learner: { nStep: number } };
        if (learner.nStep === 3) await others.promise;
        const mean = learner.nStep === 3 ? 10 : 100;
        await claim.write({ evaluations: curve(mean), steps: 1000 });
        if (learner.nStep < 3) {
          if (++told === 2) others.resolve();
          return { state: "failed", reason: "it is no real training" };
        }
        await new Promise<void>((resolve) =>
          signal.addEventListener("abort", () => resolve())
        );
        return {};
      };
      const working = work({
        ...{ bus, worker: about("w", 3), execute, signal: signal.signal },
        say: () => {},
      });
      const { settings } = await runSweep({
        ...{ plan, root, signal: never, children: new Set(), say: () => {} },
        elsewhere: {
          detach: false,
          open: () =>
            JobSet.open(bus, {
              ...{ name: "steps", mixed: false, signal: never, say: () => {} },
            }),
        },
      });
      assertEquals(settings.map(({ state }) => state), [
        ...["failed", "failed", "stopped"],
      ]);
      assertEquals(
        settings[2]!.trials[0]!.reason,
        "at step 1,000 its best was 10, below the others' median of 100",
      );
      signal.abort();
      await working;
    })
  ));

Deno.test("a run that a worker has trained comes home; one that failed is told, and nothing stays", () =>
  withServer((_, bus) =>
    inFolder(async (root) => {
      const stop = new AbortController();
      let reason = "";
      const execute: Execute = async (job, { files }) => {
        assert(job.kind === "training" && job.bestAfter === 5);
        const sent = await fetchFolder(files, job.files);
        assertEquals(Object.keys(sent).sort(), ["config.yaml", "run.json"]);
        const hash = await storeBytes(files, new TextEncoder().encode("new"));
        return {
          ...{ state: reason ? "failed" : "finished", reason },
          files: { ...job.files, "checkpoints/step-9/model.json": hash },
        };
      };
      const working = work({
        ...{ bus, worker: about("w"), execute, signal: stop.signal },
        say: () => {},
      });
      const config = await loadConfig();
      const how = { bestAfter: 5, signal: never, say: () => {} };
      const runAt = (name: string) =>
        createRun({ ...{ config, name, root, configName: "x" } });
      const run = await runAt("mine");
      await trainElsewhere(bus, run, how);
      const file = join(run.checkpoints, "step-9", "model.json");
      assertEquals(await Deno.readTextFile(file), "new");
      reason = "it has no Chrome";
      const error = await assertRejects(
        async () => await trainElsewhere(bus, await runAt("other"), how),
        DinoDqnError,
      );
      assertStringIncludes(error.message, "other: it has no Chrome");
      for (const stream of ["dino-work", "KV_dino-jobs"]) {
        const { state } = await bus.jsm.streams.info(stream);
        assertEquals(state.messages, 0);
      }
      stop.abort();
      await working;
    })
  ));
