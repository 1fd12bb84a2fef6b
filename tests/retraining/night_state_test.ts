import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { parseHistory } from "../../lib/retraining/history.ts";
import { historyLine } from "../../lib/retraining/history.ts";
import {
  nextNight,
  readNightState,
  writeNightState,
} from "../../lib/retraining/night_state.ts";
import { inChampionFolder, makeResult } from "./examples.ts";

Deno.test("nextNight() is above every trace of a night", async () => {
  await inChampionFolder(async (folder) => {
    assertEquals(await nextNight(folder, []), 1);
    const history = [3, 1].flatMap((night) =>
      parseHistory(historyLine(makeResult({ night })), () => {})
    );
    assertEquals(await nextNight(folder, history), 4);
    const state = { night: 5, time: "", done: true, result: null };
    await writeNightState(folder, state);
    assertEquals(await nextNight(folder, history), 6);
    await Deno.mkdir(join(folder.agents, "night-7-page-3ffb0000"), {
      recursive: true,
    });
    assertEquals(await nextNight(folder, history), 8);
    await Deno.mkdir(join(folder.nights, "night-12"), { recursive: true });
    // The history alone may be lost: no night's seeds come back.
    assertEquals(await nextNight(folder, []), 13);
  });
});

Deno.test("readNightState() takes a broken state.json as none", async () => {
  await inChampionFolder(async (folder) => {
    const state = {
      night: 5,
      time: "2026-11-24T02:00:00.000Z",
      done: false,
      result: makeResult(),
    };
    await writeNightState(folder, state);
    assertEquals(await readNightState(folder), state);
    for (const text of ["", "null", '{"night": "5"}', '{"night":']) {
      await Deno.writeTextFile(folder.state, text);
      assertEquals(await readNightState(folder), null);
    }
  });
});
