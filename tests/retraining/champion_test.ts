import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { CheckpointError, UsageError } from "../../lib/errors.ts";
import {
  crown,
  readChampion,
  updateChampion,
  writeCandidate,
} from "../../lib/retraining/champion.ts";
import { namesIn } from "../../lib/files.ts";
import { findAgent } from "../../lib/agents/mod.ts";
import { AGENT_FILES, inChampionFolder, makeInfo } from "./examples.ts";

Deno.test("a candidate is no champion until it is crowned", async () => {
  await inChampionFolder(async (folder) => {
    assertEquals(await readChampion(folder), null);
    await writeCandidate(folder, "night-3", AGENT_FILES, makeInfo());
    assertEquals(await readChampion(folder), null);
    await crown(folder, "night-3");
    const champion = await readChampion(folder);
    assertEquals([champion?.name, champion?.info], ["night-3", makeInfo()]);

    const next = makeInfo({ night: 4 });
    await writeCandidate(folder, "night-4", AGENT_FILES, next);
    assertEquals((await readChampion(folder))?.name, "night-3");
    await crown(folder, "night-4");
    assertEquals((await readChampion(folder))?.info, next);
    assertEquals(await namesIn(folder.agents), ["night-3", "night-4"]);
    // The link is a relative one: the folder may be moved.
    assertEquals(await Deno.readLink(folder.current), "agents/night-4");
  });
});

Deno.test("who reads the champion while it is replaced finds a whole one", async () => {
  await inChampionFolder(async (folder) => {
    for (const night of [1, 2]) {
      await writeCandidate(
        folder,
        `night-${night}`,
        { ...AGENT_FILES, "weights.bin": new Uint8Array(200_000).fill(night) },
        makeInfo({ night }),
      );
    }
    await crown(folder, "night-1");
    let over = false;
    const replace = async () => {
      for (let i = 0; i < 200; i++) await crown(folder, `night-${1 + i % 2}`);
      over = true;
    };
    const seen = new Set<number>();
    const read = async () => {
      while (!over) seen.add((await readChampion(folder))!.info.night);
    };
    await Promise.all([replace(), read()]);
    assertEquals([...seen].every((night) => night === 1 || night === 2), true);
  });
});

Deno.test("readChampion() says what to do about a damaged one", async () => {
  await inChampionFolder(async (folder) => {
    await writeCandidate(folder, "night-2", AGENT_FILES, makeInfo());
    await writeCandidate(folder, "night-3", AGENT_FILES, makeInfo());
    await crown(folder, "night-3");
    const refused = (why: string) =>
      assertRejects(() => readChampion(folder), CheckpointError, why);

    const weights = join(folder.agents, "night-3", "weights.bin");
    await Deno.writeFile(weights, new Uint8Array([1, 2, 3, 5]));
    const error = await refused("weights.bin is not what was written");
    assertEquals(error.message.includes("(there is night-2, night-3)"), true);
    // So does every command that would play it.
    await assertRejects(
      () => findAgent("champion", { champion: folder.path }),
      UsageError,
      "weights.bin is not what was written",
    );
    await Deno.remove(weights);
    await refused("weights.bin cannot be read");
    await Deno.remove(join(folder.agents, "night-3"), { recursive: true });
    await refused("The champion cannot be used");
    await crown(folder, "night-2");
    assertEquals((await readChampion(folder))?.name, "night-2");
  });
});

Deno.test("crown() leaves the champion where something stands in its way", async () => {
  await inChampionFolder(async (folder) => {
    await Deno.mkdir(folder.current);
    await writeCandidate(folder, "night-3", AGENT_FILES, makeInfo());
    await assertRejects(
      () => crown(folder, "night-3"),
      CheckpointError,
      "It must be a link or absent",
    );
    assertEquals(await namesIn(folder.path), ["agents", "current"]);
  });
});

Deno.test("updateChampion() stores new figures, and the same files", async () => {
  await inChampionFolder(async (folder) => {
    await writeCandidate(folder, "night-3", AGENT_FILES, makeInfo());
    await crown(folder, "night-3");
    for (const pageScript of ["aaaaaaaaa", "bbbbbbbbb"]) {
      const info = makeInfo({ pageScript });
      await updateChampion(folder, (await readChampion(folder))!, info);
      assertEquals((await readChampion(folder))?.info, info);
    }
    assertEquals(await namesIn(folder.agents), [
      ...["night-3", "night-3-page-aaaaaaaa", "night-3-page-bbbbbbbb"],
    ]);
    assertEquals(
      await Deno.readFile(join(folder.current, "weights.bin")),
      AGENT_FILES["weights.bin"],
    );
  });
});

Deno.test("findAgent() says that there is no champion yet", async () => {
  await inChampionFolder(async ({ path }) => {
    await assertRejects(
      () => findAgent("champion", { champion: path }),
      UsageError,
      `There is no champion in ${path}`,
    );
  });
});
