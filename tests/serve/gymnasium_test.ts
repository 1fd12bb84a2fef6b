import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder } from "../folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

async function run(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: "/",
    env: { DINO_DQN: ROOT, DINO_DENO: Deno.execPath() },
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert(success, `${program} ${args.join(" ")}: ${said}`);
  return new TextDecoder().decode(stdout);
}

Deno.test("The Python package: Gymnasium's checks, equal pixels in each mode, errors in its kind, nothing left", () =>
  inFolder(async (folder) => {
    await run("python3", "-m", "venv", folder);
    const python = join(folder, "bin", "python");
    const source = join(ROOT, "lib/serve/python");
    await run(python, "-m", "pip", "install", "--quiet", source);
    const script = join(ROOT, "tests/serve/gymnasium_test.py");
    assertEquals((await run(python, script)).trim(), "all held");
  }));
