import { assertEquals, assertRejects } from "@std/assert";
import { loadConfig } from "../../lib/config/mod.ts";
import { UsageError } from "../../lib/errors.ts";
import { readStoredGame, storedGame } from "../../lib/recording/mod.ts";
import { playedGame } from "../examples.ts";

Deno.test("readStoredGame() reads what storedGame() made, and nothing else", async () => {
  const file = await Deno.makeTempFile();
  try {
    const game = storedGame(playedGame({}), await loadConfig(), 1000);
    await Deno.writeTextFile(file, JSON.stringify(game));
    assertEquals(await readStoredGame(file), game);
    for (
      const [content, message] of [
        ["{", "Cannot read the stored game"],
        ["{}", "is not a stored game: seed"],
        [JSON.stringify({ ...game, actions: "0x" }), "actions"],
        [JSON.stringify({ ...game, game: {} }), "game."],
      ] as const
    ) {
      await Deno.writeTextFile(file, content);
      await assertRejects(() => readStoredGame(file), UsageError, message);
    }
  } finally {
    await Deno.remove(file);
  }
  await assertRejects(() => readStoredGame(file), UsageError, "Cannot read");
});
