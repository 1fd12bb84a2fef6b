import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder } from "../folder.ts";

const at = (path: string) =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The scripts of docs/scripting.md, and what each says at its end. */
const SCRIPTS: Record<string, RegExp> = {
  "Random play, with a picture": /^best score: \d+; games\.png shows/m,
  "A reward of your own": /^script-1: mean \d+.*, jumps: \d+,\d+,\d+,\d+$/m,
  "A network of your own": /^script-1: 800 steps in \d+ s, mean [\d.]+ of/m,
  "An algorithm of your own": /^mean of 16 .* points: 300 \(/m,
  "A sweep by a loop": /"script-2"/,
};

const page = await Deno.readTextFile(at("docs/scripting.md"));
const inPage = new Map(Array.from(
  page.matchAll(/^### (.*)\n(?:(?!^#|^```)[^\n]*\n)*```ts\n([^]*?)^```$/gm),
  ([, heading, script]) => [heading!, script!],
));

async function deno(folder: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [args[0]!, "--config", at("deno.json"), ...args.slice(1)],
    ...{ cwd: folder, env: { DINO_DATA: folder } },
  }).output();
  const text = new TextDecoder();
  assert(success, text.decode(stderr));
  return text.decode(stdout);
}

Deno.test("docs/scripting.md has five scripts, sound in their types", () =>
  inFolder(async (folder) => {
    assertEquals([...inPage.keys()], Object.keys(SCRIPTS));
    const scripts = [...inPage.values()];
    const names = scripts.map((_, i) => `script${i}.ts`);
    await Promise.all(
      names.map((name, i) =>
        Deno.writeTextFile(join(folder, name), scripts[i]!)
      ),
    );
    await deno(folder, "check", ...names);
  }));

for (const [heading, says] of Object.entries(SCRIPTS)) {
  Deno.test(`docs/scripting.md: ${heading}`, () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "script.ts"), inPage.get(heading)!);
      assertMatch(await deno(folder, "run", "-A", "script.ts"), says);
    }));
}
