import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { loadConfig } from "../../lib/config/mod.ts";
import { UsageError } from "../../lib/errors.ts";
import {
  pictureFormat,
  readStoredGame,
  type ShownGame,
  storedGame,
  writeShownGame,
} from "../../lib/recording/mod.ts";
import { inFolder } from "../folder.ts";
import { playedGame } from "../examples.ts";

const stored = storedGame(playedGame({}), await loadConfig(), 1000);
const shown = (...bytes: number[]): ShownGame => ({
  ...{ score: stored.score, end: stored.end, seconds: 4, stored },
  picture: Uint8Array.from(bytes),
});

Deno.test("writeShownGame() leaves what was shown before, and writes nothing twice", () =>
  inFolder(async (folder) => {
    const place = { name: "agent-seed-1", folder };
    const paths: string[] = [];
    for (const game of [shown(1), shown(2), shown(1), shown(2, 2), shown(2)]) {
      paths.push(await writeShownGame(game, place));
    }
    assertEquals(
      paths,
      ["", "-2", "", "-3", "-2"].map((n) =>
        join(folder, `agent-seed-1${n}.webp`)
      ),
    );
    const game = await readStoredGame(join(folder, "agent-seed-1-3.json"));
    assertEquals(game, stored);
  }));

Deno.test("writeShownGame() writes where it is told, a live game without its actions", () =>
  inFolder(async (folder) => {
    const path = join(folder, "new", "game.gif");
    assertEquals(
      await writeShownGame({ ...shown(1), stored: null }, { path }),
      path,
    );
    const names = await Array.fromAsync(Deno.readDir(join(folder, "new")));
    assertEquals(names.map(({ name }) => name), ["game.gif"]);
  }));

Deno.test("pictureFormat() goes by the ending, and leaves what is not ours", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const refused = (name: string, message: string) =>
      assertRejects(() => pictureFormat(at(name)), UsageError, message);
    assertEquals(await pictureFormat(at("a.webp")), "webp");
    assertEquals(await pictureFormat(at("a.gif")), "gif");
    for (const name of ["a.mp4", "a", "gif"]) {
      await refused(name, "a game's picture is a .webp or a .gif");
    }
    assertEquals(await pictureFormat(at("a.GIF")), "gif");
    await writeShownGame(shown(1), { path: at("a.gif") });
    assertEquals(await pictureFormat(at("a.gif")), "gif");
    await Deno.writeTextFile(at("a.json"), '{"mine": 1}');
    await refused("a.gif", "is there and is no stored game");
    await refused("a.json/b.gif", "Cannot write");
    await Deno.mkdir(at("b.gif"));
    await refused("b.gif", "it is a folder");
  }));
