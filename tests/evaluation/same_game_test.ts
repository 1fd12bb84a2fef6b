import { assertEquals } from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import {
  decidesGame,
  gameDifferences,
  gameSetting,
  gameText,
  unlikePublished,
} from "../../lib/evaluation/mod.ts";

const setting = async (...sets: string[]) =>
  gameSetting(await loadConfig(undefined, sets));
const standard = await setting();

Deno.test("gameDifferences() tells what makes another game from what an agent does in it", async () => {
  const keysOf = async (set: string) => {
    const { game, player } = gameDifferences(standard, await setting(set));
    return [game, player].map((all) => all.map(({ key }) => key));
  };
  for (
    const [key, value] of Object.entries({
      ...{ "game.speed": 8, "game.birds": false, "game.clouds": false },
      ...{ "game.night": false },
    })
  ) assertEquals(await keysOf(`${key}=${value}`), [[key], []]);
  for (
    const [key, value] of Object.entries({
      ...{ "game.frameSkip": 2, "env.observation": "screenshot" },
      "env.crop.width": 300,
    })
  ) assertEquals(await keysOf(`${key}=${value}`), [[], [key]]);
  assertEquals(
    gameDifferences(standard, {
      ...standard,
      env: { ...standard.env, clock: "live" },
    })
      .game.map(({ key }) => key),
    ["env.clock"],
  );
  assertEquals(await keysOf("learner.nStep=1"), [[], []]);
});

Deno.test("gameSetting() names the pictures that are seen in real time", async () => {
  const live = async (observation: string) => {
    const sets = ["env.clock=live", "env.instances=1"];
    const asked = `env.observation=${observation}`;
    return (await setting(...sets, asked)).env.observation;
  };
  assertEquals(await live("page"), "canvas");
  assertEquals(await live("canvas"), "canvas");
  assertEquals(await live("screenshot"), "screenshot");
  assertEquals(standard.env.observation, "page");
});

Deno.test("decidesGame() knows keys and the groups that hold them", () => {
  assertEquals(
    ["game", "game.speed", "env", "env.clock"].map(decidesGame),
    [true, true, true, true],
  );
  assertEquals(
    ["game.actions", "game.frameSkip", "env.crop", "learner", "gam"]
      .map(decidesGame),
    [false, false, false, false, false],
  );
});

Deno.test("a game is told with what it lacks, and beside published ones with what differs", async () => {
  const bare = await setting("game.speed=12", "game.night=false");
  assertEquals(
    [standard, bare, await setting("game.speed=accelerating")]
      .map(({ game }) => gameText(game)),
    [
      "the game at the constant speed 6",
      "the game at the constant speed 12, without night",
      "the accelerating game",
    ],
  );
  assertEquals(unlikePublished(standard), []);
  assertEquals(unlikePublished(bare).map(({ key }) => key), [
    ...["game.speed", "game.night"],
  ]);
});
