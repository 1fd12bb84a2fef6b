import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { findChrome, searchChrome } from "../../lib/browser/mod.ts";
import { ChromeNotFoundError } from "../../lib/errors.ts";
import { inFolder } from "../folder.ts";
import { setVariables } from "../variables.ts";

const NONE = {
  CHROME_PATH: undefined,
  ASTRAL_BIN_PATH: undefined,
  PATH: undefined,
};

async function withFiles(
  names: string[],
  body: (folder: string) => void | Promise<void>,
) {
  await inFolder(async (folder) => {
    for (const name of names) await Deno.writeTextFile(`${folder}/${name}`, "");
    await body(folder);
  });
}

Deno.test("findChrome() takes browser.path, then variables, then the PATH", async () => {
  const names = ["mine", "variable", "astral", "chromium", "google-chrome"];
  await withFiles(names, (folder) => {
    using _variables = setVariables({
      CHROME_PATH: `${folder}/variable`,
      ASTRAL_BIN_PATH: `${folder}/astral`,
      PATH: `/nowhere:${folder}`,
    });
    assertEquals(findChrome({ path: `${folder}/mine` }), `${folder}/mine`);
    assertEquals(findChrome({ path: null }), `${folder}/variable`);
    Deno.env.delete("CHROME_PATH");
    assertEquals(findChrome({ path: null }), `${folder}/astral`);
    Deno.env.delete("ASTRAL_BIN_PATH");
    assertEquals(findChrome({ path: null }), `${folder}/google-chrome`);
    Deno.removeSync(`${folder}/google-chrome`);
    assertEquals(findChrome({ path: null }), `${folder}/chromium`);
  });
});

Deno.test("searchChrome() lists what it looked at when there is no Chrome", () => {
  using _variables = setVariables({ ...NONE, PATH: "/nowhere" });
  const { path, lookedAt } = searchChrome({ path: null });
  if (Deno.build.os === "linux") assertEquals(path, null);
  for (const place of ["browser.path", "CHROME_PATH", "chromium-browser"]) {
    assertStringIncludes(lookedAt.join("\n"), place);
  }
});

Deno.test("findChrome() takes no other Chrome than the one that was named", () => {
  using _variables = setVariables({
    ...NONE,
    CHROME_PATH: "/nowhere/chrome",
  });
  assertThrows(
    () => findChrome({ path: null }),
    ChromeNotFoundError,
    "CHROME_PATH names /nowhere/chrome",
  );
  assertThrows(
    () => findChrome({ path: "/nowhere" }),
    ChromeNotFoundError,
    "browser.path names /nowhere",
  );
});

Deno.test("findChrome() refuses chrome-headless-shell, also behind a link", async () => {
  await withFiles(["chrome-headless-shell"], async (folder) => {
    const shell = `${folder}/chrome-headless-shell`;
    await Deno.symlink(shell, `${folder}/chromium`);
    for (const path of [shell, `${folder}/chromium`]) {
      assertThrows(
        () => findChrome({ path }),
        ChromeNotFoundError,
        "chrome-headless-shell has no dino page",
      );
    }
    using _variables = setVariables({ ...NONE, PATH: folder });
    assertEquals(findChrome({ path: null }), null);
  });
});
