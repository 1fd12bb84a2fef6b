import { assert, assertEquals, assertRejects } from "@std/assert";
import { PARKED } from "../../lib/constants.ts";
import {
  type Decision,
  type VectorEnv,
  withReward,
} from "../../lib/env/mod.ts";
import { ConfigError } from "../../lib/errors.ts";
import { ROOT } from "../../lib/files.ts";
import * as library from "../../lib/library/mod.ts";

Deno.test("deno doc --lint finds nothing in the library, and every entry is there", async () => {
  const { exports } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const args = ["doc", "--lint", ...Object.values<string>(exports)];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    ...{ args, cwd: ROOT },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  assertEquals(Object.keys(library).sort(), [
    ...["ACTIONS", "PARKED", "Random", "ReplayMemory", "episodesFrom"],
    ...["evaluate", "greedy", "greedyPolicy", "loadAgent", "openGames"],
    ...["openLearner", "randomPolicy", "summarizeScores", "trainAgent"],
  ]);
});

Deno.test("what a config may not hold is said by its name, before Chrome starts", async () => {
  for (
    const [open, words] of [
      [() => library.openGames({ frameSkip: 0 }), "game.frameSkip"],
      [
        () => library.openGames({ config: { env: { crpo: 1 } } }),
        "unknown key env.crpo",
      ],
      [() => library.openGames({ config: "nowhere.yaml" }), "nowhere.yaml"],
      [
        () => library.trainAgent({ config: { training: { steps: "a" } } }),
        "training.steps",
      ],
      [
        () =>
          library.openLearner({
            actions: 2,
            config: { learner: { batchSize: 0 } },
          }),
        "learner.batchSize",
      ],
    ] as const
  ) await assertRejects(open, ConfigError, words);
});

Deno.test("withReward() rewards each decision in its own episode and sums them", async () => {
  const info = { score: 0, frames: 0, speed: 6 };
  const steps = [
    [{ ...info, score: 1 }, { ...info, score: 4 }],
    [{ ...info, episode: { end: "crash", score: 9, speed: 7 } }, info],
    [info, info],
  ];
  const env = {
    ...{ numEnvs: 2, numActions: 2 },
    step: () => Promise.resolve({ infos: steps.shift() }),
  } as unknown as VectorEnv;
  const seen: Decision[] = [];
  const rewarded = withReward(env, (decision) => {
    seen.push(decision);
    return decision.score;
  });
  const actions = Uint8Array.of(1, 0);
  assertEquals([...(await rewarded.step(actions)).rewards], [1, 4]);
  const { rewards, infos } = await rewarded.step(actions);
  assertEquals([...rewards], [9, 0]);
  assertEquals(infos[0]?.episode?.return, 10);
  assertEquals(seen[2], { action: 1, score: 9, speed: 7, end: "crash" });
  const { rewards: parked } = await rewarded.step(Uint8Array.of(PARKED, 0));
  assertEquals([parked[0], seen.length], [0, 5]);
});
