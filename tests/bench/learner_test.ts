import { assertEquals, assertGreater, assertRejects } from "@std/assert";
import { benchLearner } from "../../lib/bench/mod.ts";
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

/** Times a PyTorch of these packages. */
const withPeer = async (members: number, packages = "/nowhere") => {
  const { network, ...config } = await smallConfig();
  return await benchLearner({ ...config, network: { ...network, members } }, {
    ...{ batches: [2], updatesPerRun: [1], rounds: 1, repeat: 1 },
    peers: [{ name: "pytorch", packages }],
  });
};

Deno.test("benchLearner() refuses an ensemble beside peers, which have none", async () => {
  await assertRejects(
    () => withPeer(3),
    DinoDqnError,
    "network.members is 3: leave it at 1",
  );
});

Deno.test("benchLearner() says why Python could not run a peer", () =>
  inFolder(async (packages) => {
    const broken = 'raise ImportError("this build is broken")\n';
    await Deno.writeTextFile(`${packages}/numpy.py`, broken);
    await assertRejects(
      () => withPeer(1, packages),
      DinoDqnError,
      "The Python process of pytorch ended: ImportError: this build is broken",
    );
  }));
