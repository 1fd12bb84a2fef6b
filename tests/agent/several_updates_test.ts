/** `learner.updatesPerRun` updates in one run equal as many single ones. */
import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { ReplayMemory } from "../../lib/agent/mod.ts";
import type { LearnerConfig } from "../../lib/config/mod.ts";
import { FRAME_BYTES } from "../../lib/constants.ts";
import { Random } from "../../lib/random.ts";
import {
  fillBatch,
  LEARNER,
  learnerOf,
  networkOf,
  type Shape,
  smallNetwork,
} from "./fixtures.ts";

const OPTIONS: [string, Partial<LearnerConfig>, Shape?][] = [
  ["double DQN, target copies within a run", {
    doubleQ: true,
    targetUpdate: { every: 4 },
  }],
  ["single DQN, averaged weights", { averageRate: 0.05 }],
  ["a teacher", { teacher: "x" }],
  ["dueling members, each clipped, and soft target updates", {
    doubleQ: true,
    loss: "mse",
    gradientClipNorm: 0.5,
    targetUpdate: { tau: 0.02 },
    averageRate: 0.01,
  }, { dueling: true, members: 2 }],
];

for (const [what, options, shape] of OPTIONS) {
  for (const engine of ["graph", "eager"] as const) {
    Deno.test(`${engine}: three and six updates in one run equal single ones bit for bit, also resumed: ${what}`, async () => {
      const network = smallNetwork(shape);
      const config = { ...LEARNER, ...options, engine };
      using single = await learnerOf(network, config);
      using three = await learnerOf(network, { ...config, updatesPerRun: 3 });
      using six = await learnerOf(network, { ...config, updatesPerRun: 6 });
      const [random, same] = [new Random(1), new Random(1)];
      const rates = [1e-3, 5e-4, 2e-4];
      for (const [run, rate] of rates.entries()) {
        const several = run === 2 ? six : three;
        if (several === six) await six.setState(await three.getState());
        const expected = [];
        for (const batch of several.batches) {
          fillBatch(batch, network.actions, random);
          fillBatch(single.batch, network.actions, same);
          expected.push(await single.update(rate));
        }
        assertEquals(await several.updateAll(rate), expected);
        assertEquals(await several.getState(), await single.getState());
      }
      fillBatch(six.batch, network.actions, random);
      fillBatch(single.batch, network.actions, same);
      assertEquals(await six.update(1e-3), await single.update(1e-3));
      assertEquals(await six.getState(), await single.getState());
    });
  }
}

Deno.test("Several updates in one run leave the same weights and priorities of the tutorial's network as single ones on batches drawn before them", async () => {
  const network = networkOf("tutorial");
  const config = { ...LEARNER, doubleQ: true, updatesPerRun: 4 };
  const memories = [1, 2].map(() => {
    const random = new Random(3);
    const memory = new ReplayMemory({
      ...{ capacity: 300, environments: 2, discount: 0.97, nStep: 3 },
      prioritized: { alpha: 0.6 },
    });
    for (let i = 0; i < 300; i++) {
      memory.add(i % 2, {
        frame: new Uint8Array(FRAME_BYTES).map(() =>
          random.integer(8) === 0 ? 172 : 0
        ),
        ...{ action: random.integer(2), reward: random.normal() },
        ...{ terminated: i % 17 === 0, truncated: false },
      });
    }
    return memory;
  });
  using single = await learnerOf(network, { ...config, updatesPerRun: 1 });
  using several = await learnerOf(network, config);
  const [random, same] = [new Random(1), new Random(1)];
  for (let run = 0; run < 2; run++) {
    const drawn = several.batches.map((batch) =>
      memories[0]!.sample(batch, random, 0.5).slice()
    );
    const results = await several.updateAll(1e-3);
    results.forEach(({ tdErrors }, k) =>
      memories[0]!.updatePriorities(drawn[k]!, tdErrors)
    );
    // The same batches again, one after the other.
    const later: (() => void)[] = [];
    for (let k = 0; k < drawn.length; k++) {
      const indices = memories[1]!.sample(single.batch, same, 0.5).slice();
      const { tdErrors } = await single.update(1e-3);
      later.push(() => memories[1]!.updatePriorities(indices, tdErrors));
    }
    for (const update of later) update();
  }
  assertEquals(await several.getState(), await single.getState());
  assertEquals(memories[0]!.chunks(), memories[1]!.chunks());
});

Deno.test("Several updates in one run are those of single ones where XLA compiles them as one program", async () => {
  const script = new URL("compiled_updates.ts", import.meta.url);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", fileURLToPath(script)],
    env: {
      TF_XLA_FLAGS: "--tf_xla_cpu_global_jit --tf_xla_auto_jit=2",
      TF_CPP_MIN_LOG_LEVEL: "0",
    },
  }).output();
  const said = new TextDecoder().decode(stderr);
  assertMatch(said, /Compiled cluster using XLA/);
  const { updates, distance } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(updates, [9, 9]);
  assertLess(distance, 1e-5);
});
