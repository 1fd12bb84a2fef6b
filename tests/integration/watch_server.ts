/** The server of `deno task watch`, on the data of a former program. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "../../lib/files.ts";
import { inFolder } from "../folder.ts";

const FORMER = join(ROOT, "tests/data/3adf822");

/** The data of a former program, and the page's server on it. */
export async function withServer(
  use: (at: { url: URL; data: string; run: string }) => Promise<void>,
  ...options: string[]
): Promise<void> {
  await inFolder(async (data) => {
    const copied = await new Deno.Command("cp", {
      args: ["-r", `${FORMER}/.`, data],
    }).output();
    assert(copied.success);
    await using server = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", join(ROOT, "main.ts"), "watch", "--no-open"]
        .concat("--port", "0", ...options),
      env: { DINO_DATA: data },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let said = "";
    for await (const bytes of server.stdout) {
      said += new TextDecoder().decode(bytes);
      if (said.includes("\n")) break;
    }
    await use({
      url: new URL(said.trim()),
      data,
      run: join(data, "runs", "run"),
    });
    server.kill("SIGINT");
    assertEquals((await server.status).code, 0);
  });
}
