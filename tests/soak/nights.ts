/**
 * Twenty-two nights in a row of `deno task retrain` as it is, each shrunk to about
 * a minute, with all that goes wrong on a machine that nobody watches. Takes
 * too long for the tests, and mounts a small disk in memory, so it needs root;
 * the clock is changed by libfaketime, if it is installed:
 *
 *     deno run -A tests/soak/nights.ts [FOLDER] [NIGHTS]
 *
 * The folder, by default a temporary one, keeps the history and its page.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { say } from "../../lib/cli/mod.ts";
import { readChampion } from "../../lib/retraining/champion.ts";
import {
  championFolderAt,
  type NightResult,
} from "../../lib/retraining/mod.ts";
import { folderBytes, namesIn } from "../../lib/files.ts";
import { NightProcess, prepareNights } from "./night_process.ts";
import { TROUBLES } from "./night_troubles.ts";

/** Bytes of the small disk. */
const DISK_BYTES = 200e6;
/** `retention.maxGb`, in bytes: a night does not fit twice. */
const MOST_BYTES = 90e6;
const NIGHTS = Number(Deno.args[1] ?? 22);

const place = Deno.args[0] ??
  await Deno.makeTempDir({ prefix: "dino-nights-" });
await using nights = await prepareNights(place, DISK_BYTES, MOST_BYTES);
const folder = championFolderAt(nights.champion);

/** The champion is read all the time, as by somebody who plays it. */
let watching = true;
let reads = 0;
let expectDamage = false;
const faults: string[] = [];
const watch = (async () => {
  while (watching) {
    if (!expectDamage) {
      await readChampion(folder).catch((error) => {
        // One that is damaged on purpose between two looks is no fault.
        if (watching && !expectDamage) faults.push(error.message);
      });
      reads++;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
})();

/** Mean scores of the champions on games that no night plays. */
const heldOut: { champion: string; mean: number }[] = [];

async function checkHeldOut(): Promise<void> {
  const champion = await readChampion(folder);
  if (!champion || champion.name === heldOut.at(-1)?.champion) return;
  const mean = await nights.heldOutMean();
  const before = heldOut.at(-1);
  say(`    held out: ${champion.name} has a mean of ${mean.toFixed(1)}`);
  heldOut.push({ champion: champion.name, mean });
  assert(
    before === undefined || mean >= before.mean,
    `the champion's held-out mean fell from ${before?.mean} to ${mean}`,
  );
}

/** The nights of `history.csv`; other lines are somebody's own. */
async function historyLines() {
  const text = await Deno.readTextFile(folder.history).catch(() => "");
  return text.split("\n").map((line) => line.split(","))
    .filter(([night]) => Number(night) > 0)
    .map(([night, , result]) => ({ night: Number(night), result }));
}

for (let night = 1; night <= NIGHTS; night++) {
  const trouble = TROUBLES[night] ?? { name: "an ordinary night" };
  say(`night ${night}: ${trouble.name}`);
  const before = await readChampion(folder).catch(() => null);
  expectDamage = true;
  await trouble.before?.(nights);
  expectDamage = trouble.damagesChampion ?? false;
  const process = new NightProcess(nights, night, trouble);
  await trouble.during?.(process, nights);
  const { code, output, said } = await process.ended;
  await trouble.after?.(nights);
  expectDamage = false;
  say(`    exit ${code}: ${output.trim() || said.trim().split("\n").at(-1)}`);

  const killed = code === 128 + 9;
  assertEquals(killed, trouble.killsNight ?? false);
  const ended = await historyLines();
  // The line of a night that was killed comes with the next one.
  assertEquals(
    ended.map((line) => line.night),
    Array.from({ length: killed ? night - 1 : night }, (_, i) => i + 1),
  );
  if (!killed) {
    assertEquals(output.trim().split("\n").length, 1, "one line on stdout");
    const { result }: NightResult = JSON.parse(output);
    assertEquals(
      code,
      { promoted: 0, kept: 3, failed: trouble.exit ?? 1 }[result],
    );
    assertEquals(ended.at(-1)?.result, result);
    if (trouble.expect) assertEquals(result, trouble.expect, said);
    trouble.check?.(JSON.parse(output));
  }
  const champion = await readChampion(folder);
  // The newest sound one before it plays the night, and may be beaten.
  if (trouble.damagesChampion) heldOut.pop();
  if (!killed && ended.at(-1)?.result === "promoted") {
    assertEquals(champion!.info.night, night);
  } else if (trouble.damagesChampion) {
    assertEquals(champion!.name, heldOut.at(-1)?.champion);
  } else {
    assertEquals(champion?.info.night, before?.info.night);
  }
  const beat = JSON.parse(await Deno.readTextFile(folder.heartbeat));
  assertEquals(beat.state, killed ? "running" : ended.at(-1)?.result);
  const runs = (await namesIn(folder.runs)).map((name) =>
    join(folder.runs, name)
  );
  const bytes = [folder.path, ...runs].map(folderBytes)
    .reduce((sum, each) => sum + each);
  say(`    champion ${champion?.name}, ${(bytes / 1e6).toFixed(1)} MB`);
  assert(bytes <= MOST_BYTES, `${bytes} bytes are on the disk`);
  assertEquals(faults, []);
  await checkHeldOut();
}

watching = false;
await watch;
const unfinished = (await Promise.all(
  [folder.path, folder.agents, folder.nights, nights.checkpoints].map(namesIn),
)).flat().filter((name) => /\.(partial|removed|replaced)/.test(name));
assertEquals(unfinished, []);
assertEquals(await nights.leftOver(), []);
say(`${NIGHTS} nights; the champion was read ${reads} times, always whole`);
await nights.keepRecords(place);
say(`History: ${join(place, "history.csv")}, ${join(place, "index.html")}`);
