/** Which program this is, whether it was cloned, copied or changed. */
import { join } from "node:path";
import project from "../../deno.json" with { type: "json" };
import { ROOT } from "../files.ts";
import { sha256 } from "../sha256.ts";

/** What decides how the program works. */
const PARTS = ["deno.json", "deno.npm.lock", "main.ts", "lib", "tasks"];

/** The program's version and a hash of its files: `0.1.0+5a2c…`, 12 digits. */
export async function programHash(): Promise<string> {
  const files: string[] = [];
  for (const part of PARTS) await collect(part, files);
  const hashes = await Promise.all(
    files.sort().map(async (file) => {
      const bytes = await Deno.readFile(join(ROOT, file));
      return `${file} ${await sha256(bytes)}`;
    }),
  );
  const hash = await sha256(hashes.join("\n"));
  return `${project.version}+${hash.slice(0, 12)}`;
}

async function collect(path: string, files: string[]): Promise<void> {
  if (!(await Deno.stat(join(ROOT, path))).isDirectory) {
    files.push(path);
    return;
  }
  for await (const { name } of Deno.readDir(join(ROOT, path))) {
    await collect(`${path}/${name}`, files);
  }
}
