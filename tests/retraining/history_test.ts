import { assertEquals } from "@std/assert";
import { join } from "node:path";
import {
  appendHistory,
  historyLine,
  parseHistory,
  readHistory,
} from "../../lib/retraining/history.ts";
import { inFolder } from "../folder.ts";
import { makeResult } from "./examples.ts";

const inFile = (use: (file: string) => Promise<void>) =>
  inFolder((folder) => use(join(folder, "history.csv")));

/** The history's nights, and what was said of its broken lines. */
async function nightsIn(file: string) {
  const said: string[] = [];
  const lines = await readHistory(file, (message) => said.push(message));
  return { nights: lines.map(({ night }) => night), said };
}

Deno.test("a night's line is read as it was written", () => {
  const [line] = parseHistory(historyLine(makeResult()), () => {});
  assertEquals(line, {
    night: 7,
    time: "2026-11-24T02:00:00.000Z",
    result: "kept",
    // A cell holds no comma.
    reason: "the challenger made 12 points more per game; which may be chance",
    ...{ champion: "night-3", championMean: 800 },
    ...{ championLow: 700, championHigh: 900 },
    ...{ challenger: "step-4000", challengerMean: 812 },
    ...{ challengerLow: 712, challengerHigh: 912 },
    ...{ difference: 12, differenceLow: -40, differenceHigh: 66 },
  });
});

Deno.test("a night that failed has a line of the same length, in one line", () => {
  const failed = makeResult({
    result: "failed",
    reason: 'it said:\n"no, never"',
    champion: null,
    challenger: null,
    difference: null,
    difference95: null,
    pageScript: null,
  });
  const text = historyLine(failed);
  assertEquals(
    text.split(",").length,
    historyLine(makeResult()).split(",").length,
  );
  const [line] = parseHistory(text, () => {});
  assertEquals(line?.reason, "it said: 'no; never'");
  assertEquals([line?.champion, line?.championMean, line?.difference], [
    ...[null, null, null],
  ]);
});

Deno.test("appendHistory() adds a line per night, and none twice", async () => {
  await inFile(async (file) => {
    for (const night of [1, 2, 2, 3]) {
      await appendHistory(file, makeResult({ night }));
    }
    assertEquals(await nightsIn(file), { nights: [1, 2, 3], said: [] });
    const [header] = (await Deno.readTextFile(file)).split("\n");
    assertEquals(
      header!.startsWith("night,time,result,reason,champion,"),
      true,
    );
  });
});

Deno.test("a broken line is said and left out; the file keeps it", async () => {
  await inFile(async (file) => {
    await appendHistory(file, makeResult({ night: 1 }));
    const broken = [
      "2,2026-11-24,kept",
      historyLine(makeResult({ night: 3 })).replace("3,", "three,"),
      historyLine(makeResult({ night: 4 })).replace("kept", "won"),
      historyLine(makeResult({ night: 5 })).replace("800.0", "8o0"),
    ];
    // The last line was not ended, as after a crash of another program.
    await Deno.writeTextFile(file, broken.join("\n"), { append: true });
    await appendHistory(file, makeResult({ night: 6 }));
    const { nights, said } = await nightsIn(file);
    assertEquals(nights, [1, 6]);
    assertEquals(
      said,
      [
        "history.csv, line 3 is left out: it has 3 values in place of 24",
        'history.csv, line 4 is left out: "three" is no night\'s number',
        'history.csv, line 5 is left out: "won" is no result',
        "history.csv, line 6 is left out: one of its figures is no number",
      ].map((text) =>
        text.replace("24", `${historyLine(makeResult()).split(",").length}`)
      ),
    );
    const text = await Deno.readTextFile(file);
    for (const line of broken) assertEquals(text.includes(line + "\n"), true);
  });
});
