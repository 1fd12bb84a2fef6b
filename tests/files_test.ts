import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DinoDqnError } from "../lib/errors.ts";
import { readPart, readText, withHome } from "../lib/files.ts";
import { championFolderAt, readNights } from "../lib/retraining/mod.ts";
import { readStoredGame } from "../lib/recording/mod.ts";
import { listRuns, readReport } from "../lib/runs/mod.ts";
import { inFolder } from "./folder.ts";
import { setVariables } from "./variables.ts";

/** A pipe that nobody writes to: who opens it waits for ever. */
async function pipe(path: string): Promise<string> {
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await new Deno.Command("mkfifo", { args: [path] }).output();
  return path;
}

Deno.test("a pipe in the place of a file is told, and not waited for", () =>
  inFolder(async (folder) => {
    const path = await pipe(join(folder, "report.json"));
    for (
      const read of [
        () => readText(path),
        () => readPart(path, 0, 10),
        () => readReport(folder),
        () => readStoredGame(path),
      ]
    ) {
      await assertRejects(read, DinoDqnError, `${path} is not a file`);
    }
    const told: string[] = [];
    const tell = (line: string) => void told.push(line);
    const run = join(folder, "runs/a");
    await pipe(join(run, "lock"));
    await Deno.writeTextFile(
      join(run, "run.json"),
      `{"name":"a","seed":1,"starts":[]}`,
    );
    await Deno.writeTextFile(join(run, "config.yaml"), "");
    assertEquals(await listRuns(join(folder, "runs"), tell), []);
    const champion = championFolderAt(join(folder, "champion"));
    await pipe(join(champion.nights, "night-1/report.json"));
    assertEquals(await readNights(champion, tell), []);
    assertEquals(told, [
      `the run a is passed over: ${join(run, "lock")} is not a file`,
      `${champion.nights}/night-1/report.json is no record of a night; it is ` +
      "left out",
    ]);
  }));

Deno.test("withHome() takes a ~ at the beginning of a path for the home, wherever it is given", () => {
  using _home = setVariables({ HOME: "/home/me" });
  assertEquals(
    ["~/x", "~", "--out=~/x", "--out=~", "~me/x", "a~/x", "x=~/y", ""]
      .map(withHome),
    [
      ...["/home/me/x", "/home/me", "--out=/home/me/x", "--out=/home/me"],
      ...["~me/x", "a~/x", "x=~/y", ""],
    ],
  );
});
