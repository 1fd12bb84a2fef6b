import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { namesIn } from "../../lib/files.ts";
import { readStatus } from "../../lib/retraining/mod.ts";
import { damage, inNights } from "./pretend.ts";

Deno.test("a champion that is damaged is replaced by the newest sound one before it", () =>
  inNights(async ({ folder, night }) => {
    for (let i = 0; i < 3; i++) await night();
    assertEquals(await Deno.readLink(folder.current), "agents/night-3");
    for (const name of ["night-2", "night-3"]) {
      await damage(join(folder.agents, name, "weights.bin"));
    }
    const { result, champion, warnings } = await night({ challenger: 0 });
    assertEquals([result, champion?.name], ["kept", "night-1"]);
    assertMatch(
      warnings.join(),
      /^the champion, night-3, cannot be used: .*weights.bin is not what was written.*; night-1, the newest sound one before it, is champion again$/,
    );
    assertEquals(await Deno.readLink(folder.current), "agents/night-1");
    // All that was there is there, to be looked at.
    assertEquals((await namesIn(folder.agents)).length, 3);

    await Deno.remove(join(folder.agents, "night-1"), { recursive: true });
    const { result: failed, reason } = await night();
    assertEquals(failed, "failed");
    assertMatch(
      reason,
      /^The champion cannot be used: .*; put its files back, .*\(there is night-2, night-3\)/,
    );
    assertEquals(await Deno.readLink(folder.current), "agents/night-1");
  }));

Deno.test("the champion stays where something stands in its successor's way", () =>
  inNights(async ({ folder, night }) => {
    await Deno.mkdir(folder.current, { recursive: true });
    const { result, reason } = await night();
    assertEquals(result, "failed");
    assertMatch(reason, /current/);
    assertEquals((await Deno.lstat(folder.current)).isDirectory, true);
  }));

Deno.test("who reads the champion while it is replaced finds a whole one", () =>
  inNights(async ({ folder, night }) => {
    await night();
    let over = false;
    const faults: string[] = [];
    const reading = (async () => {
      while (!over) faults.push(...(await readStatus(folder)).problems);
    })();
    for (let i = 0; i < 5; i++) {
      assertEquals((await night()).result, "promoted");
    }
    over = true;
    await reading;
    assertEquals(faults, []);
  }));

Deno.test("a champion's figures are of games after its promotion, or say that they chose it", () =>
  inNights(async ({ folder, night, json, text }) => {
    const figures = async () => (await readStatus(folder)).champion!.figures;
    await night({ challenger: 50 });
    const first = await figures();
    assertEquals([first.mean, first.night, first.chose], [50.9, 1, false]);
    await night({ champion: 50, challenger: 300 });
    const lucky = await figures();
    assertEquals([lucky.mean, lucky.night, lucky.chose], [300.9, 2, false]);
    assertEquals([lucky.firstSeed, lucky.seedPurpose], [1_002_010, "test"]);
    await night({ champion: 210, challenger: 100 });
    const later = await figures();
    assertEquals([later.mean, later.night, later.chose], [210.9, 3, false]);
    assertEquals([later.firstSeed, later.episodes, later.cap], [
      ...[1_003_000, 10, 20_000],
    ]);
    const { figures: own } = await json("current/champion.json");
    assertEquals((own as { mean: number }).mean, 300.9);

    for (const night of ["night-1", "night-2"]) {
      const card = await text(`agents/${night}/card.md`);
      assertStringIncludes(card, "from which nothing was learned or chosen");
      // The challenger trains on, and forgets this checkpoint.
      assertStringIncludes(card, `deno task eval ${folder.agents}/${night} `);
    }
    const flattered = "which chose this agent, and so flatter it";
    const page = await text("nights/night-2/challenger/index.html");
    assertStringIncludes(page, flattered);
    const { champion, challenger } =
      (await json("nights/night-2/report.json")) as Record<
        string,
        { seedPurpose: string }
      >;
    assertEquals([champion!.seedPurpose, challenger!.seedPurpose], [
      ...["test", "selection"],
    ]);

    // It has won, though it cannot play the games that would be its own.
    const night4 = await night({
      ...{ champion: 100, challenger: 400 },
      failing: (out) => out.endsWith("crowned"),
    });
    assertEquals(night4.result, "promoted");
    assertStringIncludes(
      night4.warnings.join(),
      "figures are of the games that chose it, for it could not play others: " +
        "Chrome is gone",
    );
    const unlucky = await figures();
    assertEquals([unlucky.night, unlucky.chose, unlucky.seedPurpose], [
      ...[4, true, "selection"],
    ]);
    assertStringIncludes(await text("agents/night-4/card.md"), flattered);
  }));
