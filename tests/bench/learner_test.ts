import {
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { resolveNetwork } from "../../lib/agent/mod.ts";
import { benchLearner } from "../../lib/bench/learner.ts";
import { Peer } from "../../lib/bench/peers.ts";
import { type Config, loadConfig } from "../../lib/config/mod.ts";
import { DinoDqnError } from "../../lib/errors.ts";
import { inFolder } from "../folder.ts";

async function smallConfig(): Promise<Config> {
  const config = await loadConfig(undefined, ["learner.device=cpu"]);
  const layers = [{ type: "dense" as const, units: 4 }];
  return { ...config, network: { layers, dueling: false, members: 1 } };
}

Deno.test("benchLearner() times both engines at every batch size", async () => {
  const document = await benchLearner(await smallConfig(), {
    batches: [2, 3],
    updatesPerRun: [1, 4],
    rounds: 1,
    repeat: 2,
    peers: [],
  });
  assertEquals(
    document.results.map((result) => Object.values(result).slice(0, 3)),
    [
      ["graph", 2, 1],
      ["graph", 2, 4],
      ["eager", 2, 1],
      ["graph", 3, 1],
      ["eager", 3, 1],
    ],
  );
  for (const { updateMs, actMs } of document.results) {
    assertGreater(updateMs, 0);
    assertGreater(actMs, 0);
  }
  assertEquals(document.sampling.map(({ batch }) => batch), [2, 3]);
  assertEquals(document.device, "CPU");
  assertEquals(document.versions, {});
});

Deno.test("Peer.start() refuses an ensemble, which the peers have not", async () => {
  const config = await smallConfig();
  const network = resolveNetwork({ ...config.network, members: 3 }, 2);
  const error = await assertRejects(
    () => Peer.start({ name: "pytorch" }, network, config, false),
    DinoDqnError,
  );
  assertStringIncludes(error.message, "network.members is 3: leave it at 1");
});

Deno.test("Peer.start() says why Python could not run a peer", () =>
  inFolder(async (packages) => {
    const broken = 'raise ImportError("this build is broken")\n';
    await Deno.writeTextFile(`${packages}/numpy.py`, broken);
    const config = await smallConfig();
    const network = resolveNetwork(config.network, 2);
    const python = { name: "pytorch" as const, packages };
    const error = await assertRejects(
      () => Peer.start(python, network, config, false),
      DinoDqnError,
    );
    assertStringIncludes(
      error.message,
      "The Python process of pytorch ended: ImportError: this build is broken",
    );
  }));
