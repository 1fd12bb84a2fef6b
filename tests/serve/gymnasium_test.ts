import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { ROOT } from "../../lib/files.ts";
import { openGames } from "../../lib/library/mod.ts";
import { inFolder } from "../folder.ts";

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

/** SHA-256 of what each game shows from seed 7, 8, … on until it has crashed, as Python has it: [steps, 4, 80, 80]. */
async function whatOwnGamesShow(count: number): Promise<string[]> {
  await using games = await openGames({ games: count });
  const shown = Array.from({ length: count }, () => createHash("sha256"));
  const over = new Set<number>();
  const show = (observations: Uint8Array) => {
    const bytes = observations.length / count;
    shown.forEach((hash, game) => {
      if (over.has(game)) return;
      const stack = observations.subarray(game * bytes, (game + 1) * bytes);
      for (let frame = 0; frame < 4; frame++) {
        hash.update(stack.filter((_, i) => i % 4 === frame));
      }
    });
  };
  const once = (game: number, episode: number) =>
    episode === 0 ? { seed: 7 + game } : null;
  show((await games.reset(once)).observations);
  while (over.size < count) {
    const step = await games.step(new Uint8Array(count));
    show(step.observations);
    step.terminated.forEach((ended, game) => ended && over.add(game));
  }
  return shown.map((hash) => hash.digest("hex"));
}

Deno.test("The Python package: Gymnasium's checks, the pixels of this program's own games in each mode, errors in its kind, nothing left", () =>
  inFolder(async (folder) => {
    await run("python3", "-m", "venv", folder);
    const python = join(folder, "bin", "python");
    const source = join(ROOT, "lib/serve/python");
    await run(python, "-m", "pip", "install", "--quiet", source);
    const script = join(ROOT, "tests/serve/gymnasium_test.py");
    const shown = (await run(python, script)).trim().split(" ");
    assertEquals(shown, await whatOwnGamesShow(2));
  }));
