import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { DinoDqnError, UsageError } from "../../lib/errors.ts";
import {
  checkFolder,
  replaceDurably,
  replaceFolder,
} from "../../lib/system/mod.ts";
import { inFolder } from "../folder.ts";

const MODULE = new URL("../../lib/system/mod.ts", import.meta.url);

const names = async (folder: string) =>
  (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();

Deno.test("replaceFolder() leaves the new files and none of the old ones", () =>
  inFolder(async (root) => {
    const folder = join(root, "deep", "report");
    await replaceFolder(folder, { "old.txt": "1", "c/1.svg": "1" });
    const files = { "a.txt": "2", "b/c.bin": Uint8Array.of(3) };
    await replaceFolder(`${folder}/`, files, ["old.txt", "c/*.svg"]);
    assertEquals(await names(folder), ["a.txt", "b"]);
    assertEquals(
      await Deno.readFile(join(folder, "b/c.bin")),
      Uint8Array.of(3),
    );
    assertEquals(await names(join(root, "deep")), ["report"]);
  }));

Deno.test("replaceFolder() keeps what is not its own", () =>
  inFolder(async (root) => {
    const folder = join(root, "report");
    await replaceFolder(folder, { "index.html": "1", "charts/a.svg": "1" });
    await Deno.mkdir(join(folder, "mine"));
    await Deno.writeTextFile(join(folder, "mine/thesis.txt"), "thesis");
    await Deno.writeTextFile(join(folder, "charts/b.txt"), "b");
    await replaceFolder(folder, { "index.html": "2" }, ["charts/*.svg"]);
    assertEquals(await names(folder), ["charts", "index.html", "mine"]);
    assertEquals(await names(join(folder, "charts")), ["b.txt"]);
    assertEquals(
      await Deno.readTextFile(join(folder, "mine/thesis.txt")),
      "thesis",
    );
    assertEquals(await names(root), ["report"]);
  }));

Deno.test("replaceFolder() follows a link to the folder", () =>
  inFolder(async (root) => {
    await replaceFolder(join(root, "there"), { "a": "1" });
    await Deno.symlink("there", join(root, "link"));
    await replaceFolder(join(root, "link"), { "a": "2" });
    assertEquals(await Deno.readTextFile(join(root, "there/a")), "2");
    assertEquals(await names(root), ["link", "there"]);
  }));

Deno.test("replaceFolder() leaves the old folder when the new one fails", () =>
  inFolder(async (root) => {
    const folder = join(root, "report");
    await replaceFolder(folder, { "old.txt": "1" });
    // A file cannot be a folder as well.
    const impossible = { "a": "1", "a/b": "2" };
    const error = await assertRejects(
      () => replaceFolder(folder, impossible),
      DinoDqnError,
      `Cannot write ${folder}`,
    );
    assertEquals(error.exitCode, 1);
    assertEquals(await names(folder), ["old.txt"]);
    assertEquals(await names(root), ["report"]);
    const file = join(folder, "old.txt");
    await assertRejects(() => replaceFolder(file, { "a": "1" }), DinoDqnError);
    assertEquals(await Deno.readTextFile(file), "1");
  }));

Deno.test("replaceFolder() by several at once leaves the files of one of them", () =>
  inFolder(async (root) => {
    const folder = join(root, "report");
    const program = `
      import { replaceFolder } from "${MODULE}";
      const [folder, who] = Deno.args;
      for (let turn = 0; turn < 40; turn++) {
        const files = { "a": who, ["only-" + who]: who };
        // Each is made by both for the first time, and then replaced.
        await replaceFolder(folder + (turn >> 2), files, ["only-*"]);
      }`;
    const writers = ["x", "y"].map((who) =>
      new Deno.Command(Deno.execPath(), {
        args: ["eval", program, folder, who],
        stderr: "inherit",
      }).output()
    );
    for (const { success } of await Promise.all(writers)) assert(success);
    const made = Array.from({ length: 10 }, (_, i) => `report${i}`);
    assertEquals(await names(root), made);
    for (const name of made) {
      const who = await Deno.readTextFile(join(root, name, "a"));
      assertEquals(await names(join(root, name)), ["a", `only-${who}`]);
    }
  }));

Deno.test("replaceFolder() and replaceDurably() killed at any moment leave the old or the new one", () =>
  inFolder(async (root) => {
    const [folder, file] = [join(root, "report"), join(root, "file")];
    const program = `
      import { replaceDurably, replaceFolder } from "${MODULE}";
      const [folder, file] = Deno.args;
      for (let turn = 1;; turn++) {
        const files = Object.fromEntries(
          Array.from({ length: 9 }, (_, i) => ["f" + i, "" + turn]));
        await replaceFolder(folder, files);
        await replaceDurably(file, ("" + turn + "\\n").repeat(9));
        if (turn === 1) console.log("writing");
      }`;
    for (let kill = 0; kill < 8; kill++) {
      const writer = new Deno.Command(Deno.execPath(), {
        args: ["eval", program, folder, file],
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const reader = writer.stdout.getReader();
      await reader.read();
      await new Promise((go) => setTimeout(go, 7 * kill));
      writer.kill("SIGKILL");
      await writer.status;
      await reader.cancel();
      const found = await Promise.all(
        (await names(folder)).map((name) =>
          Deno.readTextFile(join(folder, name))
        ),
      );
      assertEquals([found.length, new Set(found).size], [9, 1]);
      const lines = (await Deno.readTextFile(file)).trimEnd().split("\n");
      assertEquals([lines.length, new Set(lines).size], [9, 1]);
    }
    // The next writer removes what the killed ones left.
    await replaceFolder(folder, { "f0": "last" });
    await replaceDurably(file, "last");
    assertEquals(await names(root), ["file", "report"]);
  }));

Deno.test("replaceDurably() names the file that cannot be written", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a");
    const program = `import { replaceDurably } from "${MODULE}";
      await replaceDurably("${path}", new Uint8Array(10_000))
        .catch(({ message }) => console.log(message));`;
    const { stdout } = await new Deno.Command("bash", {
      args: ["-c", `trap '' XFSZ; ulimit -f 1; exec "$0" eval "$1"`]
        .concat(Deno.execPath(), program),
    }).output();
    assertEquals(
      new TextDecoder().decode(stdout),
      `File too large (os error 27): write '${path}'\n`,
    );
    assertEquals(await names(folder), []);
  }));

Deno.test("checkFolder() refuses what would be lost, and leaves nothing", () =>
  inFolder(async (root) => {
    const always = ["index.html", "report.json"];
    const kind = { names: [...always, "charts/*.svg"], always };
    const folder = join(root, "report");
    const refused = async (folder: string, ...parts: string[]) => {
      const { message } = await assertRejects(
        () => checkFolder(folder, kind),
        UsageError,
      );
      for (const part of parts) assertStringIncludes(message, part);
    };
    await checkFolder(join(root, "a/b/c"), kind);
    assertEquals(await names(root), []);
    await Deno.mkdir(join(folder, "charts"), { recursive: true });
    await Deno.writeTextFile(join(folder, "index.html"), "1");
    await Deno.writeTextFile(join(folder, "charts/a.svg"), "1");
    await refused(folder, "has not written (charts, index.html)");
    await Deno.writeTextFile(join(folder, "report.json"), "1");
    await checkFolder(`${folder}/`, kind);
    await Deno.writeTextFile(join(folder, "charts/notes.txt"), "1");
    await refused(
      folder,
      "charts/notes.txt",
      "name a folder that is not there",
    );
    await Deno.mkdir(join(folder, "thesis"));
    await refused(`${folder}/.`, "thesis");
    // Somebody else's, though by a name of ours.
    await refused(join(folder, "charts"), "a.svg", "notes.txt");
    const site = join(root, "site");
    await Deno.mkdir(join(site, "charts"), { recursive: true });
    await Deno.writeTextFile(join(site, "charts/a.svg"), "mine");
    await refused(site, "has not written (charts)");
    // Where nobody named the folder, what else lies there may stay.
    await checkFolder(folder);
    await refused(join(folder, "index.html"), "is there and no folder");
    await refused(join(folder, "index.html/x"), "Cannot write");
    await refused("/dev/null/x", "Cannot write");
    await refused(".", "that you work in");
    await refused("..", "that you work in");
    await refused("/", "that you work in");
    assertEquals(await names(root), ["report", "site"]);
  }));
