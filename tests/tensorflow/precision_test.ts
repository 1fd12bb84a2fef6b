import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { inFolder } from "../folder.ts";

const MODULE = import.meta.resolve("../../lib/tensorflow/mod.ts");
const TASKS = fileURLToPath(new URL("../../deno.json", import.meta.url));

Deno.test("choosePrecision() knows the processor with no more permissions than the tasks have", () =>
  inFolder(async (folder) => {
    // A fake: this machine's processor may have no bfloat16.
    const cat = `${folder}/cat`;
    await Deno.writeTextFile(cat, "#!/bin/sh\necho flags: avx2 $FLAGS\n");
    await Deno.chmod(cat, 0o755);
    const { tasks } = JSON.parse(await Deno.readTextFile(TASKS));
    const permissions = tasks.train.command.match(/--allow-\S+/g);
    const program = `${folder}/program.ts`;
    await Deno.writeTextFile(
      program,
      `import { choosePrecision } from "${MODULE}";
      const on = (type) => choosePrecision("bfloat16", { type });
      console.log(on("CPU"), on("GPU"));`,
    );
    for (
      const [flags, answer] of [
        ["avx512_bf16", "bfloat16 float32\n"],
        ["avx512f", "float32 float32\n"],
      ]
    ) {
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-check", "--config", TASKS, ...permissions, program],
        env: { PATH: `${folder}:${Deno.env.get("PATH")}`, FLAGS: flags! },
        stderr: "inherit",
      }).output();
      assertEquals(new TextDecoder().decode(stdout), answer);
    }
  }));
